import { HarnessId } from '#shared/domain/harness.ts'
import { PromptId, RunId } from '#shared/ids.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../../fakes/scripted-runner.ts'
import { makeFolder } from './folder.ts'
import { startServer, type ServerProcess } from './processes.ts'
import { fetchAs, firstPerson, newId, openDevice, runnerKey, type Session } from './session.ts'

/** A server in its own process on the embedded PostgreSQL, with its first person signed in. */
export type Stage = {
  readonly dataDir: string
  readonly server: ServerProcess
  readonly session: Session
  close(): Promise<void>
}

export async function openStage(environment: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const folder = await makeFolder()
  const server = await startServer({ DROVER_DATA_DIR: folder.path, ...environment })
  const session = await firstPerson(server.origin, server.link ?? '')
  return {
    dataDir: folder.path,
    server,
    session,
    async close() {
      await server.end('SIGTERM')
      await folder.remove()
    },
  }
}

/** A run that goes on a runner of ours, which says only what the bench wants. */
export async function startScriptedRun(session: Session): Promise<{ runner: ScriptedRunner; runId: RunId }> {
  const { runner, runIds } = await startScriptedRuns(session, 1)
  const [runId] = runIds
  if (runId === undefined) throw new Error('no run')
  return { runner, runId }
}

/** Some of them, on one runner. What was said in them before is written down by `before`, which the server must not have looked at yet. */
export async function startScriptedRuns(
  session: Session,
  count: number,
  before: (runId: RunId, index: number) => Promise<unknown> = async () => undefined,
): Promise<{ runner: ScriptedRunner; runIds: readonly RunId[] }> {
  const runner = await connectScriptedRunner({ url: session.origin, key: await runnerKey(session), capacity: count })
  await runner.next('welcome')
  const runIds: RunId[] = []
  for (let n = 0; n < count; n++) {
    const runId = await makeRun(session)
    const { assignment } = await runner.next('assign', (one) => one.assignment.runId === runId)
    await before(runId, n)
    runner.send({ type: 'claimed', runId, turn: assignment.turn })
    runner.emit(runId, { type: 'state', event: 'claim', turn: 1 }, { type: 'state', event: 'start', turn: 1 })
    await runner.next('ack', (one) => one.runId === runId)
    runIds.push(runId)
  }
  return { runner, runIds }
}

export async function makeRun(session: Session): Promise<RunId> {
  const runId = RunId.parse(newId())
  const device = openDevice(session)
  await new Promise<void>((resolve) => {
    device.subscribe(
      (tx) => tx.get('team'),
      (team) => {
        if (team !== undefined) resolve()
      },
    )
  })
  await device.mutate.createRun({
    runId,
    promptId: PromptId.parse(newId()),
    prompt: 'Say hello',
    config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
  })
  while ((await fetchAs(session)(`/api/v1/runs/${runId}/transitions`)).status !== 200);
  await device.close()
  return runId
}
