import { Role } from '#shared/domain/team.ts'
import { TeamId, UserId } from '#shared/ids.ts'
import { defaultKeyHasher } from '@better-auth/api-key'
import { parseCookies } from 'better-auth/cookies'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Database } from '../db/database.ts'
import { COOKIE_PREFIX } from './better-auth.ts'
import type { BetterAuth } from './better-auth.ts'
import type { AuthDeps } from './ports.ts'

/** A signed-in person, in the team that their session has chosen. */
export type Actor = {
  readonly kind: 'user'
  readonly userId: UserId
  readonly name: string
  readonly email: string
  readonly teamId: TeamId
  readonly role: Role
  readonly sessionId: string
  /** When this session began, ms since epoch. */
  readonly signedInAt: number
}

/** A machine with an agent key. */
export type RunnerActor = { readonly teamId: TeamId; readonly keyId: string; readonly name: string }

/** How far "last seen" may be behind. */
const SEEN_MS = 5 * 60_000

/** Who sends this request; `undefined` when nobody is signed in, or the session is over or revoked. One indexed query. */
export function createActors(
  deps: Pick<AuthDeps, 'database' | 'publicUrl' | 'secret' | 'now' | 'log'>,
  auth: BetterAuth,
) {
  const { database, now, log } = deps
  const cookieName = `${deps.publicUrl.protocol === 'https:' ? '__Secure-' : ''}${COOKIE_PREFIX}.session_token`

  return {
    async getActor(source: Request | Headers): Promise<Actor | undefined> {
      const headers = source instanceof Headers ? source : source.headers
      const token = sessionToken(headers.get('cookie'))
      if (token === undefined) return undefined
      const rows = await database.query(ACTOR, [token, new Date(now())], { name: 'auth_actor' })
      if (rows[0] === undefined) return undefined
      const row = ActorRow.parse(rows[0])
      if (now() - row.seen_at.getTime() > SEEN_MS) touch(database, row.session_id)
      return {
        kind: 'user',
        userId: row.user_id,
        name: row.name,
        email: row.email,
        teamId: row.team_id,
        role: row.role,
        sessionId: row.session_id,
        signedInAt: row.signed_in_at.getTime(),
      }
    },

    /** Agent keys come as `Authorization: Bearer drv_…`. */
    async authenticateRunner(source: Request | Headers): Promise<RunnerActor | undefined> {
      const headers = source instanceof Headers ? source : source.headers
      const given = /^Bearer (drv_[A-Za-z0-9_-]{20,200})$/.exec(headers.get('authorization') ?? '')?.[1]
      if (given === undefined) return undefined
      // better-auth logs every unknown key as a failure, so that anybody could fill the log, and takes a database that can't be
      // reached for a wrong key. Our own queries tell the three apart.
      const [known] = await database.query('select 1 from apikey where key = $1', [await defaultKeyHasher(given)], {
        name: 'auth_key',
      })
      if (known === undefined) return undefined
      const verify = () => auth.api.verifyApiKey({ body: { key: given } })
      let { valid, key: found } = await verify()
      if (!valid) {
        await database.query('select 1')
        ;({ valid, key: found } = await verify())
      }
      if (!valid || !found) return undefined
      return { teamId: TeamId.parse(found.referenceId), keyId: found.id, name: found.name ?? 'Agent key' }
    },
  }

  /** The token of better-auth's signed cookie: `token.signature`, HMAC-SHA-256 in base64. */
  function sessionToken(cookies: string | null): string | undefined {
    const value = cookies === null ? undefined : parseCookies(cookies).get(cookieName)
    if (value === undefined) return undefined
    const decoded = decode(value)
    const dot = decoded.lastIndexOf('.')
    if (dot < 1) return undefined
    const token = decoded.slice(0, dot)
    const given = Buffer.from(decoded.slice(dot + 1), 'base64')
    const right = createHmac('sha256', deps.secret).update(token).digest()
    return given.length === right.length && timingSafeEqual(given, right) ? token : undefined
  }

  function touch(db: Database, sessionId: string): void {
    db.query('update session set updated_at = $2 where id = $1', [sessionId, new Date(now())]).catch(
      (cause: unknown) => {
        log.warn({ cause: String(cause) }, 'a device could not be marked as seen')
      },
    )
  }
}

const ACTOR = `
  select s.id as session_id, s.user_id, s.created_at as signed_in_at, s.updated_at as seen_at, u.name, u.email, m.organization_id as team_id, m.role
  from session s
  join "user" u on u.id = s.user_id
  join lateral (
    select organization_id, role from member
    where member.user_id = s.user_id
    order by (organization_id = s.active_organization_id) desc nulls last, created_at, id
    limit 1
  ) m on true
  where s.token = $1 and s.expires_at > $2`

const ActorRow = z.object({
  session_id: z.string(),
  user_id: UserId,
  signed_in_at: z.date(),
  seen_at: z.date(),
  name: z.string(),
  email: z.string(),
  team_id: TeamId,
  role: Role,
})

function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return ''
  }
}
