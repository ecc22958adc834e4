import { Hono, type Context } from 'hono'
import { PullRequest, PushRequest } from '#shared/protocol/sync.ts'
import { refusal } from '#shared/refusal.ts'
import type { PushDeps } from '#sync/server/push.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse, send } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { answerPull, type PullDeps } from './answer-pull.ts'
import { answerPush } from './answer-push.ts'

/** Replicache's push and pull. */
export function syncRoutes(deps: PushDeps & PullDeps): Hono<Environment> {
  return new Hono<Environment>()
    .use(async (c, next) => (isSomebodyElse(c) ? refuse(c, somebodyElse) : next()))
    .post('/push', async (c) =>
      send(c, await answerPush(deps, c.var.actor, c.req.query('space'), () => readBody(c, PushRequest))),
    )
    .post('/pull', async (c) =>
      send(c, await answerPull(deps, c.var.actor, c.req.query('space'), () => readBody(c, PullRequest))),
    )
}

const somebodyElse = refusal('not_allowed', 'Somebody else is signed in on this device now.')

/** A page or a worker that still acts for the person who was signed in before. Their store is not this session's. */
function isSomebodyElse(c: Context<Environment>): boolean {
  const claimed = c.req.query('user')
  return claimed !== undefined && claimed !== c.var.actor.userId
}
