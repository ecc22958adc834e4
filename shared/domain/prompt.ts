import { z } from 'zod'
import { PromptId, RunId, UserId } from '../ids.ts'
import { Refusal } from '../refusal.ts'
import { IntentState } from './run.ts'
import { promptExtras } from './sent-plan.ts'

/** The longest message a person can send, in UTF-16 units. */
export const promptLimit = 100_000
/** Messages that may wait in one conversation. */
export const queueLimit = 50

/**
 * `interrupt`: the turn that runs is cancelled and this message starts the next one.
 * `queue`: sent when the turn ends.
 */
export const PromptMode = z.enum(['interrupt', 'queue'])
export type PromptMode = z.infer<typeof PromptMode>

/**
 * A message on its way to the agent, key `prompt/<runId>/<promptId>`. The row goes once the transcript holds the
 * message. `order` sorts the queue; it is a number so that a place between two others can be written down.
 */
export const Prompt = z.object({
  id: PromptId,
  runId: RunId,
  text: z.string().min(1).max(promptLimit),
  mode: PromptMode,
  order: z.number(),
  by: UserId,
  createdAt: z.number(),
  /** `accepted`: waits in the queue. `delivered`: the runner has it. Then the row goes. */
  state: IntentState,
  refusal: Refusal.optional(),
  ...promptExtras,
})
export type Prompt = z.infer<typeof Prompt>
