import { z } from 'zod'
import { PlanId, PlanVersionId, UserId } from '../ids.ts'

/** UTF-16 units of what a reviewer adds. */
export const reviewNoteLimit = 2_000

export const planVerdicts = ['approved', 'changes_requested'] as const
export const PlanVerdict = z.enum(planVerdicts)
export type PlanVerdict = z.infer<typeof PlanVerdict>

/** Row `plan-review/<planId>/<userId>`: what a person thinks of a plan, and which text they saw. Each has one; a new one takes its place. */
export const PlanReview = z.object({
  planId: PlanId,
  userId: UserId,
  verdict: PlanVerdict,
  note: z.string().min(1).max(reviewNoteLimit).optional(),
  /** Number and id of the version that they saw. */
  version: z.number().int().positive(),
  versionId: PlanVersionId,
  at: z.number(),
})
export type PlanReview = z.infer<typeof PlanReview>

export type ReviewCounts = { readonly approved: number; readonly changesRequested: number }

/** Verdicts of one plan. */
export function countReviews(reviews: readonly Pick<PlanReview, 'verdict'>[]): ReviewCounts {
  const approved = reviews.filter(({ verdict }) => verdict === 'approved').length
  return { approved, changesRequested: reviews.length - approved }
}
