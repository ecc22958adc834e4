import { Hono } from 'hono'
import type { Context } from 'hono'
import { z } from 'zod'
import { refusal } from '#shared/refusal.ts'
import { callHeaders } from '../auth/calls.ts'
import type { Auth } from '../auth/create-auth.ts'
import { deviceName } from '../auth/device-name.ts'
import { CeremonyRefused } from '../auth/passkey-ceremony.ts'
import { limits } from '../auth/rate-limits.ts'
import type { Redemption } from '../auth/redemption.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { limitRate } from '../middleware/rate-limit.ts'
import { answer, passCookies } from './answers.ts'
import { EmailField, NameField, TokenField, RegistrationAnswer, refusedPassword } from './fields.ts'

const Look = z.object({ kind: z.enum(['welcome', 'invite', 'reset']), token: TokenField })
const Step: z.ZodType<Redemption> = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['welcome', 'invite']), token: TokenField, name: NameField, email: EmailField }),
  z.object({ kind: z.literal('reset'), token: TokenField, signOutOthers: z.boolean() }),
])
const WithPassword = z.object({ step: Step, password: z.string() })
const Options = z.object({ step: Step })
const WithPasskey = z.object({ step: Step, response: RegistrationAnswer })
const NOT_VERIFIED = refusal('invalid', 'The passkey could not be checked. Try again, or set a password.')

/** Links that lead to an account or to a new way in: look at it, then use it with a password or a passkey. */
export function linkRoutes(auth: Auth): Hono<Environment> {
  const { better, ceremony, redemptions, rateLimits, deps } = auth.parts
  const headersOf = (c: Context<Environment>) =>
    callHeaders({ from: c.req.raw.headers, address: c.var.address, origin: deps.publicUrl.origin, session: 'without' })

  return new Hono<Environment>()
    .use('/auth/links/*', limitRate(rateLimits, limits.links))
    .post('/auth/links/look', async (c) => {
      const { kind, token } = await readBody(c, Look)
      return answer(c, await redemptions.look(kind, token))
    })

    .post('/auth/links/password', async (c) => {
      const { step, password } = await readBody(c, WithPassword)
      // The link first: without a good one, nothing else is worth telling.
      const link = await redemptions.look(step.kind, step.token)
      if (!link.ok) return refuse(c, link.error)
      const about =
        step.kind === 'reset'
          ? link.value.kind === 'reset'
            ? [link.value.person.name, link.value.person.email]
            : []
          : [step.name, step.email]
      const problem = refusedPassword(password, about)
      if (problem !== undefined) return refuse(c, refusal('invalid', problem))
      const { password: hashing } = await better.$context
      const redeemed = await redemptions.redeem(step, await hashing.hash(password))
      if (!redeemed.ok) return refuse(c, redeemed.error)
      passCookies(
        c,
        await better.api.openSession({ body: { userId: redeemed.value }, headers: headersOf(c), asResponse: true }),
      )
      return c.json({}, 201)
    })

    .post('/auth/links/passkey/options', async (c) => {
      const { step } = await readBody(c, Options)
      const link = await redemptions.look(step.kind, step.token)
      if (!link.ok) return refuse(c, link.error)
      const response = await ceremony.during(step, () =>
        better.api.generatePasskeyRegistrationOptions({ query: {}, headers: headersOf(c), asResponse: true }),
      )
      if (!response.ok) return refuse(c, NOT_VERIFIED)
      passCookies(c, response)
      return c.json(await response.json())
    })

    .post('/auth/links/passkey/verify', async (c) => {
      const { step, response: given } = await readBody(c, WithPasskey)
      try {
        const name = deviceName(c.req.header('user-agent')).name
        const body = { response: given, createSession: true, name }
        const response = await ceremony.during(step, () =>
          better.api.verifyPasskeyRegistration({ body, headers: headersOf(c), asResponse: true }),
        )
        if (!response.ok) return refuse(c, NOT_VERIFIED)
        passCookies(c, response)
        return c.json({}, 201)
      } catch (error) {
        if (error instanceof CeremonyRefused) return refuse(c, error.refusal)
        throw error
      }
    })
}
