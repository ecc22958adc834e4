import { z } from 'zod'
import { PlanCommentId, PlanId, RunId, UserId } from '../ids.ts'
import { GuestAuthor } from './plan-guest.ts'
import { PlanAuthor } from './plan.ts'

/** UTF-16 units of a comment, and of the text that it is about. */
export const planCommentLimit = 4_000
export const planQuoteLimit = 300
export const openThreadsLimit = 200
export const threadRepliesLimit = 50
/** Comments of one plan in all, resolved ones too: a change of one reads them all. */
export const planCommentsLimit = 5_000

/** A place in the document as Yjs tells it, base64: it stays at its letters whatever is written around them. */
const PlanPlace = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'base64')

/** What a thread is about. `quote`: how it began when it was commented, for when it is gone. */
export const PlanAnchor = z.object({
  start: PlanPlace,
  end: PlanPlace,
  quote: z.string().min(1).max(planQuoteLimit),
})
export type PlanAnchor = z.infer<typeof PlanAnchor>

/** UTF-16 units of the words that a suggestion changes, and of those that it puts in their place. */
export const suggestionLimit = 2_000

/**
 * Other words for those that a thread is about, in plain text of one paragraph. Once it is accepted the server puts them in, once. `outcome`: what came of
 * that; absent: it is under way. `changed`: the words were not those any more. `failed`: the plan could not take it.
 */
export const PlanSuggestion = z.object({
  from: z.string().min(1).max(suggestionLimit),
  to: z.string().max(suggestionLimit),
  settled: z
    .discriminatedUnion('as', [
      z.object({ as: z.literal('dismissed'), by: UserId, at: z.number() }),
      z.object({
        as: z.literal('accepted'),
        by: UserId,
        at: z.number(),
        outcome: z.enum(['applied', 'changed', 'failed']).optional(),
      }),
    ])
    .optional(),
})
export type PlanSuggestion = z.infer<typeof PlanSuggestion>
/** Whose words a comment is. `guest`: of somebody outside of the team, by the plan's link. */
export const CommentAuthor = z.discriminatedUnion('kind', [...PlanAuthor.options, GuestAuthor])
export type CommentAuthor = z.infer<typeof CommentAuthor>

/** Row `plan-comment/<planId>/<id>`. The first one of a thread has what holds for the thread. */
export const PlanComment = z.object({
  id: PlanCommentId,
  planId: PlanId,
  /** The first comment of the thread that it answers; absent in that one. */
  thread: PlanCommentId.optional(),
  /** Absent: about the plan as a whole. */
  anchor: PlanAnchor.optional(),
  text: z.string().max(planCommentLimit),
  /** Of the first one of a thread, about words of the text. */
  suggestion: PlanSuggestion.optional(),
  by: CommentAuthor,
  at: z.number(),
  editedAt: z.number().optional(),
  resolved: z.object({ by: UserId, at: z.number() }).optional(),
  /** The newest message by which an agent was given the thread. */
  sent: z.object({ runId: RunId, by: UserId, at: z.number() }).optional(),
  /** Taken back by its author while answers to it stand: it has no text any more. */
  removed: z.literal(true).optional(),
})
export type PlanComment = z.infer<typeof PlanComment>
