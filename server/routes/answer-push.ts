import { PushRequest, SpaceId, schemaVersion } from '#shared/protocol/sync.ts'
import { refusal } from '#shared/refusal.ts'
import { processPush, type PushDeps, type PushFailure } from '#sync/server/push.ts'
import type { Actor } from '../auth/actor.ts'
import { toProblem, type Answer, type Problem } from '../middleware/errors.ts'

/** To a push that was taken, `{}`. The other words are Replicache's. */
export type PushAnswer = Answer<{ readonly error?: string; readonly versionType?: 'schema' } | Problem>

/** A push, by HTTP or over a socket: who may push there is settled before `read` looks into it. */
export async function answerPush(
  deps: PushDeps,
  actor: Actor,
  given: string | undefined,
  read: () => Promise<PushRequest>,
): Promise<PushAnswer> {
  const space = SpaceId.safeParse(given)
  if (!space.success || space.data !== `team/${actor.teamId}`)
    return toProblem(refusal('not_allowed', 'This is not your team’s data.'))
  const push = await read()
  // All of them, also an old client's, before it is told to reload: names and arguments stay valid, and nothing makes
  // Replicache send what was left out before its person does something again.
  const { mutations } = push
  const taken = await processPush(deps, actor, { space: space.data, clientGroup: push.clientGroupID, mutations })
  if (!taken.ok) return toSyncFailure(taken.error)
  const isOld = push.schemaVersion !== schemaVersion
  return { status: 200, body: isOld ? { error: 'VersionNotSupported', versionType: 'schema' } : {} }
}

export function toSyncFailure(why: PushFailure): PushAnswer {
  if (why === 'client_state_not_found') return { status: 200, body: { error: 'ClientStateNotFound' } }
  if (why === 'not_allowed') return toProblem(refusal('not_allowed', 'This device’s store belongs to somebody else.'))
  return toProblem(refusal('conflict', 'The server is busy with the same rows. Try again.'), 503)
}
