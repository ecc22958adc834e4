import { z } from 'zod'
import { sameJson, type Json, type JsonObject } from '#shared/json.ts'
import { TranscriptEntry } from '#shared/domain/transcript.ts'
import type { RunId } from '#shared/ids.ts'
import type { BrowserDown, LiveDelta } from '#shared/protocol/browser-socket.ts'
import { SyncCookie, versionOf } from '#shared/protocol/sync.ts'
import { chunkNumber, keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { isFinished, newerEntry, withDelta } from '#sync/core/live-text.ts'
import { chunksHere, readChunks } from './chunk-window.ts'
import type { Link } from './socket-link.ts'
import type { Row, SpaceCache } from './space-cache.ts'
import type { Transcript, TranscriptView } from './workspace.ts'

export type TranscriptDeps = {
  readonly runId: RunId
  readonly cache: Pick<SpaceCache, 'space' | 'query' | 'subscribe' | 'watch' | 'older' | 'giveUpBefore'>
  readonly link: Pick<Link, 'send' | 'onMessage' | 'onState'>
  /** Whether the server can know this run: its texts are asked for once it does. */
  readonly isKnown: () => boolean
  /** Whether this device keeps all of it, however long. */
  readonly isPinned: () => boolean
  readonly onClose: () => void
}

/** Chunks that are shown at first, and with each page back: some 200 entries. */
const pageChunks = 10
/** Chunks of one run that a device keeps, some 20,000 entries and at most 16 MB; what is older is given up from time to time. */
const keptChunks = 1000
const givenUpAtOnce = 100

/** One run's entries: the newest chunks of the device's cache, older ones page by page, and the live text of unfinished entries over both. */
export function openTranscript(deps: TranscriptDeps): Transcript {
  const { runId, cache, link } = deps
  const rows = new Map<number, TranscriptEntry>()
  /** Rows in order of `n`; `undefined` when one came between others. */
  let ordered: TranscriptEntry[] | undefined = []
  /** Entries as the cache has them, of the chunks that still grow: there only what changed is read again. */
  const raw = new Map<number, Json>()
  /** `n` of the first entry of each chunk that is shown. */
  const firsts = new Map<number, number>()
  const numbers = new Map<string, number>()
  const live = new Map<string, TranscriptEntry>()
  const listeners = new Set<(view: TranscriptView) => void>()
  let view: TranscriptView = { entries: [], hasOlder: false, olderIsHere: false, loaded: false }
  /** The first chunk that is shown: nothing before it is taken in. `undefined` until this device was asked what it has. */
  let firstShown: number | undefined
  let newestChunk = 0
  /** The first chunk that this device has. */
  let firstHere: number | undefined
  let loaded = false
  let opening: Promise<void> | undefined
  let paging: Promise<boolean> = Promise.resolve(false)
  /** Of the space: everything up to it is shown here. */
  let version: number | undefined
  let queued = false
  let closed = false

  function setRow(entry: TranscriptEntry): void {
    const known = rows.get(entry.n)
    rows.set(entry.n, entry)
    if (known === undefined && ordered !== undefined && entry.n > (ordered.at(-1)?.n ?? 0)) ordered.push(entry)
    else if (known !== undefined && ordered?.at(-1) === known) ordered[ordered.length - 1] = entry
    else ordered = undefined
    numbers.set(entry.id, entry.n)
    if (isFinished(entry.body)) live.delete(entry.id)
  }

  function changed(): void {
    if (queued || closed) return
    queued = true
    queueMicrotask(() => {
      queued = false
      if (closed) return
      ordered ??= [...rows.values()].sort((a, b) => a.n - b.n)
      const entries = live.size === 0 ? [...ordered] : ordered.map((row) => newerEntry(row, live.get(row.id)))
      const hasOlder = (entries[0]?.n ?? 1) > 1
      const olderIsHere = hasOlder && firstHere !== undefined && firstShown !== undefined && firstHere < firstShown
      view = { entries, hasOlder, olderIsHere, loaded }
      for (const listener of listeners) listener(view)
    })
  }

  /** What is not here yet of the rows of chunks. */
  function takeChunks(chunks: readonly Row[]): void {
    let isNews = false
    for (const [key, value] of chunks) {
      const number = chunkNumber(key)
      if (firstShown !== undefined && number < firstShown) continue
      newestChunk = Math.max(newestChunk, number)
      const isGrowing = number >= newestChunk - 1
      const entries = Chunk.safeParse(value).data?.entries ?? []
      const [first] = entries
      if (first !== undefined) firsts.set(number, first.n)
      for (const one of entries) if (takeEntry(one, isGrowing)) isNews = true
    }
    if (isNews) changed()
  }

  function takeEntry(one: { readonly n: number } & JsonObject, isGrowing: boolean): boolean {
    if (sameJson(raw.get(one.n), one)) return false
    const entry = TranscriptEntry.safeParse(one)
    if (!entry.success) return false
    if (isGrowing) raw.set(one.n, one)
    else raw.delete(one.n)
    const known = rows.get(one.n)
    if (known !== undefined && sameJson(toJson(known), toJson(entry.data))) return false
    setRow(entry.data)
    return true
  }

  /**
   * The rows of a poke are shown before the cache has applied them, which takes a millisecond and more. They are whole and committed, so
   * all that is asked is that nothing between them and what is here is missing; the cache brings whatever is not taken here.
   */
  function takePoke({ base, version: next, patch }: Extract<BrowserDown, { type: 'poke' }>): void {
    if (version === undefined || base > version || next <= version) return
    version = next
    takeChunks(
      patch.flatMap((one) => (one.op === 'put' && one.key.startsWith(keys.chunks) ? [[one.key, one.value]] : [])),
    )
  }

  function takeDeltas(deltas: readonly LiveDelta[]): void {
    let gap = false
    for (const delta of deltas) {
      const n = numbers.get(delta.entryId)
      const row = n === undefined ? undefined : rows.get(n)
      const base = live.get(delta.entryId) ?? row
      if (base === undefined || (row !== undefined && isFinished(row.body))) continue
      const grown = withDelta(row === undefined ? base : newerEntry(row, live.get(delta.entryId)), delta)
      if (grown === undefined) gap = true
      else live.set(delta.entryId, grown)
    }
    if (gap) askForLive()
    changed()
  }

  function askForLive(): void {
    link.send({ type: 'unfollow', runId })
    link.send({ type: 'follow', runId })
  }

  function onMessage(message: BrowserDown): void {
    if (message.type === 'live_state' && message.runId === runId) {
      for (const entry of message.entries) {
        if (entry.n < (ordered?.[0]?.n ?? 1) && loaded) continue
        live.set(entry.id, entry)
        if (!rows.has(entry.n)) setRow(entry)
      }
      changed()
    }
    if (message.type === 'live' && message.runId === runId) takeDeltas(message.deltas)
    if (message.type === 'poke' && message.space === cache.space) takePoke(message)
  }

  /** The newest that this device has, and from then on what comes. */
  async function showNewest(): Promise<void> {
    const { here, newest } = await cache.query(async (tx) => {
      const found = await chunksHere(tx)
      if (found === undefined) return { here: undefined, newest: [] }
      const first = Math.max(found.first, found.last - pageChunks + 1)
      return { here: found, newest: await readChunks(tx, { first, last: found.last }) }
    })
    if (closed) return
    const [oldest] = newest
    // Rows may have been here before it was known where they begin.
    firstShown = oldest === undefined ? 1 : Math.min(chunkNumber(oldest[0]), ...firsts.keys())
    firstHere = here?.first
    takeChunks(newest)
    loaded = true
    changed()
  }

  async function showOlder(): Promise<boolean> {
    await opening
    const before = firstShown ?? 1
    if (before <= 1 || closed) return false
    // What was given up, or never here: as many pages as it takes to reach what is shown.
    while ((firstHere ?? before) >= before) {
      if (!(await cache.older())) return false
      await lookWhatIsHere()
    }
    const first = Math.max(firstHere ?? 1, before - pageChunks)
    const older = await cache.query((tx) => readChunks(tx, { first, last: before - 1 }))
    if (closed || firstShown !== before || older.length === 0) return false
    firstShown = first
    takeChunks(older)
    changed()
    return true
  }

  async function lookWhatIsHere(): Promise<void> {
    const cookie = await cache.query((tx) => getRow(tx, keys.cookie, SyncCookie))
    if (cookie !== undefined) takeCookie(cookie)
  }

  function takeCookie(cookie: SyncCookie): void {
    version = Math.max(version ?? 0, versionOf(cookie))
    if (cookie.from !== undefined) firstHere = chunkNumber(cookie.from)
    else if (newestChunk > 0) firstHere = 1
  }

  /** A run that goes on for weeks doesn't fill the device. */
  function giveUpOldest(): void {
    if (firstHere === undefined || newestChunk - firstHere < keptChunks + givenUpAtOnce || deps.isPinned()) return
    cache.giveUpBefore(keys.chunk(newestChunk - keptChunks + 1)).catch((error: unknown) => {
      if (!closed) throw error
    })
  }

  function keepNewest(count: number): void {
    const last = ordered?.at(-1)?.n ?? 0
    const inOrder = [...firsts].sort(([a], [b]) => b - a)
    const kept = inOrder.find(([, first]) => last - first + 1 >= count)
    if (kept === undefined || firstShown === undefined || kept[0] <= firstShown) return
    const [chunk, from] = kept
    firstShown = chunk
    for (const number of firsts.keys()) if (number < chunk) firsts.delete(number)
    for (const [n, { id }] of rows)
      if (n < from) {
        rows.delete(n)
        raw.delete(n)
        numbers.delete(id)
        live.delete(id)
      }
    ordered = undefined
    changed()
  }

  const stopWatching = cache.watch(keys.chunks, takeChunks)
  const stopCookie = cache.subscribe(
    (tx) => tx.get(keys.cookie),
    (given) => {
      const cookie = SyncCookie.safeParse(given)
      if (!cookie.success) return
      takeCookie(cookie.data)
      if (opening === undefined) {
        opening = showNewest().catch((error: unknown) => {
          if (!closed) throw error
        })
        return
      }
      giveUpOldest()
    },
  )
  const stopMessages = link.onMessage(onMessage)
  const stopState = link.onState((state) => {
    if (state === 'open' && deps.isKnown()) link.send({ type: 'follow', runId })
  })

  return {
    runId,
    subscribe: cache.subscribe,
    subscribeEntries(onEntries) {
      listeners.add(onEntries)
      onEntries(view)
      return () => listeners.delete(onEntries)
    },
    loadOlder() {
      const page = paging.then(showOlder, showOlder)
      paging = page
      return page
    },
    keepNewest,
    close() {
      if (closed) return
      closed = true
      stopWatching()
      stopCookie()
      stopMessages()
      stopState()
      link.send({ type: 'unfollow', runId })
      deps.onClose()
    },
  }
}

const toJson = (entry: TranscriptEntry): Json => entry as unknown as Json

/** A `TranscriptChunk` whose entries are looked at one by one. */
const Chunk = z.object({
  entries: z.array(z.looseObject({ n: z.number() }) as unknown as z.ZodType<{ readonly n: number } & JsonObject>),
})
