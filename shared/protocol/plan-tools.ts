import { z } from 'zod'
import { planTitleLimit } from '../domain/plan.ts'
import { planCommentLimit, planQuoteLimit, suggestionLimit } from '../domain/plan-comment.ts'
import { PlanPartId } from '../domain/plan-run.ts'
import { PlanId } from '../ids.ts'

/** UTF-16 units of Markdown that an agent writes, or is given, at once: far below a frame however it is escaped. */
export const agentMarkdownLimit = 150_000
/** Of an answer, with the names of sections and steps. */
export const planAnswerLimit = 350_000

/** As models write them: what is no id of a plan is answered with a sentence. Absent: the plan that the run executes. */
const planId = z.string().max(200).optional()
const markdown = z.string().max(agentMarkdownLimit)

/** What an agent asks of the plans of its run's team. */
export const PlanToolCall = z.discriminatedUnion('tool', [
  z.object({ tool: z.literal('plan_create'), title: z.string().max(planTitleLimit).optional(), markdown }),
  z.object({ tool: z.literal('plan_read'), planId, sectionId: PlanPartId.optional() }),
  z.object({
    tool: z.literal('plan_update'),
    planId,
    /** Of the text that it changes, from the last answer about this plan. */
    revision: z.string().max(100),
    /** Absent: all of the plan. */
    sectionId: PlanPartId.optional(),
    markdown,
  }),
  z.object({ tool: z.literal('plan_set_step'), planId, stepId: PlanPartId, done: z.boolean() }),
  z.object({
    tool: z.literal('plan_comment'),
    planId,
    /** The thread that it answers; absent: it begins one. */
    threadId: z.string().max(200).optional(),
    /** Words of the plan that a new thread is about; absent: the plan as a whole. */
    quote: z.string().max(planQuoteLimit).optional(),
    /** What the quoted words should say instead, for people to accept or dismiss. */
    suggestion: z.string().max(suggestionLimit).optional(),
    text: z.string().max(planCommentLimit),
  }),
])
export type PlanToolCall = z.infer<typeof PlanToolCall>

/** What the model is told. `ok: false`: nothing was changed, and `text` says why. */
export const PlanToolAnswer = z.object({
  ok: z.boolean(),
  text: z.string().max(planAnswerLimit),
  /** The plan that was made. */
  made: z.object({ planId: PlanId, title: z.string().max(planTitleLimit) }).optional(),
})
export type PlanToolAnswer = z.infer<typeof PlanToolAnswer>
