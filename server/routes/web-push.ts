import { Hono } from 'hono'
import { z } from 'zod'
import { PushSettings } from '#shared/domain/push.ts'
import { NewPushSubscription, PushAnswer, type PushState, type PushTestResult } from '#shared/protocol/push.ts'
import { limits, type RateLimits } from '../auth/rate-limits.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse, refuseTooFast } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { limitRate } from '../middleware/rate-limit.ts'
import { answerByToken, type AnswerByTokenDeps } from '../web-push/answer-by-token.ts'
import type { WebPush } from '../web-push/create-web-push.ts'
import { answer } from './answers.ts'

export type WebPushRoutesDeps = Omit<AnswerByTokenDeps, 'tokens'> & {
  readonly service: WebPush
  readonly rateLimits: RateLimits
}

const testLifeMs = 60_000

/** The answer of a button on a notification: whoever has its token, from a service worker that may have no session at hand. */
export function webPushAnswerRoutes(deps: WebPushRoutesDeps): Hono<Environment> {
  return new Hono<Environment>()
    .use('/push/answer', limitRate(deps.rateLimits, limits.links))
    .post('/push/answer', async (c) =>
      answer(c, await answerByToken({ ...deps, tokens: deps.service.tokens }, await readBody(c, PushAnswer))),
    )
}

/** The person's browsers that get pushes. */
export function webPushRoutes({ service, rateLimits, now }: WebPushRoutesDeps): Hono<Environment> {
  const { subscriptions } = service
  return new Hono<Environment>()
    .get('/push', async (c) => {
      const { publicKey } = await service.parts()
      return c.json({ publicKey, subscriptions: await subscriptions.list(c.var.actor) } satisfies PushState)
    })
    .put('/push/subscription', async (c) => {
      const put = await subscriptions.put(c.var.actor, await readBody(c, NewPushSubscription))
      service.wake()
      return answer(c, put, 201)
    })
    .patch('/push/subscription/:id', async (c) => {
      const { settings } = await readBody(c, z.object({ settings: PushSettings }))
      return answer(c, await subscriptions.change(c.var.actor, c.req.param('id'), settings))
    })
    .delete('/push/subscription/:id', async (c) =>
      answer(c, await subscriptions.remove(c.var.actor, c.req.param('id'))),
    )
    .post('/push/subscription/:id/test', async (c) => {
      const seconds = await rateLimits.take(limits.pushTest, c.var.actor.userId)
      if (seconds !== undefined) return refuseTooFast(c, seconds)
      const found = await subscriptions.ofPerson(c.var.actor, c.req.param('id'))
      if (!found.ok) return refuse(c, found.error)
      const { deliver } = await service.parts()
      const outcome = await deliver(found.value, { kind: 'test', at: now() }, { lifeMs: testLifeMs, urgency: 'high' })
      return c.json({
        sent: outcome.status === 'sent',
        ...('trouble' in outcome ? { trouble: outcome.trouble } : {}),
      } satisfies PushTestResult)
    })
}
