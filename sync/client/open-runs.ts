import type { RunId } from '#shared/ids.ts'
import { runSpace, type SpaceId } from '#shared/protocol/sync.ts'
import type { ReadTransaction } from '#sync/core/transaction.ts'
import { createLastingCache } from './lasting-cache.ts'
import type { Link } from './socket-link.ts'
import { createSpaceCache, type CacheDeps, type SpaceCache } from './space-cache.ts'
import { openTranscript } from './transcript.ts'
import type { Transcript } from './workspace.ts'

export type OpenRunsDeps = {
  readonly link: Link
  readonly storePrefix: string
  /** What a cache of this space needs. */
  readonly cacheDeps: (space: SpaceId, onLost: () => void) => Omit<CacheDeps, 'storeName' | 'held'>
  /** The caches that the server tells of. */
  readonly caches: Map<SpaceId, SpaceCache>
  /** Asks the server to tell of a cache's space from now on. */
  readonly onOpened: (cache: SpaceCache) => void
  /** The server can't know this run yet: it was only just made on this device. */
  readonly isOnItsWay: (runId: RunId) => boolean
  /** The run is on its way, so its space is asked for once the server has it. */
  readonly onAhead: (space: SpaceId) => void
  readonly isAhead: (space: SpaceId) => boolean
  readonly isPinned: (runId: RunId) => boolean
  readonly unlessClosed: (error: unknown) => void
}

/** The runs' stores on this device: those that are shown, and those that lie there. */
export type OpenRuns = {
  open(runId: RunId): Transcript
  /** Opens the store of a run that will be made here; returns what gives it up. */
  prepare(runId: RunId): () => void
  isOpen(runId: RunId): boolean
  /** Has the run told by the server while `act` lasts. */
  using<T>(runId: RunId, act: (cache: SpaceCache) => Promise<T>): Promise<T>
  /** Reads what this device has of it, and asks the server nothing. */
  read<T>(runId: RunId, query: (tx: ReadTransaction) => Promise<T>): Promise<T>
  /** Reads what the next start of the app will find: rows reach the store a while after they are shown. */
  readStored<T>(runId: RunId, query: (tx: ReadTransaction) => Promise<T>): Promise<T>
  /** Removes what this device has of it. A run that is shown stays: `false`. */
  drop(runId: RunId): Promise<boolean>
  close(): Promise<void>
}

/**
 * A transcript that nobody shows any more stays open for a while: its rows reach the store meanwhile, and whoever comes back finds it at
 * hand, up to date. So many of them, with so many entries each.
 */
const lingerMs = 120_000
const mostLingering = 4
const lingeringEntries = 200

type OpenTranscript = {
  transcript: Transcript
  users: number
  cache: SpaceCache
  linger?: ReturnType<typeof setTimeout> | undefined
}

export function createOpenRuns(deps: OpenRunsDeps): OpenRuns {
  const transcripts = new Map<RunId, OpenTranscript>()
  /** Stores of runs that are not started yet. */
  const prepared = new Map<RunId, SpaceCache>()
  let closed = false

  const storeName = (runId: RunId): string => `${deps.storePrefix}/${runSpace(runId)}`

  function runCache(runId: RunId, held: boolean): SpaceCache {
    let isFirst = true
    return createLastingCache({
      open(onLost) {
        const cache = createSpaceCache({
          ...deps.cacheDeps(runSpace(runId), onLost),
          storeName: storeName(runId),
          held: held && isFirst,
        })
        isFirst = false
        return cache
      },
      onReplaced: () => undefined,
    })
  }

  function openRun(runId: RunId): SpaceCache {
    const ready = prepared.get(runId)
    prepared.delete(runId)
    const isOnItsWay = deps.isOnItsWay(runId)
    const cache = ready ?? runCache(runId, isOnItsWay)
    deps.caches.set(cache.space, cache)
    // The server does not know it yet: it is asked once it does.
    if (isOnItsWay) deps.onAhead(cache.space)
    else {
      cache.release()
      deps.onOpened(cache)
    }
    return cache
  }

  function use(runId: RunId): OpenTranscript {
    const known = transcripts.get(runId)
    if (known !== undefined) {
      clearTimeout(known.linger)
      known.users++
      return known
    }
    const cache = openRun(runId)
    const id = cache.space
    const opened: OpenTranscript = {
      cache,
      users: 1,
      transcript: openTranscript({
        runId,
        cache,
        link: deps.link,
        isKnown: () => !deps.isAhead(id),
        isPinned: () => deps.isPinned(runId),
        onClose: () => {
          deps.caches.delete(id)
          transcripts.delete(runId)
          deps.link.send({ type: 'unsubscribe', space: id })
          void cache.close()
        },
      }),
    }
    transcripts.set(runId, opened)
    return opened
  }

  function release(runId: RunId): void {
    const known = transcripts.get(runId)
    if (known === undefined || closed) return
    if (--known.users > 0) return
    known.linger = setTimeout(known.transcript.close, lingerMs)
    known.transcript.keepNewest(lingeringEntries)
    // The one left last stands last.
    transcripts.delete(runId)
    transcripts.set(runId, known)
    const lingering = [...transcripts.values()].filter(({ users }) => users === 0)
    for (const oldest of lingering.slice(0, -mostLingering)) end(oldest)
  }

  function end({ linger, transcript }: OpenTranscript): void {
    clearTimeout(linger)
    transcript.close()
  }

  /** A store that nobody shows, opened for a moment, which asks the server nothing. */
  async function aside<T>(runId: RunId, act: (cache: SpaceCache) => Promise<T>): Promise<T> {
    const cache = createSpaceCache({
      ...deps.cacheDeps(runSpace(runId), () => undefined),
      storeName: storeName(runId),
      held: true,
    })
    try {
      return await act(cache)
    } finally {
      await cache.close()
    }
  }

  return {
    open(runId) {
      const { transcript } = use(runId)
      let open = true
      return {
        ...transcript,
        close() {
          if (!open) return
          open = false
          release(runId)
        },
      }
    },
    prepare(runId) {
      if (closed || prepared.has(runId) || transcripts.has(runId)) return () => undefined
      const cache = runCache(runId, true)
      prepared.set(runId, cache)
      return () => {
        if (prepared.get(runId) !== cache) return
        prepared.delete(runId)
        cache.drop().catch(deps.unlessClosed)
      }
    },
    isOpen: (runId) => transcripts.has(runId),
    async using(runId, act) {
      const { cache } = use(runId)
      try {
        return await act(cache)
      } finally {
        release(runId)
      }
    },
    read(runId, query) {
      const known = transcripts.get(runId)
      return known === undefined ? aside(runId, (cache) => cache.query(query)) : known.cache.query(query)
    },
    readStored: (runId, query) => aside(runId, (cache) => cache.query(query)),
    async drop(runId) {
      const known = transcripts.get(runId)
      if ((known !== undefined && known.users > 0) || prepared.has(runId)) return false
      if (known !== undefined) end(known)
      await aside(runId, (cache) => cache.drop())
      return true
    },
    async close() {
      closed = true
      for (const open of transcripts.values()) end(open)
      await Promise.all([...prepared.values()].map((cache) => cache.drop()))
    },
  }
}
