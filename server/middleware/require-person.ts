import type { MiddlewareHandler } from 'hono'
import { personalKeyPrefix } from '#shared/domain/personal-key.ts'
import { refusal } from '#shared/refusal.ts'
import type { Auth } from '../auth/create-auth.ts'
import { limits } from '../auth/rate-limits.ts'
import type { Environment } from './environment.ts'
import { refuse, refuseTooFast } from './errors.ts'
import { requireActor } from './require-actor.ts'

const overKey = refusal(
  'not_allowed',
  'This API key opens nothing: it was revoked, has ended, or its person is not in the team any more. Make a new one in the app under Settings, Devices.',
)

/**
 * Lets signed-in people through as `requireActor` does, and programs with a key of a person: `Authorization: Bearer drp_…`. Where a key is given, it alone
 * counts. For routes of a team's work; what manages accounts, ways in and devices takes no key.
 */
export function requirePerson(auth: Auth): MiddlewareHandler<Environment> {
  const bySession = requireActor(auth)
  const { personalKeys, rateLimits } = auth.parts
  return async (c, next) => {
    // A stricter guard has let them in.
    if (c.get('actor') !== undefined) return await next()
    const key = personalKeyIn(c.req.raw.headers)
    if (key === undefined) return bySession(c, next)
    const actor = await personalKeys.actorOf(key)
    const seconds =
      actor === undefined
        ? await rateLimits.take(limits.wrongKey, c.var.address)
        : await rateLimits.take(limits.personalKey, actor.sessionId)
    if (seconds !== undefined) return refuseTooFast(c, seconds)
    if (actor === undefined) return refuse(c, overKey, 401)
    c.set('actor', actor)
    return await next()
  }
}

function personalKeyIn(headers: Headers): string | undefined {
  const given = /^Bearer (\S{1,300})$/.exec(headers.get('authorization') ?? '')?.[1]
  return given?.startsWith(personalKeyPrefix) === true ? given : undefined
}
