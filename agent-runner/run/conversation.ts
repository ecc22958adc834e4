import type { AcpSession, PromptBlock } from '../harness/acp-session.ts'
import { HarnessError } from '../harness/acp-session.ts'
import type { PromptAnswer } from '../harness/acp-shapes.ts'
import { objectOf } from '../harness/tool-content.ts'
import type { Translator } from '../harness/translator.ts'
import type { Permissions } from './permissions.ts'
import { cut, type Transcript } from './transcript.ts'
import { TurnEnded, type TurnEnd } from './turn-end.ts'

/** Times of the watch over a harness that works on a prompt, in milliseconds. */
export interface WatchTimes {
  /** Silence after which the transcript says so. */
  quietMs: number
  /** Silence after which the run ends. Not counted while a tool works or a question is open. */
  hungMs: number
}

/** Sends a prompt and watches the harness until it answers. @throws HarnessError */
export async function promptWatched({
  session,
  text,
  more,
  translator,
  permissions,
  transcript,
  harnessName,
  times,
}: {
  session: AcpSession
  text: string
  /** What goes with the text. */
  more?: readonly PromptBlock[]
  translator: Translator
  permissions: Permissions
  transcript: Transcript
  harnessName: string
  times: WatchTimes
}): Promise<PromptAnswer> {
  const { promise: hung, reject } = Promise.withResolvers<never>()
  let since = performance.now()
  let told = false
  const timer = setInterval(
    () => {
      const now = performance.now()
      if (permissions.open() > 0 || translator.busy()) since = now
      const silent = now - Math.max(since, session.lastTrafficAt())
      if (silent < times.quietMs) told = false
      else if (!told) {
        told = true
        transcript.notice(
          'warning',
          `${harnessName} has not answered for ${Math.round(silent / 1000)} seconds. You can wait, or stop the run.`,
        )
      }
      if (silent >= times.hungMs) {
        reject(
          new HarnessError(
            'harness_hung',
            `${harnessName} did not answer for ${Math.round(silent / 1000)} seconds.`,
            session.stderrTail(),
          ),
        )
      }
    },
    Math.min(5000, Math.max(20, times.quietMs / 4)),
  )
  try {
    return await Promise.race([session.prompt(text, more), hung])
  } finally {
    clearInterval(timer)
  }
}

/** What the harness's stop reason means for the run. `denied`: something was, during the prompt, and some harnesses end their turn then. */
export function endOfPrompt(
  answer: PromptAnswer,
  { harnessName, denied }: { harnessName: string; denied: boolean },
): TurnEnd {
  const told = objectOf(answer._meta?.['drover/outcome'])
  const code = told?.['code']
  if ((code === 'step_failed' || code === 'model_limit') && typeof told?.['text'] === 'string') {
    return { event: 'fail', reason: { code, text: cut(told['text'], 600), retryable: true } }
  }
  switch (answer.stopReason) {
    case 'end_turn':
      return { event: 'succeed' }
    case 'refusal':
      return {
        event: 'fail',
        reason: { code: 'harness_refused', text: `${harnessName} refused to go on.`, retryable: false },
      }
    case 'max_tokens':
      return {
        event: 'fail',
        reason: { code: 'model_limit', text: `${harnessName} reached the model's limit of tokens.`, retryable: true },
      }
    case 'max_turn_requests':
      return {
        event: 'fail',
        reason: {
          code: 'model_limit',
          text: `${harnessName} reached its limit of model calls in one turn.`,
          retryable: true,
        },
      }
    case 'cancelled':
      if (denied) return { event: 'succeed' }
      return {
        event: 'fail',
        reason: { code: 'harness_refused', text: `${harnessName} ended its turn by itself.`, retryable: true },
      }
    default:
      return { event: 'succeed', reason: { text: cut(`${harnessName} stopped: ${answer.stopReason}`, 600) } }
  }
}

/** Ends the turn from inside it. */
export function endTurn(end: TurnEnd): never {
  throw new TurnEnded(end)
}
