import { readOutput } from '../../sandbox/read-output.ts'
import type { Exec, Sandbox } from '../../sandbox/sandbox.ts'
import { createShellReport, type ShellReport } from './shell-report.ts'

/** Runs one block of a runbook after another, as if they were typed into one shell: folder and exported variables carry over. */
export interface BlockShell {
  /** `write` is awaited before more is read. @returns the exit code; 128 + signal where a signal ended it. */
  run(code: string, write: (text: string) => Promise<void>, signal: AbortSignal): Promise<number>
  /** What the blocks before left behind: the folder the next one starts in, and the variables they changed. */
  left(): Promise<{ cwd: string; variables: string[] }>
}

/**
 * Bash where there is one, as a child, so that `$PPID` of a block is this shell and nobody else; it waits for the block
 * also when both are told to end. Standard input is the block, standard output and error its output; descriptor 3 (the
 * standard error that this starts with) is the report, see `createShellReport`. A `PATH` that a block has set counts for
 * blocks only, so that it can't break what stands around them.
 */
const launcher = [
  'exec 3>&2 2>&1; trap : HUP INT TERM',
  'mkdir -p "$2" && cat > "$2/step.sh" || exit 1',
  'if command -v bash > /dev/null; then bash -o pipefail -c "$1" runbook "$2" $$; else sh -c "$1" runbook "$2" $$; fi < /dev/null',
].join('\n')

/**
 * The block is sourced from a file, so its line numbers are right in messages. At its end, if it went well, a trap
 * leaves folder and variables, also in the state folder, for a session that is taken up again.
 */
const preludeWith = (env: string): string =>
  [
    String.raw`drover_state=$1; printf 'p%s\0' "$2" >&3; set --`,
    String.raw`command -p ${env} >&3; printf 's\0' >&3`,
    String.raw`trap 'drover_code=$?; if [ $drover_code -eq 0 ]; then { printf "c%s\0" "$(pwd -P)"; command -p ${env}; } > "$drover_state/left" && command -p cat "$drover_state/left" >&3; fi; printf "e%s\0" $drover_code >&3' EXIT`,
    'if [ -n "${DROVER_PATH+set}" ]; then PATH=$DROVER_PATH; export PATH; unset DROVER_PATH; fi',
    'cd "$DROVER_CWD" || exit 1; unset DROVER_CWD',
    'set -e',
    '. "$drover_state/step.sh"',
  ].join('\n')

const restoreWith = (env: string): string =>
  String.raw`${env} >&2; printf 's\0' >&2; if [ -f "$1/left" ]; then cat "$1/left" >&2; fi`
const end = [
  'kill -s TERM -- "-$1" || exit 0',
  'for turn in 1 2 3; do sleep 0.1; kill -s 0 -- "-$1" || exit 0; done',
  'kill -s KILL -- "-$1"',
].join('\n')
/** What every shell sets for itself. */
const ownNames: ReadonlySet<string> = new Set(['PWD', 'OLDPWD', 'SHLVL', '_'])
/** A shell that does not even say its number is ended with its whole sandbox, if there is no other way. */
const pidWithinMs = 2_000

export function createBlockShell({
  sandbox,
  sessionId,
  isResumed,
}: {
  sandbox: Sandbox
  sessionId: string
  /** An earlier session of this name may have left its folder and variables. */
  isResumed: boolean
}): BlockShell {
  const folder = `${sandbox.home}/.drover-runbook/${sessionId.replace(/[^\w-]/g, '_')}`
  // Secrets are given to each block anew and are left out of what is written down, also where a block has changed one.
  const secret = sandbox.secretNames ?? []
  const env = ['env', ...secret.map((name) => `-u ${name}`), '-0'].join(' ')
  let cwd = sandbox.workspace
  const changed = new Map<string, string>()
  let restored: Promise<void> | undefined

  const keep = (report: ShellReport): void => {
    const left = report.left()
    if (left === undefined) return
    cwd = left.cwd
    for (const name of changed.keys()) if (!left.after.has(name)) changed.delete(name)
    for (const [name, value] of left.after)
      if (changed.has(name) || (left.before.get(name) !== value && !ownNames.has(name))) changed.set(name, value)
  }

  async function restoreOnce(): Promise<void> {
    if (!isResumed) return
    const exec = await sandbox.exec({ argv: ['sh', '-c', restoreWith(env), 'runbook', folder] })
    exec.stdin.end()
    exec.stdout.resume()
    const report = createShellReport()
    exec.stderr.on('data', (piece: Uint8Array) => report.take(piece))
    await exec.exited
    keep(report)
  }

  async function run(code: string, write: (text: string) => Promise<void>, signal: AbortSignal): Promise<number> {
    await (restored ??= restoreOnce())
    const exec = await sandbox.exec({
      argv: ['sh', '-c', launcher, 'runbook', preludeWith(env), folder],
      env: {
        ...Object.fromEntries([...changed].map(([name, value]) => [name === 'PATH' ? 'DROVER_PATH' : name, value])),
        DROVER_CWD: cwd,
      },
    })
    const report = createShellReport()
    exec.stderr.on('data', (piece: Uint8Array) => report.take(piece))
    exec.stdin.end(`${code}\n`)
    const stop = (): void => void endBlock(sandbox, exec, report.pid)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    try {
      const decoder = new TextDecoder()
      await readOutput(exec, Promise.race([report.ended, exec.exited]), (piece) =>
        write(decoder.decode(piece, { stream: true })),
      )
      const ended = await Promise.race([report.ended, exec.exited])
      keep(report)
      if (typeof ended === 'number') return ended
      if (ended.signal !== null) await endBlock(sandbox, exec, report.pid)
      return exitCodeOf(ended)
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  return {
    run,
    async left() {
      await (restored ??= restoreOnce())
      return { cwd, variables: [...changed.keys()] }
    },
  }
}

/** A process that is executed in a sandbox leads a group of its own, by the number that its sandbox knows it by. */
async function endBlock(sandbox: Sandbox, block: Exec, pid: Promise<string>): Promise<void> {
  const late = setTimeout(() => block.kill(), pidWithinMs)
  const group = await Promise.race([pid, block.exited.then(() => undefined)]).finally(() => clearTimeout(late))
  if (group === undefined) return
  try {
    const exec = await sandbox.exec({ argv: ['sh', '-c', end, 'runbook', group] })
    exec.stdin.end()
    exec.stdout.resume()
    exec.stderr.resume()
    await exec.exited
  } catch {
    // A sandbox that starts nothing any more is being ended, and the block with it.
    block.kill()
  }
}

function exitCodeOf({ code, signal }: { code: number | null; signal: string | null }): number {
  return code ?? (signal === null ? 1 : 128 + (signalNumbers[signal] ?? 0))
}

const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
}
