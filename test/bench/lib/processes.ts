import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { inheritedEnvironment } from '#server/config.ts'

export const root = join(import.meta.dirname, '..', '..', '..')

/** A part of Drover in a process of its own, as it runs for people. */
export type Part = {
  readonly pid: number
  /** What it wrote to standard error, at most the last 20 KB. */
  words(): string
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>
  alive(): boolean
  end(signal: NodeJS.Signals): Promise<void>
}

export type ServerProcess = Part & {
  readonly origin: string
  readonly port: number
  /** Makes the first account; only of a first start. */
  readonly link: string | undefined
}

type Listening = { readonly type: 'listening'; readonly url: string; readonly port: number; readonly link?: string }

const keptWords = 20_000

/** `server/main.ts` on a data folder; resolves when it serves. Ends with this process unless it is killed harder. */
export async function startServer(environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const { child, part } = startPart(join(root, 'server', 'main.ts'), {
    DROVER_PORT: '0',
    DROVER_EMBEDDED_RUNNER: 'off',
    DROVER_LOG_LEVEL: 'warn',
    ...environment,
  })
  const listening = await new Promise<Listening>((resolve, reject) => {
    child.on('message', (message) => {
      if (isListening(message)) resolve(message)
    })
    void part.ended.then(() => reject(new Error(`the server did not start: ${part.words()}`)))
  })
  return { ...part, origin: listening.url, port: listening.port, link: listening.link }
}

export function startRunner(environment: Readonly<Record<string, string>>): Part {
  return startPart(join(root, 'agent-runner', 'main.ts'), { DROVER_LOG_LEVEL: 'warn', ...environment }).part
}

/** Any script of ours with a channel for messages. */
export function startPart(
  script: string,
  environment: Readonly<Record<string, string>>,
  execArgv: readonly string[] = [],
): { child: ChildProcess; part: Part } {
  const child = spawn(process.execPath, [...execArgv, script], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    cwd: root,
    env: { ...inheritedEnvironment(), NODE_ENV: 'production', ...environment },
  })
  let text = ''
  let isAlive = true
  child.stderr?.setEncoding('utf8').on('data', (more: string) => (text = (text + more).slice(-keptWords)))
  const ended = once(child, 'exit').then(() => void (isAlive = false))
  if (child.pid === undefined) throw new Error(`${script} could not be started`)
  const part: Part = {
    pid: child.pid,
    words: () => text,
    ended,
    alive: () => isAlive,
    async end(signal) {
      if (isAlive) child.kill(signal)
      await ended
    },
  }
  return { child, part }
}

/** The next message of the process for which `accept` gives a value. Rejects when it ends first, or after `ms`. */
export function nextMessage<T>(
  child: ChildProcess,
  accept: (message: unknown) => T | undefined,
  ms = 60_000,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer)
      child.off('message', onMessage)
      child.off('exit', onExit)
    }
    const onMessage = (message: unknown): void => {
      const value = accept(message)
      if (value === undefined) return
      done()
      resolve(value)
    }
    const onExit = (): void => {
      done()
      reject(new Error('the process ended before its message'))
    }
    const timer = setTimeout(() => {
      done()
      reject(new Error(`no message within ${ms} ms`))
    }, ms)
    child.on('message', onMessage)
    child.on('exit', onExit)
  })
}

function isListening(message: unknown): message is Listening {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'listening'
}
