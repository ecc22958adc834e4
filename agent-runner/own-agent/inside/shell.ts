import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { AgentTerminals } from '../../terminals/agent-terminals.ts'
import type { LaneEnd } from '../../terminals/command-lanes.ts'
import { runCommand } from './command.ts'

/** Bash where there is one. What it leaves in the background outlives the hang-up at its end. */
const launcher =
  'trap "" HUP; cd -- "$2" || exit 1; if command -v bash > /dev/null 2>&1; then exec bash -c "$1"; else exec sh -c "$1"; fi'

/** In a terminal many programs wait for a person who reads page by page, or writes in an editor; nobody is there but by chance. */
const unattended = {
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  MANPAGER: 'cat',
  GIT_EDITOR: 'true',
  DEBIAN_FRONTEND: 'noninteractive',
}

export interface ShellCommand {
  readonly command: string
  readonly cwd: string
  readonly seconds: number
  readonly signal: AbortSignal
  /** Awaited before more is read. */
  write(piece: Uint8Array): Promise<void>
}

/**
 * Runs a command of the model with Bash: in a terminal that people watch and can take over, where there is one; else with nothing as its input. Ends it, and
 * what it started, when `signal` aborts or its time is up. `code`: 128 + signal where a signal ended it.
 */
export async function runShell(
  { sandbox, terminals }: { readonly sandbox: Sandbox; readonly terminals?: AgentTerminals | undefined },
  { command, cwd, seconds, signal, write }: ShellCommand,
): Promise<{ readonly code: number; readonly isLate: boolean; readonly takenBy?: string | undefined }> {
  const end = await terminals?.run({
    argv: ['sh', '-c', launcher, 'drover', command, cwd],
    env: unattended,
    shown: command,
    seconds,
    signal,
    take: write,
  })
  if (end !== undefined) return { code: codeOf(end), isLate: end.isLate, takenBy: end.takenBy }
  const timeout = AbortSignal.timeout(seconds * 1000)
  const code = await runCommand(sandbox, { command, cwd, signal: AbortSignal.any([signal, timeout]), write })
  return { code, isLate: timeout.aborted }
}

/** Terminals tell the number of a signal, or its name. */
const codeOf = ({ code, signal }: LaneEnd): number =>
  code ?? (signal === 'SIGKILL' || signal === '9' ? 137 : signal === 'SIGTERM' || signal === '15' ? 143 : 129)
