import { readOutput } from '../../sandbox/read-output.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { endGroup } from './group.ts'

/**
 * Bash where there is one. Descriptor 3 is the standard error that this starts with; it tells the process at the start and the exit
 * code at the end, and the command itself does not have it.
 */
const launcher = [
  'exec 3>&2 2>&1; trap : HUP INT TERM; printf "p%s\\n" "$$" >&3',
  'cd -- "$2" || { printf "e1\\n" >&3; exit 1; }',
  'if command -v bash > /dev/null 2>&1; then bash -c "$1" 3>&- < /dev/null; else sh -c "$1" 3>&- < /dev/null; fi',
  'printf "e%s\\n" "$?" >&3',
].join('\n')

/**
 * Runs a command in the sandbox; `write` is awaited before more is read, so a flood slows the command and not the runner. When `signal`
 * aborts, the command and what it started are ended. @returns its exit code; 128 + signal where a signal ended it.
 */
export async function runCommand(
  sandbox: Sandbox,
  {
    command,
    cwd,
    write,
    signal,
  }: { command: string; cwd: string; write: (piece: Uint8Array) => Promise<void>; signal: AbortSignal },
): Promise<number> {
  const exec = await sandbox.exec({ argv: ['sh', '-c', launcher, 'drover', command, cwd] })
  const pid = Promise.withResolvers<string>()
  const ended = Promise.withResolvers<number>()
  let report = ''
  exec.stderr.on('data', (piece: Uint8Array) => {
    if (report.length > 1000) return
    report += Buffer.from(piece).toString()
    const known = /^p(\d+)\n/.exec(report)?.[1]
    if (known !== undefined) pid.resolve(known)
    const code = /\ne(\d+)\n$/.exec(report)?.[1]
    if (code !== undefined) ended.resolve(Number(code))
  })
  exec.stderr.on('error', () => {})
  exec.stdin.end()
  let stopped: Promise<void> | undefined
  const stop = (): void => {
    stopped ??= Promise.race([pid.promise, exec.exited.then(() => undefined)]).then((known) =>
      known === undefined ? undefined : endGroup(sandbox, known),
    )
  }
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    const over = Promise.race([ended.promise, exec.exited])
    await readOutput(exec, over, write)
    const end = await over
    if (typeof end === 'number') return end
    return end.code ?? (end.signal === 'SIGKILL' ? 137 : 143)
  } finally {
    signal.removeEventListener('abort', stop)
    // What it started is gone before anybody goes on.
    await stopped
  }
}
