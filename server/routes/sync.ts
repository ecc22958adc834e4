import { Hono } from 'hono'
import { PullRequest, PushRequest, SpaceId, parseSpace, schemaVersion } from '#shared/protocol/sync.ts'
import { refusal } from '#shared/refusal.ts'
import { processPull } from '#sync/server/pull.ts'
import type { PushDeps } from '#sync/server/push.ts'
import type { Actor } from '../auth/actor.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse, send } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import type { RunAccess } from '../runs/access.ts'
import { answerPush, toSyncFailure } from './answer-push.ts'

/** Replicache's push and pull. */
export function syncRoutes(deps: PushDeps & { readonly access: RunAccess }): Hono<Environment> {
  return new Hono<Environment>()
    .post('/push', async (c) => {
      return send(c, await answerPush(deps, c.var.actor, c.req.query('space'), () => readBody(c, PushRequest)))
    })
    .post('/pull', async (c) => {
      const space = SpaceId.safeParse(c.req.query('space'))
      if (!space.success) return refuse(c, refusal('invalid', 'There is no such space.'))
      if (!(await mayRead(deps.access, c.var.actor, space.data)))
        return refuse(c, refusal('not_allowed', 'You can’t read this.'))
      const pull = await readBody(c, PullRequest)
      if (pull.schemaVersion !== schemaVersion) return c.json({ error: 'VersionNotSupported', versionType: 'schema' })
      const answer = await processPull(deps.store, {
        space: space.data,
        clientGroup: pull.clientGroupID,
        userId: c.var.actor.userId,
        cookie: pull.cookie,
        readerEpoch: '1',
      })
      return answer.ok ? c.json(answer.value) : send(c, toSyncFailure(answer.error))
    })
}

export async function mayRead(access: RunAccess, actor: Pick<Actor, 'teamId'>, space: SpaceId): Promise<boolean> {
  const parsed = parseSpace(space)
  return parsed.kind === 'team' ? parsed.teamId === actor.teamId : (await access.teamOf(parsed.runId)) === actor.teamId
}
