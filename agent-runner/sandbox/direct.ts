import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { codeOf, messageOf } from '../log.ts'
import type { DirectCommands } from './direct-commands.ts'
import { openHostPty } from './host-pty.ts'
import { waysHere } from './own-files.ts'
import { killRunProcesses } from './process-tree.ts'
import {
  runMarker,
  SandboxError,
  type Exec,
  type ExecSpec,
  type Exit,
  type Pty,
  type PtySpec,
  type Sandbox,
  type SandboxProvider,
  type SandboxSpec,
} from './sandbox.ts'

/** PATH of the runner's person, so that their tools are found. Nothing else of the runner's environment goes in. */
export interface DirectDeps {
  path: string
  lang: string
  /** The folder that holds the run's folders, for `sweep`. */
  runFolder: (runId: string) => string
  /** Variables that the runner's owner gives every run. */
  env?: Readonly<Record<string, string>>
  commands?: DirectCommands
}

const streamGraceMs = 300
const noWall = 'The direct sandbox has no wall around it, so what a run reaches can’t be held to a list.'

/** Runs on this machine as the runner's own user: an own folder and a minimal environment, but no wall. */
export function createDirectProvider(deps: DirectDeps): SandboxProvider {
  return {
    kind: 'direct',
    start: async (spec) => {
      if (spec.egress !== undefined && spec.egress.kind !== 'all')
        throw new SandboxError(
          'sandbox_failed',
          `${noWall} Choose Docker, or an environment that may reach everything.`,
        )
      const written = await deps.commands?.setUp(spec)
      return createDirectSandbox({ ...spec, env: { ...deps.env, ...written, ...spec.env } }, deps)
    },
    problem: async () => undefined,
    sweep: async (runId) => {
      await killRunProcesses({ runId, folder: deps.runFolder(runId), graceMs: 100 })
      deps.commands?.tearDownLeft(runId, deps.runFolder(runId))
      return true
    },
    close: async () => {},
  }
}

function createDirectSandbox(spec: SandboxSpec, deps: DirectDeps): Sandbox {
  const roots = new Set<number>()
  let disposed = false
  const folder = dirname(spec.workspace)
  const environment: Record<string, string> = {
    PATH: deps.path,
    HOME: spec.home,
    TMPDIR: spec.tmp,
    LANG: deps.lang,
    TERM: 'xterm-256color',
    ...spec.env,
    [runMarker]: spec.runId,
  }

  async function exec({ argv, cwd = spec.workspace, env = {}, signal }: ExecSpec): Promise<Exec> {
    const [program, ...args] = argv
    if (program === undefined) throw new SandboxError('internal_error', 'There is no program to start.')
    if (disposed || signal?.aborted === true)
      throw new SandboxError('sandbox_failed', 'It was stopped before it started.')
    const child = spawn(program, args, { cwd, env: { ...environment, ...env }, detached: true, stdio: 'pipe' })
    const started = await new Promise<Error | undefined>((resolve) => {
      child.once('spawn', () => resolve(undefined))
      child.once('error', resolve)
    })
    const pid = child.pid
    if (started !== undefined || pid === undefined) throw startError(program, started)
    roots.add(pid)
    // Writing to a process that is gone shows in its exit.
    child.stdin.on('error', () => {})
    const kill = (): void => killGroup(pid)
    signal?.addEventListener('abort', kill, { once: true })
    const exited = new Promise<Exit>((resolve) => {
      child.once('exit', (code, name) => {
        roots.delete(pid)
        signal?.removeEventListener('abort', kill)
        // A descendant that lives on may hold the streams open; what it prints later belongs to nobody.
        const timer = setTimeout(() => resolve({ code, signal: name }), streamGraceMs)
        child.once('close', () => {
          clearTimeout(timer)
          resolve({ code, signal: name })
        })
      })
    })
    return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exited, pid, kill }
  }

  async function terminal({ argv, size, cwd = spec.workspace, env = {} }: PtySpec): Promise<Pty> {
    if (disposed) throw new SandboxError('sandbox_failed', 'It was stopped before it started.')
    const { pid, ...pty } = await openHostPty({ argv, size, cwd, env: { ...environment, ...env } })
    roots.add(pid)
    void pty.exited.then(() => roots.delete(pid))
    return pty
  }

  async function kill(): Promise<void> {
    await killRunProcesses({ runId: spec.runId, folder, roots: [...roots] })
    roots.clear()
  }

  return {
    kind: 'direct',
    workspace: spec.workspace,
    home: spec.home,
    ownWorkspace: async () => {},
    toolPath: (path) => path,
    ...waysHere,
    exec,
    terminal,
    kill,
    ranOutOfMemory: async () => false,
    misfit: async () => undefined,
    dispose: async () => {
      disposed = true
      await kill()
      await deps.commands?.tearDown(spec)
    },
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group is gone already.
  }
}

function startError(program: string, error: Error | undefined): SandboxError {
  if (codeOf(error) === 'ENOENT') {
    return new SandboxError('harness_missing', `${program} was not found on this machine.`, { cause: error })
  }
  if (codeOf(error) === 'EACCES') {
    return new SandboxError('harness_missing', `${program} can't be executed.`, { cause: error })
  }
  return new SandboxError('sandbox_failed', `${program} could not be started: ${messageOf(error)}`, { cause: error })
}
