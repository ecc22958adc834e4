import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Runs one block of a runbook after another, as if they were typed into one shell: folder and exported variables carry over. */
export interface BlockShell {
  /** `write` is awaited before more is read. @returns the exit code; 128 + signal where a signal ended it. */
  run(code: string, write: (text: string) => Promise<void>, signal: AbortSignal): Promise<number>
  /** What the blocks before left behind: the folder the next one starts in, and the variables they changed. */
  left(): { cwd: string; variables: string[] }
}

const killAfterMs = 300
const streamGraceMs = 200

/**
 * The block is sourced from a file, so its line numbers are right in messages. At its end, if it went well, a trap
 * saves folder and variables for the next one.
 */
const prelude = [
  'exec 2>&1',
  'if [ -f "$DROVER_STATE/env" ]; then . "$DROVER_STATE/env"; fi',
  'if [ -f "$DROVER_STATE/cwd" ]; then cd "$(cat "$DROVER_STATE/cwd")" || exit 1; fi',
  `trap 'if [ $? -eq 0 ]; then pwd -P > "$DROVER_STATE/cwd"; export -p > "$DROVER_STATE/env"; fi' EXIT`,
  'set -e',
  '. "$DROVER_STATE/step.sh"',
].join('\n')

export function createBlockShell({
  stateFolder,
  workspace,
  env,
}: {
  stateFolder: string
  workspace: string
  env: NodeJS.ProcessEnv
}): BlockShell {
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 })
  const bash = spawnSync('bash', ['-c', 'exit 0']).status === 0
  const [program = 'sh', ...options] = bash ? ['bash', '-o', 'pipefail'] : ['sh']
  const blockEnv = { ...env, DROVER_STATE: stateFolder }
  const before = new Set(
    spawnSync(program, ['-c', 'export -p'], { cwd: workspace, env: blockEnv, encoding: 'utf8' }).stdout.split('\n'),
  )

  function saved(name: string): string | undefined {
    try {
      return readFileSync(join(stateFolder, name), 'utf8')
    } catch {
      return undefined
    }
  }

  return {
    left: () => {
      const changed = (saved('env') ?? '').split('\n').filter((line) => line !== '' && !before.has(line))
      // A line that is no declaration belongs to a value of several lines.
      const names = changed.map((line) => /^(?:declare -\S+|export) (\w+)/.exec(line)?.[1] ?? '?')
      return {
        cwd: saved('cwd')?.trimEnd() ?? workspace,
        variables: [...new Set(names)].filter((name) => !ownNames.has(name)),
      }
    },
    run: async (code, write, signal) => {
      writeFileSync(join(stateFolder, 'step.sh'), `${code}\n`)
      const child = spawn(program, [...options, '-c', prelude], {
        cwd: workspace,
        env: blockEnv,
        stdio: ['ignore', 'pipe', 'ignore'],
        detached: true,
      })
      const kill = (name: NodeJS.Signals): void => {
        try {
          if (child.pid !== undefined) process.kill(-child.pid, name)
        } catch {
          // It is gone.
        }
      }
      const stop = (): void => {
        kill('SIGTERM')
        setTimeout(() => kill('SIGKILL'), killAfterMs)
      }
      signal.addEventListener('abort', stop, { once: true })
      if (signal.aborted) stop()
      const exited = new Promise<number>((resolve) => {
        child.once('error', () => resolve(127))
        child.once('exit', (exitCode, name) => {
          // What was left in the background may hold the stream open; the step is over all the same.
          setTimeout(() => child.stdout.destroy(), streamGraceMs)
          resolve(exitCode ?? (name === null ? 1 : 128 + (signalNumbers[name] ?? 0)))
        })
      })
      const decoder = new TextDecoder()
      try {
        for await (const piece of child.stdout) await write(decoder.decode(piece as Uint8Array, { stream: true }))
      } catch {
        // A destroyed stream ends the reading.
      }
      const exitCode = await exited
      signal.removeEventListener('abort', stop)
      return exitCode
    },
  }
}

/** What every shell sets for itself. */
const ownNames: ReadonlySet<string> = new Set(['PWD', 'OLDPWD', 'SHLVL', '_'])

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
}
