import { Hono } from 'hono'
import { z } from 'zod'
import { callHeaders } from '../auth/calls.ts'
import type { Auth } from '../auth/create-auth.ts'
import { limits } from '../auth/rate-limits.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { limitRate } from '../middleware/rate-limit.ts'
import { requireActor } from '../middleware/require-actor.ts'
import { answer, passCookies } from './answers.ts'
import { TokenField } from './fields.ts'

const Token = z.object({ token: TokenField })
const Opened = z.object({ sessionId: z.string() })

/** Signing a phone in from a desktop: `POST /pairing` and its state for the first, `look` and `accept` for the second. */
export function pairingRoutes(auth: Auth): Hono<Environment> {
  const { pairing, rateLimits, better, deps } = auth.parts
  return new Hono<Environment>()
    .use('/pairing/look', limitRate(rateLimits, limits.links))
    .post('/pairing/look', async (c) => {
      const { token } = await readBody(c, Token)
      return answer(c, await pairing.look(token))
    })
    .use('/pairing/accept', limitRate(rateLimits, limits.links))
    .post('/pairing/accept', async (c) => {
      const { token } = await readBody(c, Token)
      const taken = await pairing.take(token)
      if (!taken.ok) return refuse(c, taken.error)
      const headers = callHeaders({
        from: c.req.raw.headers,
        address: c.var.address,
        origin: deps.publicUrl.origin,
        session: 'without',
      })
      const response = await better.api.openSession({ body: { userId: taken.value.userId }, headers, asResponse: true })
      const { sessionId } = Opened.parse(await response.json())
      await pairing.used(taken.value.link, sessionId)
      passCookies(c, response)
      return c.json({}, 201)
    })
    .post('/pairing', requireActor(auth), async (c) => c.json(await pairing.create(c.var.actor), 201))
    .get('/pairing/:id', requireActor(auth), async (c) =>
      answer(c, await pairing.state(c.var.actor, c.req.param('id'))),
    )
}
