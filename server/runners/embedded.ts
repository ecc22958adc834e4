import { spawn, type ChildProcess } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { TeamId } from '#shared/ids.ts'
import type { Auth } from '../auth/create-auth.ts'
import { runnerEnvironment } from './runner-environment.ts'
import { runnerAtWork } from './runner-lock.ts'

/** What `agent-runner/main.ts` exits with when another one already works in its folder. */
const alreadyRunning = 75
const firstRetryMs = 500
const maxRetryMs = 30_000
/** How soon it is noticed that an adopted runner has ended: a look at its lock and its process. */
const lookMs = 1_000

export type EmbeddedRunner = { close(): Promise<void> }

export type EmbeddedRunnerDeps = {
  readonly dataDir: string
  readonly url: string
  readonly teamId: TeamId
  readonly auth: Pick<Auth, 'authenticateRunner' | 'issueRunnerKey'>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: { info(facts: object, message: string): void; warn(facts: object, message: string): void }
  /** `agent-runner/main.ts`, unless a test has another. */
  readonly program?: string
}

/**
 * The runner of `npm start`: a child process with a key of its own, started again when it dies. One that outlived an earlier
 * server still works in its folder and connects by itself; its lock is watched, and the next one starts when it has gone.
 *
 *   look --nobody--> start --exit--> wait --> look
 *     \--somebody--> adopted --gone--> look
 */
export function startEmbeddedRunner(deps: EmbeddedRunnerDeps): EmbeddedRunner {
  const dir = join(deps.dataDir, 'runner')
  const program = deps.program ?? join(import.meta.dirname, '..', '..', 'agent-runner', 'main.ts')
  let child: ChildProcess | undefined
  let closed = false
  let next: ReturnType<typeof setTimeout> | undefined
  let delay = firstRetryMs
  let adopted: number | undefined

  function again(ms: number): void {
    if (!closed) next = setTimeout(() => void look(), ms)
  }

  async function look(): Promise<void> {
    try {
      const pid = await runnerAtWork(dir)
      if (pid === undefined) {
        if (adopted !== undefined) deps.log.info({ pid: adopted }, 'the runner of an earlier start has ended')
        adopted = undefined
        return await start()
      }
      if (adopted !== pid) deps.log.info({ pid }, 'the runner of an earlier start is still there and goes on')
      adopted = pid
      again(lookMs)
    } catch (error) {
      deps.log.warn({ error: String(error) }, 'the runner could not be started')
      delay = Math.min(delay * 2, maxRetryMs)
      again(delay)
    }
  }

  async function start(): Promise<void> {
    const keyFile = await agentKey()
    if (closed || keyFile === undefined) return
    const began = Date.now()
    const started = spawn(process.execPath, [program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // A Ctrl+C in the terminal goes to the server alone; it stops the runner in its own order.
      detached: true,
      env: {
        ...runnerEnvironment(deps.environment),
        DROVER_URL: deps.url,
        DROVER_API_KEY_FILE: keyFile,
        DROVER_RUNNER_DIR: dir,
        DROVER_RUNNER_PARENT_PID: String(process.pid),
      },
    })
    child = started
    started.on('error', (error) => deps.log.warn({ error: error.message }, 'the runner could not be started'))
    started.on('exit', (code) => {
      child = undefined
      if (closed) return
      // Another one was quicker: the next look finds it.
      if (code === alreadyRunning) return again(lookMs)
      deps.log.warn({ code }, 'the runner ended and is started again')
      delay = Date.now() - began > maxRetryMs ? firstRetryMs : Math.min(delay * 2, maxRetryMs)
      again(delay)
    })
  }

  /** The file with the runner's key: the one it has while it is valid, since a runner that lives on uses it. */
  async function agentKey(): Promise<string | undefined> {
    const file = join(dir, 'agent-key')
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const known = await readFile(file, 'utf8').catch(() => '')
    const owner =
      known === ''
        ? undefined
        : await deps.auth.authenticateRunner(new Headers({ authorization: `Bearer ${known.trim()}` }))
    if (owner?.teamId === deps.teamId) return file
    const made = await deps.auth.issueRunnerKey(deps.teamId, `Server on ${hostname()}`.slice(0, 80))
    if (made === undefined) return undefined
    await writeFile(file, `${made.key}\n`, { mode: 0o600 })
    await chmod(file, 0o600)
    return file
  }

  void look()
  return {
    async close() {
      closed = true
      clearTimeout(next)
      const running = child
      if (running === undefined) return
      await new Promise<void>((resolve) => {
        running.once('exit', () => resolve())
        running.kill('SIGTERM')
      })
    },
  }
}
