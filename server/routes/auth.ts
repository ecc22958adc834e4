import { Hono } from 'hono'
import type { Context } from 'hono'
import { z } from 'zod'
import { refusal } from '#shared/refusal.ts'
import { isPasskeyHost } from '../auth/addresses.ts'
import { callHeaders } from '../auth/calls.ts'
import type { Auth } from '../auth/create-auth.ts'
import { limits } from '../auth/rate-limits.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse, refuseTooFast } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { limitRate } from '../middleware/rate-limit.ts'
import { passCookies } from './answers.ts'
import { EmailField, GivenPassword, AuthenticationAnswer } from './fields.ts'

const SignIn = z.object({ email: EmailField, password: GivenPassword })
const Answer = z.object({ response: AuthenticationAnswer })
const WRONG = refusal('not_allowed', 'This email and password don’t match.')
const WRONG_PASSKEY = refusal(
  'not_allowed',
  'This passkey is not known here. Sign in with your password, or use another passkey.',
)

/** Signing in and out. */
export function signInRoutes(auth: Auth): Hono<Environment> {
  const { better, rateLimits, deps, devices } = auth.parts
  const headersOf = (c: Context<Environment>, session: 'with' | 'without' = 'without') =>
    callHeaders({ from: c.req.raw.headers, address: c.var.address, origin: deps.publicUrl.origin, session })

  return new Hono<Environment>()
    .get('/auth/state', async (c) => {
      const people = await deps.database.query('select 1 from "user" limit 1')
      return c.json({
        firstStart: people.length === 0,
        passkeys: isPasskeyHost(deps.publicUrl),
        server: deps.publicUrl.host,
      })
    })

    .post('/auth/sign-in', async (c) => {
      const { email, password } = await readBody(c, SignIn)
      const tries = [
        [limits.signIn, c.var.address, email],
        [limits.signInAddress, c.var.address],
        [limits.signInAccount, email],
      ] as const
      for (const [limit, ...who] of tries) {
        const seconds = await rateLimits.take(limit, ...who)
        if (seconds !== undefined) return refuseTooFast(c, seconds)
      }
      const response = await better.api.signInEmail({
        body: { email, password },
        headers: headersOf(c),
        asResponse: true,
      })
      if (response.status === 401) return refuse(c, WRONG, 401)
      if (!response.ok) throw new Error(`better-auth answered ${response.status} to a sign-in`)
      await rateLimits.clear(limits.signIn, c.var.address, email)
      await rateLimits.clear(limits.signInAccount, email)
      passCookies(c, response)
      return c.json({})
    })

    .use('/auth/passkey/*', limitRate(rateLimits, limits.links))
    .post('/auth/passkey/options', async (c) => {
      const response = await better.api.generatePasskeyAuthenticationOptions({
        headers: headersOf(c),
        asResponse: true,
      })
      passCookies(c, response)
      return c.json(await response.json())
    })
    .post('/auth/passkey/verify', async (c) => {
      const { response: given } = await readBody(c, Answer)
      const response = await better.api.verifyPasskeyAuthentication({
        body: { response: given },
        headers: headersOf(c),
        asResponse: true,
      })
      if (!response.ok) return refuse(c, WRONG_PASSKEY, 401)
      passCookies(c, response)
      return c.json({})
    })

    .post('/auth/sign-out', async (c) => {
      const actor = await auth.getActor(c.req.raw)
      if (actor) await devices.revoke(actor, actor.sessionId)
      passCookies(c, await better.api.signOut({ headers: headersOf(c, 'with'), asResponse: true }))
      return c.json({})
    })
}
