import { planCommand, writePlanPrompt } from '#shared/domain/plan-command.ts'
import { promptLimit } from '#shared/domain/prompt.ts'
import { runWords } from '../../../words/run.ts'
import { uiWords } from '../../../words/ui.ts'
import { queueCommand } from './queue.ts'

/** What a message means to be sent as. `waits`: for the turn's end, whatever else is chosen. */
export type Said =
  | { readonly ok: true; readonly text: string; readonly waits: boolean }
  | { readonly ok: false; readonly why: string }

/**
 * `/queue` and `/plan`, also one within the other. Where the agent has no tools for plans, `/plan` is an ordinary message: it may know a command of that
 * name itself.
 */
export async function readMessage(message: string, canPlan: () => Promise<boolean>): Promise<Said> {
  const queued = queueCommand(message)
  if (queued === '') return { ok: false, why: runWords.composer.queueWhat }
  const waits = queued !== undefined
  const text = queued ?? message.trim()
  const wanted = planCommand(text)
  if (wanted === undefined || !(await canPlan())) return { ok: true, text, waits }
  if (wanted === '') return { ok: false, why: runWords.composer.planWhat }
  const asked = writePlanPrompt(wanted)
  const over = asked.length - promptLimit
  return over > 0 ? { ok: false, why: uiWords.tooLong(over) } : { ok: true, text: asked, waits }
}
