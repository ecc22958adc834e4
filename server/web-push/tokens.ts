import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { PermissionRequest } from '#shared/domain/permission.ts'
import { DeliveryId, PermissionId, RunId, TeamId, UserId, uuidv7 } from '#shared/ids.ts'
import type { PushAnswer } from '#shared/protocol/push.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import type { Database } from '../db/database.ts'

/** What a token lets its holder answer. */
export type TokenGrant = {
  readonly userId: UserId
  readonly teamId: TeamId
  readonly runId: RunId
  readonly permissionId: PermissionId
  readonly digest: string
  /** Names the answer: a repeated press is the same one. */
  readonly deliveryId: DeliveryId
}

export type PushTokens = ReturnType<typeof createPushTokens>

/** A question that nobody answered for so long is looked at in the app. */
export const tokenLifeMs = 12 * 60 * 60_000

/** Tokens for the buttons of a notification: each for one question as it was shown, for one person, once. Only their hash is kept. */
export function createPushTokens(deps: { readonly database: Database; readonly now: () => number }) {
  const { database, now } = deps

  return {
    async make(
      subscriptionId: string,
      who: { readonly userId: UserId; readonly teamId: TeamId },
      request: PermissionRequest,
    ): Promise<{ token: string; expiresAt: number }> {
      const token = randomBytes(32).toString('base64url')
      const expiresAt = Math.min(now() + tokenLifeMs, request.expiresAt ?? Number.MAX_SAFE_INTEGER)
      await database.query(
        `insert into push_token (hash, subscription_id, user_id, team_id, run_id, permission_id, digest, delivery_id, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          hashOf(token),
          subscriptionId,
          who.userId,
          who.teamId,
          request.runId,
          request.id,
          request.digest,
          uuidv7(now(), randomBytes(10)),
          expiresAt,
        ],
      )
      return { token, expiresAt }
    },

    /** Looks at a token. One that was used is only good for the same answer again, whose first reply may have been lost. */
    async look(token: string, answer: PushAnswer['answer']): Promise<Result<TokenGrant, Refusal>> {
      const [found] = await database.query(
        `select t.user_id as "userId", t.team_id as "teamId", t.run_id as "runId", t.permission_id as "permissionId",
           t.digest, t.delivery_id as "deliveryId", t.expires_at as "expiresAt", t.used_as as "usedAs"
         from push_token t join push_subscription p on p.id = t.subscription_id and p.user_id = t.user_id
         join session s on s.id = p.session_id where t.hash = $1 and s.expires_at > $2`,
        [hashOf(token), new Date(now())],
      )
      if (found === undefined) return err(refusal('not_found', 'This button is not known here any more. Open the run.'))
      const { expiresAt, usedAs, ...grant } = TokenRow.parse(found)
      if (expiresAt <= now()) return err(refusal('expired', 'This button has expired. Open the run to answer.'))
      if (usedAs !== null && usedAs !== answer)
        return err(refusal('already_answered', 'This notification was answered already.'))
      return ok(grant)
    },

    async use(token: string, answer: PushAnswer['answer']): Promise<void> {
      await database.query('update push_token set used_as = $2 where hash = $1', [hashOf(token), answer])
    },
  }
}

const TokenRow = z.object({
  userId: UserId,
  teamId: TeamId,
  runId: RunId,
  permissionId: PermissionId,
  digest: z.string(),
  deliveryId: DeliveryId,
  expiresAt: z.number(),
  usedAs: z.string().nullable(),
})

/** 32 random bytes need no slow hash. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
