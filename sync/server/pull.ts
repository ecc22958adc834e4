import { err, ok, type Result } from '#shared/result.ts'
import {
  maxPatchRows,
  parseSpace,
  type PatchOperation,
  type PullResponse,
  type SpaceId,
  type SyncCookie,
} from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { Change, Changes, SpaceStore } from './space-store.ts'

/** Newest runs in a first answer; older ones are asked for page by page. */
export const runWindow = 300
/** Newest chunks of a transcript in a first answer: some 200 entries. */
export const chunkWindow = 5

export type PullQuery = {
  readonly space: SpaceId
  readonly clientGroup: string
  readonly userId: string
  readonly cookie: SyncCookie | null
  /** Changes when the reader's rights do: a cookie of another one is answered with everything. */
  readonly readerEpoch: string
}

export type PullFailure = 'client_state_not_found' | 'not_allowed'
export type PullAnswer = PullResponse & {
  /** There is more: pull again at once. */
  readonly more: boolean
}

/**
 * What is newer than the cookie, from one snapshot. `clear` and everything (within the windows) for a first pull, another
 * epoch, or a cookie older than the tombstones. A cookie from the future means that the server was set back: the
 * client must start anew, since a cookie can't go down.
 */
export async function processPull(store: SpaceStore, query: PullQuery): Promise<Result<PullAnswer, PullFailure>> {
  const [group, head] = await Promise.all([store.clientGroup(query.clientGroup), store.head(query.space)])
  if (group !== undefined && (group.userId !== query.userId || group.spaceId !== query.space)) return err('not_allowed')
  const epoch = `${head.epoch}.${query.readerEpoch}`
  const { cookie } = query
  if (cookie !== null && cookie.order > head.version) return err('client_state_not_found')
  if (cookie === null || cookie.epoch !== epoch || cookie.order < head.prunedVersion)
    return ok(await wholeAnswer(store, query, epoch))
  return ok(await newerAnswer(store, query, cookie))
}

async function wholeAnswer(store: SpaceStore, query: PullQuery, epoch: string): Promise<PullAnswer> {
  const isRun = parseSpace(query.space).kind === 'run'
  const whole = await store.wholeSpace({
    space: query.space,
    clientGroup: query.clientGroup,
    windowPrefix: isRun ? keys.chunks : keys.runs,
    windowSize: isRun ? chunkWindow : runWindow,
  })
  const cookie: SyncCookie = {
    order: whole.version,
    epoch,
    ...(isRun && whole.windowFrom !== undefined ? { from: whole.windowFrom } : {}),
  }
  const readable = readableBy(query.userId)
  const patch: PatchOperation[] = [{ op: 'clear' }, ...whole.changes.filter(readable).map(toOperation)]
  return { cookie, lastMutationIDChanges: { ...whole.lastMutationIds }, patch, more: false }
}

async function newerAnswer(store: SpaceStore, query: PullQuery, cookie: SyncCookie): Promise<PullAnswer> {
  const changes: Changes = await store.changesSince({
    space: query.space,
    since: cookie.order,
    clientGroup: query.clientGroup,
    limit: maxPatchRows,
    ...(cookie.from === undefined ? {} : { window: { prefix: keys.chunks, from: cookie.from } }),
  })
  const patch = changes.changes.filter(readableBy(query.userId)).map(toOperation)
  return {
    cookie: { ...cookie, order: changes.version },
    lastMutationIDChanges: { ...changes.lastMutationIds },
    patch,
    more: changes.more,
  }
}

/** Rows that not every member of the space may read: refusals are for their author alone. */
export function readableBy(userId: string): (change: Pick<Change, 'key'>) => boolean {
  const mine = `refused/${userId}/`
  return (change) => !change.key.startsWith('refused/') || change.key.startsWith(mine)
}

export function toOperation(change: Pick<Change, 'key' | 'value'>): PatchOperation {
  return change.value === undefined
    ? { op: 'del', key: change.key }
    : { op: 'put', key: change.key, value: change.value }
}
