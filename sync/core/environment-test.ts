import { Environment, type EnvironmentTest } from '#shared/domain/environment.ts'
import { hasEnded, type Run } from '#shared/domain/run.ts'
import { keys } from './keys.ts'
import { getRow, putRow, type WriteTransaction } from './transaction.ts'

/** The end of a try is remembered with the environment, unless a newer one was begun. */
export async function noteTest(team: WriteTransaction, run: Run, at: number): Promise<void> {
  const { environmentId, setUpOnly } = run.config
  if (setUpOnly !== true || environmentId === undefined || !hasEnded(run.state)) return
  const environment = await getRow(team, keys.environment(environmentId), Environment)
  const { test } = environment ?? {}
  if (environment === undefined || test?.runId !== run.id) return
  const ended: EnvironmentTest = {
    ...test,
    state: run.state === 'SUCCEEDED' ? 'ok' : run.state === 'CANCELLED' ? 'cancelled' : 'failed',
    startedAt: run.startedAt ?? test.startedAt,
    endedAt: at,
    ...(run.environment === undefined ? {} : { revision: run.environment.revision }),
    ...(run.reason === undefined ? {} : { text: run.reason.text }),
  }
  await putRow(team, keys.environment(environmentId), { ...environment, test: ended } satisfies Environment)
}
