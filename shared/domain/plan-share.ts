import { z } from 'zod'
import { PlanId, UserId } from '../ids.ts'
import { ShareSecret } from './share.ts'

/** `comment`: may also say something about the plan, under a name of their own choice. */
export const PlanShareAccess = z.enum(['view', 'comment'])
export type PlanShareAccess = z.infer<typeof PlanShareAccess>

/** Row `plan-share/<planId>`: whoever has the link sees the plan, without an account. Without it nobody else can. */
export const PlanShare = z.object({
  planId: PlanId,
  secret: ShareSecret,
  access: PlanShareAccess,
  createdBy: UserId,
  createdAt: z.number(),
  /** ms since epoch; absent: until somebody stops it. */
  expiresAt: z.number().optional(),
})
export type PlanShare = z.infer<typeof PlanShare>

/** Whether the link opens nothing any more. */
export function hasExpired({ expiresAt }: Pick<PlanShare, 'expiresAt'>, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now
}
