import { createHash } from 'node:crypto'
import { z } from 'zod'
import {
  isPersonalKey,
  personalKeyPrefix,
  personalKeysLimit,
  type NewPersonalKey,
  type PersonalKey,
} from '#shared/domain/personal-key.ts'
import { Role } from '#shared/domain/team.ts'
import { TeamId, UserId, uuidv7 } from '#shared/ids.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import type { Actor } from './actor.ts'
import type { AuthDeps } from './ports.ts'

const DAY_MS = 24 * 60 * 60_000
/** How far "last used" may be behind. */
const SEEN_MS = 60_000
/** An ended key is listed for so long, so that its person sees why a program stopped working. */
const LISTED_MS = 30 * DAY_MS

export type PersonalKeys = ReturnType<typeof createPersonalKeys>

/** Keys with which a program, such as the command line in a script, acts as one person in one team. */
export function createPersonalKeys(deps: Pick<AuthDeps, 'database' | 'now' | 'randomBytes' | 'log'>) {
  const { database, now, log } = deps

  return {
    async list(actor: Actor): Promise<PersonalKey[]> {
      const rows = await database.query(
        `select k.id, k.name, k.start, o.name as team, k.created_at, k.expires_at, k.last_used_at
         from personal_key k join organization o on o.id = k.team_id where k.user_id = $1 order by k.created_at desc, k.id`,
        [actor.userId],
      )
      return rows.map((row) => shown(KeyRow.parse(row)))
    },

    /** For the team that the person is in now. @param days until it ends; absent: it has no end. */
    async create(
      actor: Actor,
      { name, days }: { name: string; days: number | undefined },
    ): Promise<Result<NewPersonalKey, Refusal>> {
      const at = now()
      const key = `${personalKeyPrefix}${Buffer.from(deps.randomBytes(32)).toString('base64url')}`
      const id = uuidv7(at, deps.randomBytes(10))
      const start = key.slice(0, personalKeyPrefix.length + 4)
      const expiresAt = days === undefined ? undefined : at + days * DAY_MS
      const [row] = await database.query(
        `insert into personal_key (id, user_id, team_id, name, start, hash, created_at, expires_at)
         select $1, $2, $3, $4, $5, $6, $7, $8 where (select count(*) from personal_key where user_id = $2) < $9
         returning (select name from organization where id = $3) as team`,
        [id, actor.userId, actor.teamId, name, start, hashOf(key), at, expiresAt ?? null, personalKeysLimit],
      )
      if (row === undefined)
        return err(refusal('too_many', `A person can have ${personalKeysLimit} API keys. Revoke one first.`))
      const { team } = z.object({ team: z.string() }).parse(row)
      return ok({ id, name, start, team, createdAt: at, ...(expiresAt === undefined ? {} : { expiresAt }), key })
    },

    async revoke(actor: Actor, id: string): Promise<Result<void, Refusal>> {
      const rows = await database.query('delete from personal_key where id = $1 and user_id = $2 returning id', [
        id,
        actor.userId,
      ])
      return rows.length > 0 ? ok() : err(refusal('not_found', 'This key is revoked already.'))
    },

    async revokeAll(userId: UserId): Promise<void> {
      await database.query('delete from personal_key where user_id = $1', [userId])
    },

    /**
     * Whom a key lets act, as their role in its team is now; `undefined` where it is unknown, revoked or over. Such an actor has no session, and never
     * counts as somebody who has just signed in.
     */
    async actorOf(key: string): Promise<Actor | undefined> {
      if (!isPersonalKey(key)) return undefined
      const [found] = await database.query(ACTOR, [hashOf(key), now()], { name: 'auth_personal_key' })
      if (found === undefined) return undefined
      const row = ActorRow.parse(found)
      if (now() - (row.last_used_at ?? 0) > SEEN_MS) touch(row.id)
      return {
        kind: 'user',
        userId: row.user_id,
        name: row.name,
        email: row.email,
        teamId: row.team_id,
        role: row.role,
        sessionId: `key:${row.id}`,
        signedInAt: 0,
      }
    },

    async prune(): Promise<void> {
      await database.query('delete from personal_key where expires_at < $1', [now() - LISTED_MS])
    },
  }

  function touch(id: string): void {
    database
      .query('update personal_key set last_used_at = $2 where id = $1', [id, now()])
      .catch((cause: unknown) => log.warn({ cause: String(cause) }, 'a key could not be marked as used'))
  }
}

const ACTOR = `
  select k.id, k.user_id, k.team_id, k.last_used_at, u.name, u.email, m.role
  from personal_key k
  join "user" u on u.id = k.user_id
  join member m on m.organization_id = k.team_id and m.user_id = k.user_id
  where k.hash = $1 and (k.expires_at is null or k.expires_at > $2)`

const time = z.number().nullable()
const ActorRow = z.object({
  id: z.string(),
  user_id: UserId,
  team_id: TeamId,
  last_used_at: time,
  name: z.string(),
  email: z.string(),
  role: Role,
})
const KeyRow = z.object({
  id: z.string(),
  name: z.string(),
  start: z.string(),
  team: z.string(),
  created_at: z.number(),
  expires_at: time,
  last_used_at: time,
})

function shown({ id, name, start, team, ...row }: z.infer<typeof KeyRow>): PersonalKey {
  return {
    id,
    name,
    start,
    team,
    createdAt: row.created_at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
  }
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}
