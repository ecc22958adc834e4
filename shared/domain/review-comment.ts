import { z } from 'zod'
import { PromptId, ReviewCommentId, RunId, UserId } from '../ids.ts'
import { ObjectId } from './transcript.ts'

/** UTF-16 units of a comment, of the lines that it is about, and of one line beside them. */
export const reviewCommentLimit = 4_000
export const reviewQuoteLimit = 4_000
export const reviewNeighbourLimit = 200
/** Lines above and below those that it is about, by which equal lines are told apart. */
export const reviewNeighbours = 3
export const reviewThreadsLimit = 200
export const reviewRepliesLimit = 50
/** Comments of one run in all: a change of one reads them all. */
export const reviewCommentsLimit = 1_000

/** `old`: what stood there before the run. `new`: what stands there now. */
export const DiffSide = z.enum(['old', 'new'])
export type DiffSide = z.infer<typeof DiffSide>

const neighbours = z.array(z.string().max(reviewNeighbourLimit)).max(reviewNeighbours)

/**
 * The lines that a thread is about, as they were when it was begun. Where they are now is worked out from their words
 * (`review-anchor.ts`): the numbers alone would point to other lines as soon as the agent goes on.
 */
export const ReviewAnchor = z
  .object({
    path: z.string().min(1).max(1000),
    side: DiffSide,
    /** Numbers of the first and the last line, counted from 1. */
    from: z.number().int().positive(),
    to: z.number().int().positive(),
    /** Their words, without an end of line after the last. */
    quote: z.string().max(reviewQuoteLimit),
    /** The last line of `quote` is only the beginning of one, and others may follow. */
    cut: z.literal(true).optional(),
    /** Nearest last above, nearest first below; each the beginning of a line. */
    above: neighbours,
    below: neighbours,
    /** The content in which they stood. */
    version: ObjectId.optional(),
  })
  .refine(({ from, to }) => to >= from && to - from < 10_000, { path: ['to'] })
export type ReviewAnchor = z.infer<typeof ReviewAnchor>

/** Row `review-comment/<runId>/<id>`. The first one of a thread has what holds for the thread. */
export const ReviewComment = z.object({
  id: ReviewCommentId,
  runId: RunId,
  /** The first comment of the thread that it answers; absent in that one. */
  thread: ReviewCommentId.optional(),
  /** Absent in an answer, and in one about the changes as a whole. */
  anchor: ReviewAnchor.optional(),
  text: z.string().max(reviewCommentLimit),
  by: UserId,
  at: z.number(),
  editedAt: z.number().optional(),
  resolved: z.object({ by: UserId, at: z.number() }).optional(),
  /** The message by which the agent was given it as it stands. */
  sent: z.object({ promptId: PromptId, by: UserId, at: z.number() }).optional(),
  /** Taken back by its author while answers to it stand: it has no text any more. */
  removed: z.literal(true).optional(),
})
export type ReviewComment = z.infer<typeof ReviewComment>
