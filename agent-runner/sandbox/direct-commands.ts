import { spawn } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readVariables } from '../config/variables.ts'
import { messageOf, type Log } from '../log.ts'
import { runMarker, SandboxError, type SandboxSpec } from './sandbox.ts'

export interface DirectCommandsDeps {
  /** `undefined`: there is none. */
  setUp: string | undefined
  tearDown: string | undefined
  /** How long either may take. */
  commandMs: number
  /** Of the person's own programs on this machine, and what runs have. */
  env: Readonly<Record<string, string>>
  log: Log
}

/** Commands of this machine around each direct run. What a tear-down owes stands on the disk before the set-up begins, so a runner that dies pays it at its next start. */
export interface DirectCommands {
  /** @returns variables that the set-up wrote for the run. @throws what the step throws, SandboxError */
  setUp(spec: SandboxSpec): Promise<Readonly<Record<string, string>>>
  /** Once for each set-up; never throws. */
  tearDown(spec: TearDown): Promise<void>
  /** What an earlier process owed for a run. */
  tearDownLeft(runId: string, folder: string): void
  /** Resolves when nothing is under way for the run. */
  quiet(runId: string): Promise<void>
}

type TearDown = Pick<SandboxSpec, 'workspace' | 'step'> & { runId: string }

const owedFile = 'tear-down-owed'
const logFile = 'tear-down.log'
const environmentLimit = 1_000_000

export function createDirectCommands(deps: DirectCommandsDeps): DirectCommands {
  const under = new Map<string, Promise<void>>()

  function variables(runId: string, workspace: string): Record<string, string> {
    return both({ WORKSPACE_ROOT: workspace, RUN_ID: runId, WORKER_BACKEND: 'direct' })
  }

  async function run(
    command: string,
    { runId, workspace, env }: { runId: string; workspace: string; env: Record<string, string> },
    { write, signal }: { write: (text: string) => void; signal?: AbortSignal | undefined },
  ): Promise<number> {
    const child = spawn('sh', ['-c', command], {
      cwd: workspace,
      env: { ...deps.env, ...env, [runMarker]: runId },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // The group is gone already.
      }
    }
    const timer = setTimeout(() => {
      write(`Stopped: it took longer than ${Math.round(deps.commandMs / 1000)} s (DROVER_DIRECT_COMMAND_TIME).\n`)
      kill()
    }, deps.commandMs)
    signal?.addEventListener('abort', kill, { once: true })
    for (const stream of [child.stdout, child.stderr]) {
      const decoder = new TextDecoder()
      stream.on('data', (piece: Uint8Array) => write(decoder.decode(piece, { stream: true })))
    }
    try {
      return await new Promise<number>((resolve, reject) => {
        child.once('error', reject)
        // Not `close`: what it leaves behind may hold the streams open for as long as the run lives.
        child.once('exit', (code) => setImmediate(() => resolve(code ?? 137)))
      })
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', kill)
    }
  }

  async function setUp(spec: SandboxSpec): Promise<Readonly<Record<string, string>>> {
    const { runId, workspace, signal } = spec
    await quiet(runId)
    const root = dirname(workspace)
    if (deps.tearDown !== undefined) await writeFile(join(root, owedFile), '', { mode: 0o600 })
    const command = deps.setUp
    if (command === undefined) return {}
    const file = join(root, 'set-up-environment')
    await writeFile(file, '', { mode: 0o600 })
    const env = { ...variables(runId, workspace), ...both({ ENVIRONMENT_FILE: file }) }
    const step = spec.step ?? plainStep
    await step({
      title: 'Set-up command of the runner',
      command,
      run: (write) => run(command, { runId, workspace, env }, { write, signal }),
    })
    signal?.throwIfAborted()
    return readEnvironmentFile(file)
  }

  async function tearDown({ runId, workspace, step = plainStep }: TearDown): Promise<void> {
    const command = deps.tearDown
    const owed = join(dirname(workspace), owedFile)
    if (command === undefined || (await readFile(owed).catch(() => undefined)) === undefined) return
    const env = variables(runId, workspace)
    const work = step({
      title: 'Tear-down command of the runner',
      command,
      run: (write) => run(command, { runId, workspace, env }, { write }),
    })
    await work.catch((error: unknown) => {
      deps.log.warn({ runId, error: messageOf(error) }, 'The tear-down command of a direct run failed.')
    })
    await rm(owed, { force: true })
  }

  const quiet = (runId: string): Promise<void> => under.get(runId) ?? Promise.resolve()

  return {
    setUp: async (spec) => {
      try {
        return await setUp(spec)
      } catch (error) {
        await tearDown(spec)
        throw error
      }
    },
    tearDown,
    tearDownLeft: (runId, folder) => {
      const workspace = join(folder, 'workspace')
      let said = ''
      const work = tearDown({
        runId,
        workspace,
        step: async ({ run: perform }) => {
          const code = await perform((text) => {
            said = (said + text).slice(-100_000)
          })
          await writeFile(join(folder, logFile), `${said}\nIt ended with exit code ${code}.\n`, { mode: 0o600 })
          deps.log.info(
            { runId, code },
            `The tear-down command of run ${runId} was made up for; its output is in ${join(folder, logFile)}.`,
          )
        },
      }).catch((error: unknown) => {
        deps.log.warn({ runId, error: messageOf(error) }, 'The tear-down command of a run could not be made up for.')
      })
      under.set(runId, work)
      void work.finally(() => under.delete(runId))
    },
    quiet,
  }
}

/** Under Drover's names, and under those of the widespread worker whose scripts people have. */
function both(named: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, value]) => [
      [`DROVER_${name}`, value],
      [`OZ_${name}`, value],
    ]),
  )
}

async function readEnvironmentFile(file: string): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8')
  if (text.length > environmentLimit)
    throw new SandboxError(
      'sandbox_failed',
      'The set-up command of the runner wrote too much into its environment file.',
    )
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
  const read = readVariables(lines, {})
  if (!read.ok)
    throw new SandboxError(
      'sandbox_failed',
      `The environment file of the runner's set-up command is not right: ${read.error}.`,
    )
  return read.value
}

const plainStep: NonNullable<SandboxSpec['step']> = async ({ command, run }) => {
  const code = await run(() => {})
  if (code !== 0) throw new SandboxError('sandbox_failed', `“${command ?? ''}” ended with exit code ${code}.`)
}
