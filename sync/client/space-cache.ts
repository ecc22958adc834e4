import {
  Replicache,
  dropDatabase,
  type MutatorDefs,
  type PatchOperation,
  type PendingMutation,
  type PullerResultV1,
  type PusherResult,
} from 'replicache'
import type { Json } from '#shared/json.ts'
import type { BrowserDown } from '#shared/protocol/browser-socket.ts'
import { PullResponse, SyncCookie, schemaVersion, versionOf, type SpaceId } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, type ReadTransaction } from '#sync/core/transaction.ts'
import type { MutationRef } from './device-mutators.ts'
import type { Carrier } from './intents.ts'
import { readTransaction } from './read-transaction.ts'
import { feedRows, type RowsChange } from './rows-feed.ts'
import { closing, createSpaceRequests, syncError, type Answered, type SpaceRequestsDeps } from './space-requests.ts'
import type { Failure } from './status.ts'
import { createTranscriptPages, isWithin } from './transcript-pages.ts'
import { inPieces } from './in-pieces.ts'
import { RefusedError } from './workspace.ts'

type Poke = Extract<BrowserDown, { type: 'poke' }>
export type Row = readonly [key: string, value: Json]
/** A pull that is under way: `landed` once its rows are here, or nothing comes of it. */
type Pull = { readonly landed: PromiseWithResolvers<void>; isAnswered: boolean }

export type CacheEvents = {
  /** The server answered: this device has everything up to now. */
  readonly onFresh: () => void
  /** After rows or pending mutations may have changed. */
  readonly onChanged: () => void
  readonly onFailure: (why: Failure) => void
  readonly onReload: () => void
  /** The server does not know this client any more: open the cache anew and offer again what is not taken. */
  readonly onLost: () => void
  /** The server does not let this person read the space, or does not know it yet. Absent: taken as a failure. */
  readonly onRefused?: () => void
}

export type CacheDeps = Pick<SpaceRequestsDeps, 'space' | 'userId' | 'baseUrl' | 'fetch' | 'ask'> & {
  /** One for each person, so that two on one device never share a store. */
  readonly storeName: string
  readonly kvStore: 'idb' | 'mem'
  readonly mutators?: MutatorDefs
  /** Opens the store and asks the server nothing before `release`. */
  readonly held?: boolean
  readonly events: CacheEvents
}

/** One space on this device: Replicache with the server's ways of push and pull, and pokes that carry the patch. */
export type SpaceCache = {
  readonly space: SpaceId
  query<T>(query: (tx: ReadTransaction) => Promise<T>): Promise<T>
  subscribe<T>(query: (tx: ReadTransaction) => Promise<T>, onData: (value: T) => void): () => void
  /** Rows under `prefix` as they are written from now on. */
  watch(prefix: string, onRows: (rows: readonly Row[]) => void): () => void
  /** The rows under `prefix`, the newest first, and what changes; see `feedRows`. */
  feed(prefix: string, now: number, onChange: (change: RowsChange) => void): () => void
  /** Resolves once the change is made here; rejects with `RefusedError` when this device can tell that it is refused. */
  mutate(name: string, args: object): Promise<Carrier>
  cookie(): Promise<SyncCookie | null>
  poke(message: Poke): Promise<void>
  /** Pulls until this device has `version`, or the server can't be reached. */
  catchUp(version: number): Promise<void>
  pull(): Promise<void>
  /** Brings the page of a transcript that comes before what is here; whether there was one to be had. */
  older(): Promise<boolean>
  /** Gives up a transcript's chunks before this key; the server has them. */
  giveUpBefore(key: string): Promise<void>
  /** Whether the server has taken what was pending; also when nothing was. */
  push(): Promise<boolean>
  pending(): Promise<readonly PendingMutation[]>
  /** What was `held` asks the server from now on. */
  release(): void
  close(): Promise<void>
  /** Closes it and removes what this device has of the space. */
  drop(): Promise<void>
}

