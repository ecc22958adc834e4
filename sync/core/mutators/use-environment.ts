import { Environment } from '#shared/domain/environment.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import type { RunId } from '#shared/ids.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '../keys.ts'
import type { MutationContext } from '../mutator.ts'
import { getRow, putRow, type WriteTransaction } from '../transaction.ts'

/** How often the last use is written anew. */
const useEveryMs = 60 * 60_000

/** A run is started in an environment: notes it there, and refuses one that is gone. */
export async function useEnvironment(
  tx: WriteTransaction,
  { runId, config }: { runId: RunId; config: RunConfig },
  context: MutationContext,
): Promise<Result<void, Refusal>> {
  const { environmentId, setUpOnly } = config
  if (environmentId === undefined)
    return setUpOnly === true ? err(refusal('invalid', 'a set-up alone needs an environment')) : ok()
  const environment = await getRow(tx, keys.environment(environmentId), Environment)
  if (environment === undefined) return err(refusal('not_found', 'environment'))
  if (environment.archivedAt !== undefined) return err(refusal('stale', 'the environment was deleted'))
  const isNoted = environment.usedAt !== undefined && context.now - environment.usedAt < useEveryMs
  if (isNoted && setUpOnly !== true) return ok()
  const test = { runId, state: 'going', by: context.userId, startedAt: context.now } as const
  await putRow(tx, keys.environment(environmentId), {
    ...environment,
    usedAt: context.now,
    ...(setUpOnly === true ? { test } : {}),
  } satisfies Environment)
  return ok()
}
