import { err, ok, type Result } from '#shared/result.ts'
import {
  maxPatchRows,
  pageStep,
  parseSpace,
  versionOf,
  type PatchOperation,
  type PullResponse,
  type SpaceId,
  type SyncCookie,
} from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { Change, Changes, Snapshot, SpaceHead, SpaceStore } from './space-store.ts'

/** Newest runs in a first answer: a screenful and some more. Each pull after it brings a page of older ones, and then of what `laterRows` names. */
export const runWindow = 100
/** What a device applies without a page noticing. */
export const olderRuns = 250
/** What comes page by page after the first answer, in this order, each from its last key to its first: the newest first. */
export const laterRows: readonly { readonly prefix: string; readonly page: number }[] = [
  { prefix: keys.runs, page: olderRuns },
  // Of up to 20,000 units each.
  { prefix: keys.planTexts, page: 25 },
  { prefix: keys.planVersions, page: olderRuns },
  { prefix: keys.planComments, page: olderRuns },
  { prefix: keys.planReviews, page: olderRuns },
]
/** Comes after every key under a prefix: ids and numbers are less than it. */
const last = '~'
/** Newest chunks of a transcript in a first answer, and chunks of a page of older ones: some 200 entries. */
export const chunkWindow = 10

export type PullQuery = {
  readonly space: SpaceId
  readonly clientGroup: string
  readonly userId: string
  readonly cookie: SyncCookie | null
  /** Changes when the reader's rights do: a cookie of another one is answered with everything. */
  readonly readerEpoch: string
  /** Of a transcript: the page before the window is asked for. */
  readonly older?: boolean
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
  const { cookie } = query
  if (cookie === null) return wholeAnswer(store, query)
  // Before what has changed: a row of the page that changes in between comes once more.
  const page = await olderPage(store, query, cookie)
  const since = versionOf(cookie)
  const changes = await store.changesSince({
    space: query.space,
    since,
    clientGroup: query.clientGroup,
    limit: maxPatchRows,
    ...windowOf({ ...cookie, ...page?.moved }),
  })
  if (isForeign(changes, query)) return err('not_allowed')
  if (since > changes.version) return err('client_state_not_found')
  if (cookie.epoch !== epochOf(changes, query) || since < changes.prunedVersion) return wholeAnswer(store, query)
  const { more: _more, ...known } = cookie
  const order = Math.max(changes.version, page === undefined ? 0 : cookie.order + pageStep)
  return ok({
    cookie: { ...known, order, ...page?.moved },
    lastMutationIDChanges: { ...changes.lastMutationIds },
    patch: [...(page?.rows ?? []), ...changes.changes].filter(readableBy(query.userId)).map(toOperation),
    more: changes.more,
  })
}

/** Rows from before what a device has, and where it then begins. */
type OlderPage = { readonly rows: Snapshot['rows']; readonly moved: Pick<SyncCookie, 'from' | 'more'> }

/** Of a team each pull brings the rows before `more`, of a transcript one that asks the chunks before `from`. */
async function olderPage(
  store: Pick<SpaceStore, 'scanBefore'>,
  { space, older }: PullQuery,
  { more, from }: SyncCookie,
): Promise<OlderPage | undefined> {
  if (more !== undefined) {
    const at = laterRows.findIndex(({ prefix }) => more.startsWith(prefix))
    const stage = laterRows[at]
    if (stage === undefined) return { rows: [], moved: {} }
    const { rows } = await store.scanBefore({ space, prefix: stage.prefix, before: more, limit: stage.page })
    const end = rows.length < stage.page ? undefined : rows.at(-1)?.key
    const next = laterRows[at + 1]
    const place = end ?? (next === undefined ? undefined : `${next.prefix}${last}`)
    return { rows, moved: place === undefined ? {} : { more: place } }
  }
  if (older !== true || from === undefined) return undefined
  const { rows } = await store.scanBefore({ space, prefix: keys.chunks, before: from, limit: chunkWindow })
  const first = rows.at(-1)?.key
  return first === undefined ? undefined : { rows, moved: { from: first } }
}

function windowOf({ from }: Pick<SyncCookie, 'from'>): { window?: { prefix: string; from: string } } {
  return from === undefined ? {} : { window: { prefix: keys.chunks, from } }
}

async function wholeAnswer(store: SpaceStore, query: PullQuery): Promise<Result<PullAnswer, PullFailure>> {
  const isRun = parseSpace(query.space).kind === 'run'
  const whole = await store.wholeSpace({
    space: query.space,
    clientGroup: query.clientGroup,
    windowPrefix: isRun ? keys.chunks : keys.runs,
    windowSize: isRun ? chunkWindow : runWindow,
    later: isRun ? [] : laterRows.slice(1).map(({ prefix }) => prefix),
  })
  if (isForeign(whole, query)) return err('not_allowed')
  const more = isRun ? undefined : moreOf(whole)
  const cookie: SyncCookie = {
    order: whole.version,
    epoch: epochOf(whole, query),
    ...(isRun && whole.windowFrom !== undefined ? { from: whole.windowFrom } : {}),
    ...(more === undefined ? {} : { more }),
  }
  const readable = readableBy(query.userId)
  const patch: PatchOperation[] = [{ op: 'clear' }, ...whole.changes.filter(readable).map(toOperation)]
  return ok({ cookie, lastMutationIDChanges: { ...whole.lastMutationIds }, patch, more: false })
}

/** Where what the first answer does not hold begins. */
function moreOf(whole: {
  readonly changes: readonly Change[]
  readonly windowFrom: string | undefined
  readonly hasLater: boolean
}): string | undefined {
  if (runsIn(whole.changes) === runWindow && whole.windowFrom !== undefined) return whole.windowFrom
  return whole.hasLater ? `${keys.planTexts}${last}` : undefined
}

function runsIn(changes: readonly Change[]): number {
  return changes.filter(({ key }) => key.startsWith(keys.runs)).length
}

function isForeign({ group }: Changes, query: PullQuery): boolean {
  return group !== undefined && (group.userId !== query.userId || group.spaceId !== query.space)
}

function epochOf(head: SpaceHead, query: PullQuery): string {
  return `${head.epoch}.${query.readerEpoch}`
}

/** Kinds of rows that are one person's alone, whose id comes next in the key. */
const personal = ['refused/', 'notification/', 'own-secret/', 'own-profile/', 'own-default/', 'own-git/']

/** Rows that not every member of the space may read: refusals, notifications, a person's own secrets, profiles and name in commits are for that person alone. */
export function readableBy(userId: string): (change: Pick<Change, 'key'>) => boolean {
  return ({ key }) => {
    const kind = personalKind(key)
    return kind === undefined || key.startsWith(`${kind}${userId}/`)
  }
}

/** The kind of a row that not every member may read. */
export function personalKind(key: string): string | undefined {
  return personal.find((prefix) => key.startsWith(prefix))
}

export function toOperation(change: Pick<Change, 'key' | 'value'>): PatchOperation {
  return change.value === undefined
    ? { op: 'del', key: change.key }
    : { op: 'put', key: change.key, value: change.value }
}
