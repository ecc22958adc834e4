import { Hono } from 'hono'
import type { Context } from 'hono'
import { PullRequest, PushRequest, SpaceId, parseSpace, schemaVersion } from '#shared/protocol/sync.ts'
import { refusal } from '#shared/refusal.ts'
import { processPull } from '#sync/server/pull.ts'
import { processPush, type PushDeps } from '#sync/server/push.ts'
import type { Actor } from '../auth/actor.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import type { RunAccess } from '../runs/access.ts'

const lost = { error: 'ClientStateNotFound' }

/** Replicache's push and pull. */
export function syncRoutes(deps: PushDeps & { readonly access: RunAccess }): Hono<Environment> {
  return new Hono<Environment>()
    .post('/push', async (c) => {
      const space = SpaceId.safeParse(c.req.query('space'))
      const { actor } = c.var
      if (!space.success || space.data !== `team/${actor.teamId}`)
        return refuse(c, refusal('not_allowed', 'This is not your team’s data.'))
      const push = await readBody(c, PushRequest)
      // All of them, also an old client's, before it is told to reload: names and arguments stay valid, and nothing makes
      // Replicache send what was left out before its person does something again.
      const { mutations } = push
      const taken = await processPush(deps, actor, { space: space.data, clientGroup: push.clientGroupID, mutations })
      if (!taken.ok) return failed(c, taken.error)
      return c.json(push.schemaVersion !== schemaVersion ? { error: 'VersionNotSupported', versionType: 'schema' } : {})
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
      return answer.ok ? c.json(answer.value) : failed(c, answer.error)
    })
}

export async function mayRead(access: RunAccess, actor: Pick<Actor, 'teamId'>, space: SpaceId): Promise<boolean> {
  const parsed = parseSpace(space)
  return parsed.kind === 'team' ? parsed.teamId === actor.teamId : (await access.teamOf(parsed.runId)) === actor.teamId
}

function failed(c: Context, why: 'client_state_not_found' | 'not_allowed' | 'busy'): Response {
  if (why === 'client_state_not_found') return c.json(lost)
  if (why === 'not_allowed') return refuse(c, refusal('not_allowed', 'This device’s store belongs to somebody else.'))
  return refuse(c, refusal('conflict', 'The server is busy with the same rows. Try again.'), 503)
}
