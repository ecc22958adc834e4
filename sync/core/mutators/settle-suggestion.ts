import { z } from 'zod'
import { PlanComment } from '#shared/domain/plan-comment.ts'
import { canEditPlans } from '#shared/domain/policies.ts'
import { PlanCommentId, PlanId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow } from '../transaction.ts'
import { touchPlan } from './touch-plan.ts'

export const SettleSuggestionArgs = z.object({
  planId: PlanId,
  /** The first comment of the thread, which makes the suggestion. */
  thread: PlanCommentId,
  as: z.enum(['accepted', 'dismissed']),
})
export type SettleSuggestionArgs = z.infer<typeof SettleSuggestionArgs>

/**
 * Accepts a suggestion, or dismisses it, which settles its thread too. What two accept at once is put in once: the second one finds it accepted. One
 * that could not be put in can be accepted again, or dismissed.
 */
export const settleSuggestion = defineMutator({
  name: 'settleSuggestion',
  args: SettleSuggestionArgs,
  async run(tx, { planId, thread, as }, { role, userId, teamId, now, effect }) {
    if (!canEditPlans(role)) return err(refusal('not_allowed'))
    const key = keys.planComment(planId, thread)
    const first = await getRow(tx, key, PlanComment)
    const suggestion = first?.suggestion
    if (first === undefined || suggestion === undefined) return err(refusal('not_found', 'suggestion'))
    const { settled } = suggestion
    const isOpen =
      settled === undefined ||
      (settled.as === 'accepted' && (settled.outcome === 'changed' || settled.outcome === 'failed'))
    if (!isOpen) return settled.as === as ? ok() : err(refusal('already_answered'))
    const by = { by: userId, at: now }
    await putRow(tx, key, {
      ...first,
      suggestion: { ...suggestion, settled: { as, ...by } },
      ...(as === 'dismissed' ? { resolved: by } : {}),
    } satisfies PlanComment)
    await touchPlan(tx, planId)
    if (as === 'accepted') effect({ type: 'plan_suggestion', teamId, planId, commentId: thread })
    return ok()
  },
})
