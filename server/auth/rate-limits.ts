import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Database } from '../db/database.ts'

/** At most `max` in any `windowMs`, then none until the window is over. */
export type Limit = { readonly name: string; readonly max: number; readonly windowMs: number }

const MINUTE = 60_000
export const limits = {
  /** Failed sign-ins to one account from one address. */
  signIn: { name: 'sign-in', max: 5, windowMs: 15 * MINUTE },
  /** Failed sign-ins from one address, whatever the account. */
  signInAddress: { name: 'sign-in-address', max: 40, windowMs: 15 * MINUTE },
  /** Failed sign-ins to one account from anywhere: slows a guess spread over many addresses. Passkeys stay open. */
  signInAccount: { name: 'sign-in-account', max: 60, windowMs: 60 * MINUTE },
  /** Looking at or using a link, passkey ceremonies. */
  links: { name: 'links', max: 60, windowMs: MINUTE },
  /** Links of shared runs that open nothing, from one address. */
  sharedLink: { name: 'shared-link', max: 40, windowMs: 15 * MINUTE },
  /** What a guest does to a shared run: asking for access, messages, answers. */
  sharedAct: { name: 'shared-act', max: 60, windowMs: MINUTE },
  /** What guests of one plan's link write, whoever they are. */
  guestComments: { name: 'guest-comments', max: 120, windowMs: 60 * MINUTE },
  /** Pictures of plans that are shared by a link, to one address. */
  sharedImages: { name: 'shared-images', max: 300, windowMs: MINUTE },
  /** Pushes to one's own device, to see that they come. */
  pushTest: { name: 'push-test', max: 10, windowMs: MINUTE },
  /** Requests of one person for plans, where no socket gets through: one each 3 s for each plan, and what is sent in parts. */
  planSync: { name: 'plan-sync', max: 600, windowMs: MINUTE },
  /** Requests with one API key of a person. Pieces of snapshots go one by one. */
  personalKey: { name: 'personal-key', max: 600, windowMs: MINUTE },
  /** Requests with API keys that open nothing, from one address. */
  wrongKey: { name: 'wrong-key', max: 40, windowMs: 15 * MINUTE },
  /** Password checks of somebody who is signed in. */
  password: { name: 'password', max: 5, windowMs: 15 * MINUTE },
} as const satisfies Record<string, Limit>

export type RateLimits = ReturnType<typeof createRateLimits>

/** Counts in the database, so that neither a restart nor a second server process forgets. */
export function createRateLimits(deps: { readonly database: Pick<Database, 'query'>; readonly now: () => number }) {
  const { database, now } = deps
  return {
    /**
     * Counts one more. `undefined`: go on; else the seconds until the next is allowed. One statement, so that two at once can't both
     * be the last. `last_request` holds the start of the window. The id is random: only one unique index can be the arbiter.
     */
    async take(limit: Limit, ...who: readonly string[]): Promise<number | undefined> {
      const [row] = await database.query<Row>(
        `insert into rate_limit (id, key, count, last_request) values (gen_random_uuid()::text, $1, 1, $2)
         on conflict (key) do update set
           count = case when rate_limit.last_request <= $3 then 1 else least(rate_limit.count + 1, $4) end,
           last_request = case when rate_limit.last_request <= $3 then $2 else rate_limit.last_request end
         returning count, last_request`,
        [keyOf(limit, who), now(), now() - limit.windowMs, limit.max + 1],
      )
      const { count, last_request: since } = Row.parse(row)
      return count <= limit.max ? undefined : Math.max(1, Math.ceil((since + limit.windowMs - now()) / 1000))
    },

    /** Forgets what was counted: after a sign-in that worked. */
    async clear(limit: Limit, ...who: readonly string[]): Promise<void> {
      await database.query('delete from rate_limit where key = $1', [keyOf(limit, who)])
    },

    /** Removes what no window reaches any more. */
    async prune(): Promise<void> {
      const longest = Math.max(...Object.values(limits).map((limit) => limit.windowMs))
      await database.query('delete from rate_limit where last_request < $1', [now() - longest])
    },
  }
}

const Row = z.object({ count: z.number(), last_request: z.number() })
type Row = z.infer<typeof Row>

/** Addresses and emails are stored as a hash: the table needs to compare them, not to tell them. */
function keyOf(limit: Limit, who: readonly string[]): string {
  return `${limit.name}:${createHash('sha256').update(JSON.stringify(who)).digest('base64url')}`
}
