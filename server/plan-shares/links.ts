import { createHash } from 'node:crypto'
import { GuestId, GuestToken } from '#shared/domain/plan-guest.ts'
import { hasExpired, PlanShare } from '#shared/domain/plan-share.ts'
import { PlanId, TeamId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import type { PlanRef } from '#sync/server/plan/plan-store.ts'
import type { Queryable } from '../db/database.ts'
import { isSameSecret } from '../shares/links.ts'

/** A link that is right, as it stands now. */
export type OpenPlan = PlanRef & { readonly share: PlanShare }

/** The same id of a plan may stand in several teams; more of them than this are no accident. */
const maxTeams = 20

/** An unknown plan, one that is not shared, a link that is over, and a wrong secret can't be told apart. */
export async function findPlanLink(
  deps: { readonly database: Queryable; readonly now: () => number },
  given: { readonly planId: string; readonly secret: string },
): Promise<OpenPlan | undefined> {
  const planId = PlanId.safeParse(given.planId).data
  if (planId === undefined) return undefined
  const rows = await deps.database.query<{ space: string; value: unknown }>(
    `select space_id as space, value from entry
      where key = $1 and key like 'plan-share/%' and deleted_at is null order by space_id limit ${maxTeams}`,
    [keys.planShare(planId)],
    { name: 'plan-share' },
  )
  for (const { space, value } of rows) {
    const teamId = TeamId.safeParse(space.replace(/^team\//, '')).data
    const share = openShare(value, given.secret, deps.now())
    if (teamId !== undefined && share !== undefined) return { planId, teamId, share }
  }
  return undefined
}

/** The row of a share, if this secret opens it. */
export function openShare(row: unknown, secret: string, now: number): PlanShare | undefined {
  const share = PlanShare.safeParse(row).data
  return share !== undefined && isSameSecret(share.secret, secret) && !hasExpired(share, now) ? share : undefined
}

/** Who a guest is within one plan; `undefined`: they did not say, or not in the form that it has. */
export function guestOf({ teamId, planId }: PlanRef, token: string | undefined): GuestId | undefined {
  if (!GuestToken.safeParse(token).success) return undefined
  const digest = createHash('sha256').update(`${teamId}/${planId}/${token}`).digest('base64url')
  return GuestId.parse(digest.slice(0, 22))
}
