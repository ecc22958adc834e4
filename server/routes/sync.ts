import { Hono } from 'hono'
import { PullRequest, PushRequest } from '#shared/protocol/sync.ts'
import type { PushDeps } from '#sync/server/push.ts'
import type { Environment } from '../middleware/environment.ts'
import { send } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import { answerPull, type PullDeps } from './answer-pull.ts'
import { answerPush } from './answer-push.ts'

/** Replicache's push and pull. */
export function syncRoutes(deps: PushDeps & PullDeps): Hono<Environment> {
  return new Hono<Environment>()
    .post('/push', async (c) =>
      send(c, await answerPush(deps, c.var.actor, c.req.query('space'), () => readBody(c, PushRequest))),
    )
    .post('/pull', async (c) =>
      send(c, await answerPull(deps, c.var.actor, c.req.query('space'), () => readBody(c, PullRequest))),
    )
}
