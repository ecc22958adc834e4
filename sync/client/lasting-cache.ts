import { keys } from '#sync/core/keys.ts'
import type { RowsChange } from './rows-feed.ts'
import type { SpaceCache } from './space-cache.ts'

export type LastingCacheDeps = {
  /** Opens the space on this device; `onLost` is told when the server does not know that client any more. */
  readonly open: (onLost: () => void) => SpaceCache
  /** Another client is in place, with all that the server has. What the one before had pending is nobody's now. */
  readonly onReplaced: () => void
}

/** A client that follows a lost one begins at once; one after that waits, so that no server is asked without a pause. */
const pauseMs = 5_000

/**
 * A cache that goes on where the server has forgotten its client, because this device was away for months or the server was cleared
 * or set back. Another client gets everything anew; until it has, what was known stays on the screen.
 */
export function createLastingCache(deps: LastingCacheDeps): SpaceCache {
  const living = new Set<SpaceCache>()
  const reads = new Set<{ readonly start: (cache: SpaceCache) => () => void; stop: () => void }>()
  let shown = open()
  /** Will be shown once it has its first rows. */
  let coming: SpaceCache | undefined
  let pause: ReturnType<typeof setTimeout> | undefined
  let replaced = 0
  let closed = false

  /** The one that speaks with the server. */
  const speaking = (): SpaceCache => coming ?? shown

  function open(): SpaceCache {
    const cache: SpaceCache = deps.open(() => {
      if (closed || pause !== undefined || cache !== speaking()) return
      pause = setTimeout(replace, replaced++ === 0 ? 0 : pauseMs)
    })
    living.add(cache)
    return cache
  }

  function replace(): void {
    pause = undefined
    if (coming !== undefined) end(coming)
    const cache = open()
    coming = cache
    const stop = cache.subscribe(
      (tx) => tx.get(keys.cookie),
      (cookie) => {
        if (cookie === undefined || closed || coming !== cache) return
        queueMicrotask(() => stop())
        show(cache)
      },
    )
  }

  function show(cache: SpaceCache): void {
    end(shown)
    shown = cache
    coming = undefined
    for (const read of reads) {
      read.stop()
      read.stop = read.start(cache)
    }
    deps.onReplaced()
  }

  function end(cache: SpaceCache): void {
    living.delete(cache)
    void cache.close()
  }

  function follow(start: (cache: SpaceCache) => () => void): () => void {
    const read = { start, stop: start(shown) }
    reads.add(read)
    return () => {
      reads.delete(read)
      read.stop()
    }
  }

  /** A read that the replacement interrupts is one of the other cache. */
  async function readShown<T>(read: (cache: SpaceCache) => Promise<T>): Promise<T> {
    for (;;) {
      const cache = shown
      try {
        return await read(cache)
      } catch (error) {
        if (closed || cache === shown) throw error
      }
    }
  }

  function stopAll(): readonly SpaceCache[] {
    closed = true
    clearTimeout(pause)
    return [...living]
  }

  return {
    space: shown.space,
    query: (query) => readShown((cache) => cache.query(query)),
    subscribe: (query, onData) => follow((cache) => cache.subscribe(query, onData)),
    watch: (prefix, onRows) => follow((cache) => cache.watch(prefix, onRows)),
    feed: (prefix, now, onChange) => feedAgain(follow, prefix, now, onChange),
    mutate: (name, args) => shown.mutate(name, args),
    pending: () => readShown((cache) => cache.pending()),
    cookie: () => speaking().cookie(),
    poke: (message) => speaking().poke(message),
    catchUp: (version) => speaking().catchUp(version),
    pull: () => speaking().pull(),
    older: () => shown.older(),
    giveUpBefore: (key) => shown.giveUpBefore(key),
    push: () => speaking().push(),
    release: () => speaking().release(),
    close: async () => void (await Promise.all(stopAll().map((cache) => cache.close()))),
    drop: async () => void (await Promise.all(stopAll().map((cache) => cache.drop()))),
  }
}

/** Whoever follows is told of another client's rows as changes to the ones they have: what is not among them is gone. */
function feedAgain(
  follow: (start: (cache: SpaceCache) => () => void) => () => void,
  prefix: string,
  now: number,
  onChange: (change: RowsChange) => void,
): () => void {
  const told = new Set<string>()
  let wasComplete = false
  return follow((cache) => {
    const before = new Set(told)
    return cache.feed(prefix, now, ({ puts, dels, complete }) => {
      for (const [key] of puts) {
        told.add(key)
        before.delete(key)
      }
      const gone = complete ? [...before] : []
      if (complete) before.clear()
      for (const key of [...dels, ...gone]) told.delete(key)
      wasComplete ||= complete
      onChange({ puts, dels: [...dels, ...gone], complete: wasComplete })
    })
  })
}
