import type { RunReason } from '#shared/domain/run.ts'
import { HarnessError } from '../harness/acp-session.ts'
import { messageOf } from '../log.ts'
import { SandboxError } from '../sandbox/sandbox.ts'
import { cut } from './transcript.ts'

/** How a turn ends, and what was seen of the cause. */
export interface TurnEnd {
  event: 'succeed' | 'fail' | 'error' | 'cancel'
  reason?: RunReason
  /** stderr or other output, kept under a notice. */
  evidence?: string
}

/** Thrown inside a turn to end it. */
export class TurnEnded extends Error {
  override readonly name = 'TurnEnded'
  readonly end: TurnEnd
  constructor(end: TurnEnd) {
    super(end.reason?.text ?? end.event)
    this.end = end
  }
}

/** What anything thrown during a turn means for the run. */
export function endOf(thrown: unknown): TurnEnd {
  if (thrown instanceof TurnEnded) return thrown.end
  if (thrown instanceof HarnessError) {
    const failed = thrown.code === 'authentication_required'
    return {
      event: failed ? 'fail' : 'error',
      reason: { code: thrown.code, text: cut(thrown.message, 600), retryable: !failed },
      evidence: thrown.evidence,
    }
  }
  if (thrown instanceof SandboxError) {
    return { event: 'error', reason: { code: thrown.code, text: cut(thrown.message, 600), retryable: true } }
  }
  return {
    event: 'error',
    reason: {
      code: 'internal_error',
      text: cut(`The runner met an error of its own: ${messageOf(thrown)}`, 600),
      retryable: true,
    },
    evidence: thrown instanceof Error ? (thrown.stack ?? '') : '',
  }
}
