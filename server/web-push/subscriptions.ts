import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { PushSettings } from '#shared/domain/push.ts'
import { PushTrouble, type NewPushSubscription, type PushSubscriptionInfo } from '#shared/protocol/push.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { UserId } from '#shared/ids.ts'
import type { Actor } from '../auth/actor.ts'
import { deviceName } from '../auth/device-name.ts'
import type { Database } from '../db/database.ts'
import type { PushTarget } from './push-service.ts'

/** A subscription as it is sent to. */
export type Subscription = PushTarget & {
  readonly id: string
  readonly userId: UserId
  readonly settings: PushSettings
}

export type Subscriptions = ReturnType<typeof createSubscriptions>

/** Subscriptions of one person; more than a person has devices. */
const limit = 30

/** Browsers that asked for pushes. One belongs to the session that it is signed in with, and ends with it. */
export function createSubscriptions(deps: { readonly database: Database; readonly now: () => number }) {
  const { database, now } = deps

  return {
    async list(actor: Actor): Promise<PushSubscriptionInfo[]> {
      const rows = await database.query(`${INFO} where p.user_id = $1 order by p.created_at desc, p.id`, [actor.userId])
      return rows.map((row) => toInfo(InfoRow.parse(row), actor))
    },

    /** The same address again is the same browser, also when somebody else is signed in there now. */
    async put(actor: Actor, given: NewPushSubscription): Promise<Result<{ id: string }, Refusal>> {
      const [{ count } = { count: 0 }] = await database.query<{ count: number }>(
        'select count(*)::int as count from push_subscription where user_id = $1 and endpoint <> $2',
        [actor.userId, given.endpoint],
      )
      if (count >= limit) return err(refusal('too_many', `${limit} devices get pushes already. Remove one first.`))
      const [row] = await database.query<{ id: string }>(
        `insert into push_subscription (id, user_id, session_id, endpoint, p256dh, auth, settings, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (endpoint) do update set user_id = excluded.user_id, session_id = excluded.session_id,
           p256dh = excluded.p256dh, auth = excluded.auth, settings = excluded.settings, trouble = null
         returning id`,
        [
          randomUUID(),
          actor.userId,
          actor.sessionId,
          given.endpoint,
          given.keys.p256dh,
          given.keys.auth,
          JSON.stringify(given.settings),
          now(),
        ],
      )
      if (row === undefined) throw new Error('a subscription was not written')
      return ok({ id: row.id })
    },

    async change(actor: Actor, id: string, settings: PushSettings): Promise<Result<void, Refusal>> {
      const rows = await database.query(
        'update push_subscription set settings = $3 where id = $1 and user_id = $2 returning id',
        [id, actor.userId, JSON.stringify(settings)],
      )
      return rows.length > 0 ? ok() : err(unknown)
    },

    async remove(actor: Actor, id: string): Promise<Result<void, Refusal>> {
      const rows = await database.query('delete from push_subscription where id = $1 and user_id = $2 returning id', [
        id,
        actor.userId,
      ])
      return rows.length > 0 ? ok() : err(unknown)
    },

    async ofPerson(actor: Actor, id: string): Promise<Result<Subscription, Refusal>> {
      const found = await find(id)
      return found?.userId === actor.userId ? ok(found) : err(unknown)
    },

    find,

    async noteSent(id: string): Promise<void> {
      await database.query('update push_subscription set last_sent_at = $2, trouble = null where id = $1', [id, now()])
    },

    async noteTrouble(id: string, trouble: PushTrouble): Promise<void> {
      await database.query('update push_subscription set trouble = $2 where id = $1', [id, JSON.stringify(trouble)])
    },

    /** Its push service says that the browser takes no more. */
    async prune(id: string): Promise<void> {
      await database.query('delete from push_subscription where id = $1', [id])
    },
  }

  /** `undefined` also when the session that it belongs to is over. */
  async function find(id: string): Promise<Subscription | undefined> {
    const [row] = await database.query(
      `select p.id, p.user_id as "userId", p.endpoint, p.p256dh, p.auth, p.settings from push_subscription p
         join session s on s.id = p.session_id where p.id = $1 and s.expires_at > $2`,
      [id, new Date(now())],
    )
    return row === undefined ? undefined : SubscriptionRow.parse(row)
  }
}

const unknown = refusal('not_found', 'This device gets no pushes any more.')

const INFO = `select p.id, p.session_id as "sessionId", p.endpoint, p.settings, p.created_at as "createdAt",
  p.last_sent_at as "lastSentAt", p.trouble, s.user_agent as "userAgent"
  from push_subscription p join session s on s.id = p.session_id`
const InfoRow = z.object({
  id: z.string(),
  sessionId: z.string(),
  endpoint: z.string(),
  settings: PushSettings,
  createdAt: z.number(),
  lastSentAt: z.number().nullable(),
  trouble: PushTrouble.nullable(),
  userAgent: z.string().nullable(),
})
const SubscriptionRow = z.object({
  id: z.string(),
  userId: UserId,
  endpoint: z.string(),
  p256dh: z.string(),
  auth: z.string(),
  settings: PushSettings,
})

function toInfo(row: z.infer<typeof InfoRow>, actor: Actor): PushSubscriptionInfo {
  return {
    id: row.id,
    device: deviceName(row.userAgent).name,
    current: row.sessionId === actor.sessionId,
    service: new URL(row.endpoint).host,
    settings: row.settings,
    createdAt: row.createdAt,
    ...(row.lastSentAt === null ? {} : { lastSentAt: row.lastSentAt }),
    ...(row.trouble === null ? {} : { trouble: row.trouble }),
  }
}
