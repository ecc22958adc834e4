import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { wholeText, type BoundedText } from '#shared/domain/bounded-text.ts'
import type { SandboxKind } from '#shared/domain/harness.ts'
import { hasEnded, type RunConfig } from '#shared/domain/run.ts'
import type { RunSecret } from '#shared/domain/secret.ts'
import { UserId, type RunId } from '#shared/ids.ts'
import { findRunProcesses } from '#agent-runner/sandbox/process-tree.ts'
import { startControlServer, type ControlServer, type SeenRun } from './control-server.ts'
import { startModelServer, type ModelServer } from './model-server.ts'
import { makeRunnerFolder } from './kept-tools.ts'
import { makeRepository, startRunner } from './runner.ts'

/** The start of a harness alone can take ten seconds on a busy machine, and far more on one that does too much. */
export const harnessMs = 100_000
const person = UserId.parse('person-1')

/** A runner with a scripted model on all wires, and a repository with `a.txt`. Plan tools answer with what they were asked. */
export interface HarnessWorld {
  readonly server: ControlServer
  readonly model: ModelServer
  /** A file of a run's workspace, in the direct sandbox. */
  fileOf(runId: RunId, name: string): string
  /** The command lines of a run's processes. */
  processesOf(runId: RunId): Promise<string[]>
  start(prompt: string, config?: Partial<RunConfig>, secrets?: readonly RunSecret[]): RunId
  ended(runId: RunId, turn?: number): Promise<SeenRun>
  /** Stops a run. @returns it, once the runner has said that nothing of it is left. */
  stopped(runId: RunId): Promise<SeenRun>
  /** Another runner process takes the first one's place. */
  restart(environment?: Record<string, string>): Promise<void>
  /** A runner of another machine takes its place. */
  move(): Promise<void>
  close(): Promise<void>
}

export async function openHarnessWorld({
  harness,
  sandbox = 'direct',
  environment = {},
  files = {},
  config: usual = {},
  secrets,
  snapshots = false,
}: {
  harness: string
  sandbox?: SandboxKind
  environment?: Record<string, string>
  /** More files of the repository. */
  files?: Readonly<Record<string, string>>
  /** Of each run. */
  config?: Partial<RunConfig>
  secrets: (model: ModelServer) => readonly RunSecret[]
  /** Workspaces are saved. */
  snapshots?: boolean
}): Promise<HarnessWorld> {
  const server = await startControlServer({
    snapshots,
    planTools: (call) => ({ ok: true, text: `The plan tool was asked: ${JSON.stringify(call)}` }),
  })
  const model = await startModelServer()
  let folder = await makeRunnerFolder()
  const folders = [folder]
  const repository = await makeRepository({ 'README.md': '# A repository\n', 'a.txt': 'one\n', ...files })
  // Who tests may be signed in to it.
  const home = join(folder.path, 'person')
  await mkdir(home)
  const startHere = (more: Record<string, string> = {}) =>
    startRunner({ url: server.url, folder: folder.path, environment: { HOME: home, ...environment, ...more } })
  let runner = await startHere()

  function ended(runId: RunId, turn = 1): Promise<SeenRun> {
    const over = (run: SeenRun): boolean => hasEnded(run.state) && run.turn >= turn && run.claimed.includes(run.turn)
    return server.until(() => over(server.run(runId)) && server.run(runId), 'the run ended', harnessMs)
  }

  return {
    server,
    model,
    fileOf: (runId, name) => join(folder.path, 'runs', runId, 'workspace', name),
    processesOf: async (runId) => {
      const pids = await findRunProcesses(runId, join(folder.path, 'runs', runId))
      return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => `${pid} is gone`)))
    },
    start: (prompt, config, given = secrets(model)) =>
      server.start({
        harness,
        sandbox,
        prompt,
        config: { repository: { url: repository.path }, ...usual, ...config },
        secrets: given,
      }),
    ended,
    stopped: async (runId) => {
      const deliveryId = server.deliver(runId, { type: 'stop', by: person })
      const run = await ended(runId)
      await server.until(
        () => server.receipts.some((receipt) => receipt.deliveryId === deliveryId && receipt.state === 'done'),
        'the receipt',
      )
      return run
    },
    restart: async (more) => {
      await runner.close()
      runner = await startHere(more)
    },
    move: async () => {
      await runner.close()
      const other = await makeRunnerFolder()
      folders.push(other)
      folder = other
      runner = await startHere()
    },
    close: async () => {
      await runner.close()
      await model.close()
      await server.close()
      await repository.remove()
      for (const one of folders) await one.remove()
    },
  }
}

export const bodies = (run: SeenRun) =>
  [...run.entries.values()].toSorted((one, other) => one.n - other.n).map((entry) => entry.body)
export const read = (text: BoundedText | undefined): string => (text === undefined ? '' : (wholeText(text) ?? ''))
export const messages = (run: SeenRun) =>
  bodies(run).flatMap((body) => (body.kind === 'message' ? [read(body.text)] : []))
export const tools = (run: SeenRun) => bodies(run).flatMap((body) => (body.kind === 'tool' ? [body] : []))
export const notices = (run: SeenRun) => bodies(run).flatMap((body) => (body.kind === 'notice' ? [body.text] : []))
