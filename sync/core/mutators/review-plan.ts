import { z } from 'zod'
import { Plan, planMarkdownLimit, PlanVersion } from '#shared/domain/plan.ts'
import { PlanReview, PlanVerdict, reviewNoteLimit } from '#shared/domain/plan-review.ts'
import { canReviewPlans } from '#shared/domain/policies.ts'
import { PlanId, PlanVersionId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator, type MutationContext } from '../mutator.ts'
import { getRow, putRow, type WriteTransaction } from '../transaction.ts'
import { addVersion } from './add-version.ts'
import { touchPlan } from './touch-plan.ts'

export const ReviewPlanArgs = z.object({
  planId: PlanId,
  verdict: PlanVerdict,
  note: z.string().trim().min(1).max(reviewNoteLimit).optional(),
  /** Of the version that is made, where the newest one says something else. */
  versionId: PlanVersionId,
  /** All of the plan, as the reviewer saw it, whatever others write meanwhile. */
  markdown: z.string().max(planMarkdownLimit),
})
export type ReviewPlanArgs = z.infer<typeof ReviewPlanArgs>

/** Says what a person thinks of the text that they saw; what they said before is replaced. */
export const reviewPlan = defineMutator({
  name: 'reviewPlan',
  args: ReviewPlanArgs,
  intent: (args) => `plan-review/${args.versionId}`,
  async run(tx, { planId, verdict, note, versionId, markdown }, context) {
    if (!canReviewPlans(context.role)) return err(refusal('not_allowed'))
    const plan = await getRow(tx, keys.plan(planId), Plan)
    if (plan === undefined) return err(refusal('not_found', 'plan'))
    const seen = await sameAsNewest(tx, plan, markdown, context)
    const version = seen?.n ?? (await addVersion(tx, plan, { id: versionId, origin: 'review', markdown }, context))
    await putRow(tx, keys.planReview(planId, context.userId), {
      planId,
      userId: context.userId,
      verdict,
      ...(note === undefined ? {} : { note }),
      version,
      versionId: seen?.id ?? versionId,
      at: context.now,
    } satisfies PlanReview)
    await touchPlan(tx, planId)
    return ok()
  },
})

export const WithdrawReviewArgs = z.object({ planId: PlanId })
export type WithdrawReviewArgs = z.infer<typeof WithdrawReviewArgs>

/** Takes back what one has said oneself. */
export const withdrawReview = defineMutator({
  name: 'withdrawReview',
  args: WithdrawReviewArgs,
  async run(tx, { planId }, { role, userId }) {
    if (!canReviewPlans(role)) return err(refusal('not_allowed'))
    const key = keys.planReview(planId, userId)
    if ((await tx.get(key)) !== undefined) await tx.del(key)
    return ok()
  },
})

/** A device does not know: there a version is made, and the server's word replaces it. */
async function sameAsNewest(
  tx: WriteTransaction,
  plan: Plan,
  markdown: string,
  { digest }: MutationContext,
): Promise<PlanVersion | undefined> {
  if (digest === undefined || plan.version === 0) return undefined
  const newest = await getRow(tx, keys.planVersion(plan.id, plan.version), PlanVersion)
  return newest?.digest === digest(markdown) ? newest : undefined
}
