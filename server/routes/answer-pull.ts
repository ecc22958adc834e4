import { SpaceId, parseSpace, schemaVersion, type PullRequest } from '#shared/protocol/sync.ts'
import { refusal } from '#shared/refusal.ts'
import { processPull, type PullAnswer as Pulled } from '#sync/server/pull.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { Actor } from '../auth/actor.ts'
import { toProblem, type Answer, type Problem } from '../middleware/errors.ts'
import type { RunAccess } from '../runs/access.ts'
import { toSyncFailure } from './answer-push.ts'

/** What is new, or a word of Replicache's. */
export type PullAnswer = Answer<Pulled | { readonly error?: string; readonly versionType?: 'schema' } | Problem>

export type PullDeps = { readonly store: SpaceStore; readonly access: RunAccess }

/** A pull, by HTTP or over a socket: who may read there is settled before `read` looks into it. */
export async function answerPull(
  deps: PullDeps,
  actor: Actor,
  given: string | undefined,
  read: () => Promise<PullRequest>,
): Promise<PullAnswer> {
  const space = SpaceId.safeParse(given)
  if (!space.success) return toProblem(refusal('invalid', 'There is no such space.'))
  if (!(await mayRead(deps.access, actor, space.data))) return toProblem(refusal('not_allowed', 'You can’t read this.'))
  const pull = await read()
  if (pull.schemaVersion !== schemaVersion)
    return { status: 200, body: { error: 'VersionNotSupported', versionType: 'schema' } }
  const answer = await processPull(deps.store, {
    space: space.data,
    clientGroup: pull.clientGroupID,
    userId: actor.userId,
    cookie: pull.cookie,
    readerEpoch: '1',
    older: pull.older === true,
  })
  return answer.ok ? { status: 200, body: answer.value } : toSyncFailure(answer.error)
}

export async function mayRead(access: RunAccess, actor: Pick<Actor, 'teamId'>, space: SpaceId): Promise<boolean> {
  const parsed = parseSpace(space)
  return parsed.kind === 'team' ? parsed.teamId === actor.teamId : (await access.teamOf(parsed.runId)) === actor.teamId
}
