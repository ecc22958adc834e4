import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { sourceRoot } from './runner.ts'

/** A runner in a process of its own, as it runs for people. */
export interface RunnerProcess {
  readonly pid: number
  /** Lines of its log so far. */
  readonly lines: readonly string[]
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** @throws when it ended without such a line. */
  said(words: string): Promise<void>
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export function spawnRunner({
  url,
  folder,
  environment = {},
}: {
  url: string
  folder: string
  environment?: Record<string, string>
}): RunnerProcess {
  const child = spawn(process.execPath, [join(sourceRoot, 'agent-runner/main.ts')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      DROVER_URL: url,
      DROVER_API_KEY: 'fake-agent-key',
      DROVER_RUNNER_DIR: folder,
      DROVER_RUNNER_NAME: 'a process',
      ...environment,
    },
  })
  if (child.pid === undefined) throw new Error('the runner could not be started')
  const lines: string[] = []
  const watchers = new Set<() => void>()
  const reader = createInterface({ input: child.stderr })
  reader.on('line', (line) => {
    lines.push(line)
    for (const look of [...watchers]) look()
  })
  const read = once(reader, 'close')
  const ended = once(child, 'exit').then(() => ({ code: child.exitCode, signal: child.signalCode }))

  return {
    pid: child.pid,
    lines,
    ended,
    said: (words) =>
      new Promise((resolve, reject) => {
        function look(): void {
          if (!lines.some((line) => line.includes(words))) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
        void read.then(() => {
          if (watchers.delete(look)) reject(new Error(`it ended without “${words}”: ${lines.join('\n')}`))
        })
      }),
    end: async (signal) => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      return ended
    },
  }
}
