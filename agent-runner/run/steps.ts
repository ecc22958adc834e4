import { emptyText, wholeText } from '#shared/domain/bounded-text.ts'
import type { SetUpPart } from '#shared/domain/run.ts'
import type { Clock } from '../clock.ts'
import type { Exec } from '../sandbox/sandbox.ts'
import { cut, type Transcript } from './transcript.ts'
import { TurnEnded } from './turn-end.ts'

/** Runs one step of the set-up as an entry of the transcript, its output live. */
export async function runStep(
  { transcript, clock, signal }: { transcript: Transcript; clock: Clock; signal: AbortSignal },
  step: {
    title: string
    command?: string
    run: (write: (text: string) => void) => Promise<number>
    /** After a failure: what a person can do about it, where the output alone does not say so. */
    explain?: () => string | undefined
    /** Of the set-up, where it is none of its commands. */
    part?: SetUpPart
  },
): Promise<void> {
  const shown = step.command === undefined ? {} : { command: cut(step.command, 8000) }
  const title = cut(step.title, 300)
  const entry = transcript.grow({
    kind: 'step',
    title,
    ...shown,
    status: 'in_progress',
    output: emptyText,
    startedAt: clock.now(),
  })
  try {
    const exitCode = await step.run(entry.append)
    // It was ended, and its exit code is that of our signal.
    if (signal.aborted && exitCode !== 0) {
      entry.finish({ status: 'cancelled', endedAt: clock.now() })
      return
    }
    const why = exitCode === 0 ? undefined : step.explain?.()
    if (why !== undefined) entry.append(`\n${why}\n`)
    entry.finish({ status: exitCode === 0 ? 'completed' : 'failed', exitCode, endedAt: clock.now() })
    if (exitCode === 0) return
    throw stopped(why ?? whatFailed(step.command ?? step.title, exitCode, lastLines(entry.body())), step.part)
  } catch (error) {
    if (!entry.finished()) {
      entry.append(error instanceof Error ? `${error.message}\n` : '')
      entry.finish({ status: signal.aborted ? 'cancelled' : 'failed', endedAt: clock.now() })
    }
    throw error
  }
}

function whatFailed(command: string, exitCode: number, output: string): string {
  const what = command.length > 120 ? `${command.slice(0, 119)}…` : command
  return `“${what}” ended with exit code ${exitCode}.${output === '' ? '' : `\n${output}`}`
}

function stopped(why: string, part: SetUpPart | undefined): TurnEnded {
  const text = cut(`Set-up stopped: ${why}`, 600)
  const named = part === undefined ? {} : { part }
  return new TurnEnded({ event: 'fail', reason: { code: 'environment_setup_failed', ...named, text, retryable: true } })
}

function lastLines(body: {
  kind: string
  output?: { head: string; tail: string; length: number } | undefined
}): string {
  if (body.output === undefined) return ''
  const text = wholeText(body.output) ?? body.output.tail
  return text.trim().split('\n').slice(-6).join('\n').slice(-400)
}

/** Writes both streams of a process into `write` as text. @returns its exit code; 128 + signal is told as 130. */
export async function pipeOutput(exec: Exec, write: (text: string) => void): Promise<number> {
  for (const stream of [exec.stdout, exec.stderr]) {
    const decoder = new TextDecoder()
    stream.on('data', (piece: Uint8Array) => write(decoder.decode(piece, { stream: true })))
    // Read errors show in the exit.
    stream.on('error', () => {})
  }
  exec.stdin.end()
  const exit = await exec.exited
  return exit.code ?? 130
}
