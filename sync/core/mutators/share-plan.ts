import { z } from 'zod'
import { Plan } from '#shared/domain/plan.ts'
import { hasExpired, PlanShare, PlanShareAccess } from '#shared/domain/plan-share.ts'
import { canChangePlanShare, canEditPlans } from '#shared/domain/policies.ts'
import { ShareSecret } from '#shared/domain/share.ts'
import { PlanId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow } from '../transaction.ts'
import { touchPlan } from './touch-plan.ts'

export const SharePlanArgs = z.object({
  planId: PlanId,
  /** Begins to share, where the plan is not shared; a new one each time, so that an old link stays dead. */
  secret: ShareSecret.optional(),
  access: PlanShareAccess.optional(),
  /** ms since epoch; `null`: until somebody stops it. */
  expiresAt: z.number().int().positive().nullable().optional(),
})
export type SharePlanArgs = z.infer<typeof SharePlanArgs>

/**
 * Shares a plan by link, or changes what the link lets people do. Each press says only what it changes; one that comes after the end of
 * sharing does not begin it again. Two who begin at once share by the first one's link.
 */
export const sharePlan = defineMutator({
  name: 'sharePlan',
  args: SharePlanArgs,
  intent: (args) => (args.secret === undefined ? undefined : `plan-share/${args.secret}`),
  async run(tx, { planId, secret, access, expiresAt }, { role, userId, now }) {
    if (!canEditPlans(role)) return err(refusal('not_allowed'))
    if ((await getRow(tx, keys.plan(planId), Plan)) === undefined) return err(refusal('not_found', 'plan'))
    const key = keys.planShare(planId)
    const row = await getRow(tx, key, PlanShare)
    const known = row === undefined || (secret !== undefined && hasExpired(row, now)) ? undefined : row
    if (known === undefined && secret === undefined) return err(refusal('stale', 'the plan is not shared any more'))
    const share = known ?? { planId, secret, access: 'view', createdBy: userId, createdAt: now }
    const next = {
      ...share,
      access: access ?? share.access,
      expiresAt: expiresAt === undefined ? known?.expiresAt : (expiresAt ?? undefined),
    }
    const isSame = next.access === known?.access && next.expiresAt === known.expiresAt
    if (isSame) return ok()
    if (known !== undefined && !canChangePlanShare(role, userId, known.createdBy))
      return err(refusal('not_allowed', 'only who made the link, and admins, change it'))
    await putRow(tx, key, PlanShare.parse(next))
    await touchPlan(tx, planId)
    return ok()
  },
})

export const StopPlanSharingArgs = z.object({ planId: PlanId })
export type StopPlanSharingArgs = z.infer<typeof StopPlanSharingArgs>

/** The link is dead from here on, for everybody, also where it is open. */
export const stopPlanSharing = defineMutator({
  name: 'stopPlanSharing',
  args: StopPlanSharingArgs,
  async run(tx, { planId }, { role, userId }) {
    if (!canEditPlans(role)) return err(refusal('not_allowed'))
    const share = await getRow(tx, keys.planShare(planId), PlanShare)
    if (share === undefined) return ok()
    if (!canChangePlanShare(role, userId, share.createdBy))
      return err(refusal('not_allowed', 'only who made the link, and admins, stop it'))
    await tx.del(keys.planShare(planId))
    return ok()
  },
})
