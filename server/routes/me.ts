import { Hono } from 'hono'
import type { Handler } from 'hono'
import { z } from 'zod'
import { TeamId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { callHeaders } from '../auth/calls.ts'
import type { Auth } from '../auth/create-auth.ts'
import { limits } from '../auth/rate-limits.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse, refuseTooFast } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { isFresh, refuseStaleSignIn } from '../middleware/fresh-sign-in.ts'
import { answer, passCookies } from './answers.ts'
import { EmailField, GivenPassword, NameField, refusedPassword } from './fields.ts'

const Profile = z.object({ name: NameField.optional(), email: EmailField.optional() })
const ChooseTeam = z.object({ teamId: TeamId })
const NewPassword = z.object({
  currentPassword: GivenPassword.optional(),
  newPassword: z.string(),
  signOutOthers: z.boolean().default(false),
})

/** `GET /me`: who asks, and their teams. */
export function whoAmI(auth: Auth): Handler<Environment> {
  const { better, deps, teams } = auth.parts
  return async (c) => {
    const { userId, name, email, teamId, role, sessionId, signedInAt } = c.var.actor
    // Prolongs the session and its cookie, at most once a day.
    const headers = callHeaders({
      from: c.req.raw.headers,
      address: c.var.address,
      origin: deps.publicUrl.origin,
      session: 'with',
    })
    passCookies(c, await better.api.getSession({ headers, asResponse: true }))
    const all = await teams.list(userId)
    const team = all.find(({ id }) => id === teamId)
    return c.json({
      user: { id: userId, name, email },
      team: { id: teamId, name: team?.name ?? '' },
      role,
      teams: all,
      sessionId,
      signedInAt,
    })
  }
}

/** The signed-in person. */
export function meRoutes(auth: Auth): Hono<Environment> {
  const { better, deps, devices, rateLimits, teams, profileChanged } = auth.parts
  const { database, now } = deps
  return new Hono<Environment>()
    .patch('/me', async (c) => {
      const { actor } = c.var
      const { name = actor.name, email = actor.email } = await readBody(c, Profile)
      if (email !== actor.email && !isFresh(actor, now())) return refuseStaleSignIn(c)
      const taken = await database.query('select 1 from "user" where email = $1 and id <> $2', [email, actor.userId])
      if (taken.length > 0) return refuse(c, refusal('conflict', 'Another account here has this email.'))
      await database.query('update "user" set name = $2, email = $3, updated_at = $4 where id = $1', [
        actor.userId,
        name,
        email,
        new Date(now()),
      ])
      await profileChanged(actor.userId)
      return c.json({ user: { id: actor.userId, name, email } })
    })

    .post('/me/team', async (c) => {
      const { teamId } = await readBody(c, ChooseTeam)
      return answer(c, await teams.choose(c.var.actor, teamId))
    })

    .post('/me/password', async (c) => {
      const { actor } = c.var
      const { currentPassword, newPassword, signOutOthers } = await readBody(c, NewPassword)
      const [kept] = await database.query<{ password: string | null }>(
        "select password from account where user_id = $1 and provider_id = 'credential'",
        [actor.userId],
      )
      const { password: hashing } = await better.$context
      if (kept?.password) {
        const seconds = await rateLimits.take(limits.password, actor.userId)
        if (seconds !== undefined) return refuseTooFast(c, seconds)
        if (
          currentPassword === undefined ||
          !(await hashing.verify({ hash: kept.password, password: currentPassword }))
        ) {
          return refuse(c, refusal('not_allowed', 'The current password is not right.'))
        }
        await rateLimits.clear(limits.password, actor.userId)
      } else if (!isFresh(actor, now())) {
        return refuseStaleSignIn(c)
      }
      const problem = refusedPassword(newPassword, [actor.name, actor.email])
      if (problem !== undefined) return refuse(c, refusal('invalid', problem))
      await auth.parts.setPassword(actor.userId, await hashing.hash(newPassword))
      const ended = signOutOthers ? await devices.revokeOthers(actor) : 0
      return c.json({ devicesSignedOut: ended })
    })
}
