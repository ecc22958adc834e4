import { spawn, type ChildProcess } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TeamId } from '#shared/ids.ts'
import type { Auth } from '../auth/create-auth.ts'
import { runnerEnvironment } from './runner-environment.ts'

/** What `agent-runner/main.ts` exits with when another one already works in its folder. */
const alreadyRunning = 75
const firstRetryMs = 500
const maxRetryMs = 30_000
const keyName = 'This machine'
const adoptedMs = 3_000

export type EmbeddedRunner = { close(): Promise<void> }

/**
 * The runner of `npm start`: a child process with a key of its own, started again when it dies. One that outlived an earlier
 * server still works in its folder and connects by itself; then the new one leaves at once, and is tried again later.
 */
export function startEmbeddedRunner(deps: {
  readonly dataDir: string
  readonly url: string
  readonly teamId: TeamId
  readonly auth: Auth
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: { info(facts: object, message: string): void; warn(facts: object, message: string): void }
}): EmbeddedRunner {
  const dir = join(deps.dataDir, 'runner')
  let child: ChildProcess | undefined
  let closed = false
  let retry: ReturnType<typeof setTimeout> | undefined
  let delay = firstRetryMs
  /** Another runner works in the folder: attempts only find out whether it has gone, and say nothing. */
  let adopting = false

  async function start(): Promise<void> {
    if (closed) return
    const keyFile = await agentKey()
    if (closed || keyFile === undefined) return
    const began = Date.now()
    const started = spawn(process.execPath, [join(import.meta.dirname, '..', '..', 'agent-runner', 'main.ts')], {
      stdio: ['ignore', 'inherit', adopting ? 'ignore' : 'inherit', 'ipc'],
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
      if (code === alreadyRunning) {
        if (!adopting) deps.log.info({}, 'the runner of an earlier start is still there and goes on')
        adopting = true
        delay = adoptedMs
      } else {
        if (!adopting) deps.log.warn({ code }, 'the runner ended and is started again')
        adopting = false
        delay = Date.now() - began > maxRetryMs ? firstRetryMs : Math.min(delay * 2, maxRetryMs)
      }
      retry = setTimeout(() => void start().catch(report), delay)
    })
  }

  function report(error: unknown): void {
    deps.log.warn({ error: String(error) }, 'the runner could not be started')
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
    const made = await deps.auth.issueRunnerKey(deps.teamId, keyName)
    if (made === undefined) return undefined
    await writeFile(file, `${made.key}\n`, { mode: 0o600 })
    await chmod(file, 0o600)
    return file
  }

  start().catch(report)
  return {
    async close() {
      closed = true
      clearTimeout(retry)
      const running = child
      if (running === undefined) return
      await new Promise<void>((resolve) => {
        running.once('exit', () => resolve())
        running.kill('SIGTERM')
      })
    },
  }
}
