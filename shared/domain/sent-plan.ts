import { z } from 'zod'
import { PlanId, PlanVersionId } from '../ids.ts'
import { Attachments } from './attachment.ts'
import { planTitleLimit } from './plan.ts'

/** Plans that go to an agent with one message. */
export const sentPlansLimit = 10

/** A plan that went to an agent with a message, pinned as it was then. */
export const SentPlan = z.object({
  planId: PlanId,
  title: z.string().max(planTitleLimit),
  /** What was sent of it; absent: nothing, since it was gone, could not be read, or was not for the person who wrote. */
  version: z.object({ n: z.number().int().positive(), id: PlanVersionId, at: z.number() }).optional(),
  /** `cut`: only its beginning, since a message has a limit. */
  cut: z.boolean().optional(),
})
export type SentPlan = z.infer<typeof SentPlan>

/** What may stand with the text of a message to an agent. */
export const promptExtras = {
  /** Drover wrote it by itself, in the name of its person. */
  automatic: z.boolean().optional(),
  plans: z.array(SentPlan).max(sentPlansLimit).optional(),
  attachments: Attachments.optional(),
}