/** The answer of a pull is here so soon after it came, or will never be: a poke or another tab was first. */
const landingMs = 250
/** Between two pages of older runs. */
const olderPauseMs = 30
const firstRetryMs = 250
const maxRetryMs = 15_000
/** Pulls in a row for one `catchUp`; each brings up to 500 rows. */
const maxPulls = 1000

export function createSpaceCache(deps: CacheDeps): SpaceCache {
  let closed = false
  let hasMore = false
  let lastPullOk = false
  let lastPushOk = true
  let applying: Promise<void> = Promise.resolve()
  let catching: Promise<void> | undefined
  let target = 0
  const hold = Promise.withResolvers<void>()
  if (deps.held !== true) hold.resolve()
  /** The cookie of the rows that are here, as far as it was seen. */
  let known: SyncCookie | undefined
  let pulling: Pull | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let retryMs = firstRetryMs
  let nextRuns: ReturnType<typeof setTimeout> | undefined
  let wantsOlder = false

  const isRefused = (status: number): boolean => status === 403 && deps.events.onRefused !== undefined
  const requests = createSpaceRequests({
    ...deps,
    isClosed: () => closed,
    isExpected: isRefused,
    onFailure: deps.events.onFailure,
  })

  const replicache = new Replicache<MutatorDefs>({
    name: deps.storeName,
    schemaVersion,
    kvStore: deps.kvStore,
    mutators: deps.mutators ?? {},
    pushDelay: 0,
    pullInterval: 60_000,
    requestOptions: { minDelayMs: 1, maxDelayMs: 15_000 },
    logLevel: 'error',
    logSinks: [{ log: logUnlessTold }],
    async pusher(body) {
      let answer: PusherResult = { httpRequestInfo: { httpStatusCode: 200, errorMessage: '' } }
      for (const mutations of inPieces(body.mutations)) {
        lastPushOk = false
        const { info, json } = await requests.ask('push', { ...body, mutations }, true)
        lastPushOk = json !== undefined
        const known = syncError(json)
        answer = known === undefined ? { httpRequestInfo: info } : { httpRequestInfo: info, response: known }
        // What follows builds on this piece. That the app is old is no reason to keep the rest.
        if (json === undefined || known?.error === 'ClientStateNotFound') break
      }
      return answer
    },
    async puller(body) {
      await hold.promise
      if (closed) return { httpRequestInfo: closing }
      const base = 'cookie' in body ? (body.cookie as SyncCookie | null) : null
      // Replicache pulls one at a time: the one before is applied or given up.
      if (pulling !== undefined) endPull(pulling)
      const pull: Pull = { landed: Promise.withResolvers(), isAnswered: false }
      pulling = pull
      const older = wantsOlder
      wantsOlder = false
      // All of a space may be much, unless it has only just begun.
      const isShort = (base !== null || deps.held === true) && !older
      const result = toPulled(await requests.ask('pull', older ? { ...body, older } : body, isShort), base)
      pull.isAnswered = true
      const brings = result.response !== undefined && 'patch' in result.response && result.response.patch.length > 0
      if (brings) setTimeout(endPull, landingMs, pull)
      else endPull(pull)
      return result
    },
  })

  function toPulled({ info, json }: Answered, base: SyncCookie | null): PullerResultV1 {
    lastPullOk = false
    const refused = syncError(json)
    if (refused !== undefined) return { httpRequestInfo: info, response: refused }
    // Nothing new, rather than an error that is tried again and again: `onRefused` knows when to ask.
    if (isRefused(info.httpStatusCode)) {
      deps.events.onRefused?.()
      const none = { cookie: base, lastMutationIDChanges: {}, patch: [] }
      return { httpRequestInfo: { httpStatusCode: 200, errorMessage: '' }, response: none }
    }
    const parsed = PullResponse.safeParse(json)
    if (!parsed.success)
      return {
        httpRequestInfo: json === undefined ? info : { httpStatusCode: 502, errorMessage: 'not an answer of Drover' },
      }
    lastPullOk = true
    hasMore = typeof json === 'object' && json !== null && 'more' in json && json.more === true
    if (!hasMore) deps.events.onFresh()
    const { cookie, lastMutationIDChanges, patch } = parsed.data
    const isNewer = base?.order !== cookie.order || patch.length > 0
    return {
      httpRequestInfo: info,
      response: { cookie, lastMutationIDChanges, patch: isNewer ? [...patch, cookieRow(cookie)] : [] },
    }
  }

  replicache.onUpdateNeeded = (reason) => {
    // A group of clients that began beside this one, after an update or where the server lost the one before, says nothing of this one.
    if (reason.type !== 'NewClientGroup') deps.events.onReload()
  }
  replicache.onClientStateNotFound = () => deps.events.onLost()
  // Every patch brings the cookie's row, so this is heard once the rows are here and what was pending is settled, and not while
  // a pull's answer still waits to be applied: what looked then saw its mutations pending, and nothing told it to look again.
  const stopWatching = replicache.experimentalWatch(
    (diff) => {
      for (const one of diff) known = SyncCookie.safeParse('newValue' in one ? one.newValue : undefined).data
      if (pulling?.isAnswered === true) endPull(pulling)
      if (known?.more !== undefined) askForOlderRuns()
      deps.events.onChanged()
    },
    { prefix: keys.cookie },
  )

  const query = <T>(body: (tx: ReadTransaction) => Promise<T>): Promise<T> =>
    replicache.query((tx) => body(readTransaction(tx)))
  const cookie = (): Promise<SyncCookie | null> =>
    query(async (tx) => (await getRow(tx, keys.cookie, SyncCookie)) ?? null)

  /** What was under way when the cache closed is over without an outcome. */
  const unlessClosed = async (act: () => Promise<void>): Promise<void> => {
    if (closed) return
    try {
      await act()
    } catch (error) {
      if (!closed) throw error
    }
  }

  const opened = query(async () => undefined).catch(() => undefined)
  const pull = (): Promise<void> => unlessClosed(() => replicache.pull({ now: true }))

  /** A page at a time, with room for what people do in between. Without a network the next pull goes on with it. */
  function askForOlderRuns(): void {
    nextRuns ??= setTimeout(() => {
      nextRuns = undefined
      void pull()
    }, olderPauseMs)
  }

  const pages = createTranscriptPages({
    cookie,
    async pullOlder() {
      wantsOlder = true
      await pull()
      await pulling?.landed.promise
      return lastPullOk && !closed
    },
    apply: (base, next, patch) => applyPatch(base, next, patch, {}),
  })

  function endPull(pull: Pull): void {
    pull.landed.resolve()
    if (pulling === pull) pulling = undefined
  }

  async function catchUp(): Promise<void> {
    for (let pulls = 0; pulls < maxPulls && !closed; pulls++) {
      await pulling?.landed.promise
      const have = await cookie()
      if (have !== null && versionOf(have) >= target && !hasMore) return
      await pull()
      if (!lastPullOk) return tryAgainLater()
      retryMs = firstRetryMs
    }
  }

  /** What is known to be missing is asked for until it is here, also when the server was away at the first try. */
  function tryAgainLater(): void {
    if (closed) return
    clearTimeout(retry)
    retry = setTimeout(() => void cache.catchUp(target), retryMs)
    retryMs = Math.min(retryMs * 2, maxRetryMs)
  }

  /**
   * Most often what was seen last still holds, which spares a read before each poke. One that overtook the answer of a pull, which the
   * server may have written before it, waits for that.
   */
  async function apply(message: Poke): Promise<void> {
    if (closed || (await applyTo(known, message))) return
    await pulling?.landed.promise
    // Whatever moved the cache on in between has mostly brought what the poke builds on: to look again is a third of what a pull takes.
    for (let look = 0; look < 2; look++) if (await applyTo((await cookie()) ?? undefined, message)) return
    await cache.catchUp(message.version)
  }

  /** `false`: the poke doesn't fit the rows that are here, or `have` isn't their cookie. */
  async function applyTo(have: SyncCookie | undefined, message: Poke): Promise<boolean> {
    if (have === undefined || message.base > versionOf(have)) return false
    if (message.version <= versionOf(have)) return true
    const next = { ...have, order: message.version }
    const mutationIds = message.mutations[await replicache.clientGroupID] ?? {}
    if (!(await applyPatch(have, next, message.patch.filter(isWithin(have)), mutationIds))) return false
    deps.events.onFresh()
    return true
  }

  /** `false`: a pull or another tab moved the cache on in between. */
  async function applyPatch(
    baseCookie: SyncCookie,
    next: SyncCookie,
    patch: readonly Poke['patch'][number][],
    lastMutationIDChanges: Record<string, number>,
  ): Promise<boolean> {
    try {
      await replicache.poke({
        baseCookie,
        pullResponse: { cookie: next, lastMutationIDChanges, patch: [...patch, cookieRow(next)] as PatchOperation[] },
      })
    } catch {
      return false
    }
    known = next
    return true
  }

  const cache: SpaceCache = {
    space: deps.space,
    query,
    subscribe: (body, onData) => replicache.subscribe((tx) => body(readTransaction(tx)) as Promise<never>, onData),
    watch: (prefix, onRows) =>
      replicache.experimentalWatch(
        (diffs) => onRows(diffs.flatMap((diff) => (diff.op === 'del' ? [] : [[diff.key, diff.newValue as Json]]))),
        { prefix },
      ),
    feed: (prefix, now, onChange) => feedRows(replicache, prefix, now, onChange),
    async mutate(name, args) {
      const mutator = replicache.mutate[name]
      if (mutator === undefined) throw new RefusedError('unknown_mutation', name)
      const [ref, clientGroupId] = await Promise.all([mutator(args) as Promise<MutationRef>, replicache.clientGroupID])
      return { ...ref, clientGroupId, schemaVersion }
    },
    cookie,
    poke(message) {
      applying = applying.then(() => unlessClosed(() => apply(message)))
      return applying
    },
    async catchUp(version) {
      target = Math.max(target, version)
      catching ??= unlessClosed(catchUp).finally(() => {
        catching = undefined
      })
      return catching
    },
    async pull() {
      await pull()
      if (hasMore && lastPullOk) await cache.catchUp(target)
    },
    older: () =>
      pages.older().catch((error: unknown) => {
        if (!closed) throw error
        return false
      }),
    giveUpBefore: (key) => unlessClosed(() => pages.giveUpBefore(key)),
    async push() {
      await unlessClosed(async () => {
        lastPushOk = true
        await replicache.push({ now: true })
      })
      return lastPushOk
    },
    async pending() {
      // Unlike other reads this one doesn't wait for the store to be open.
      await opened
      // That nothing is pending would say that the server has everything.
      if (closed) throw new Error('the cache is closed')
      return replicache.experimentalPendingMutations()
    },
    release: () => hold.resolve(),
    async close() {
      closed = true
      hold.resolve()
      if (pulling !== undefined) endPull(pulling)
      clearTimeout(retry)
      clearTimeout(nextRuns)
      stopWatching()
      // Reads that closing interrupts are nobody's errors in Replicache; those that stand in front of this one end before.
      await query(async () => undefined).catch(() => undefined)
      await replicache.close()
    },
    async drop() {
      await cache.close()
      await dropDatabase(replicache.idbName, { kvStore: deps.kvStore })
    },
  }
  return cache
}

function cookieRow(cookie: SyncCookie): PatchOperation {
  return { op: 'put', key: keys.cookie, value: cookie }
}

/** Requests that fail and clients that are lost are told through `events`; a poke that overtook a pull makes the pull begin again. */
const expectedLogs = ['Got a non 200 response', 'Wrong sync head', 'Client state not found on server']

function logUnlessTold(_level: string, _context: unknown, ...args: unknown[]): void {
  const texts = args.map((arg) => (arg instanceof Error ? arg.message : arg))
  if (!texts.some((text) => typeof text === 'string' && expectedLogs.some((known) => text.includes(known))))
    console.error(...args)
}
