import { z } from 'zod'
import { sameJson, type Json, type JsonObject } from '#shared/json.ts'
import { TranscriptEntry } from '#shared/domain/transcript.ts'
import type { RunId } from '#shared/ids.ts'
import type { BrowserDown, LiveDelta } from '#shared/protocol/browser-socket.ts'
import { SyncCookie, versionOf } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { isFinished, newerEntry, withDelta } from '#sync/core/live-text.ts'
import type { Link } from './socket-link.ts'
import type { SpaceCache } from './space-cache.ts'
import type { Transcript, TranscriptView } from './workspace.ts'

export type TranscriptDeps = {
  readonly runId: RunId
  readonly cache: SpaceCache
  readonly link: Link
  /** Whether the server can know this run: its texts are asked for once it does. */
  readonly isKnown: () => boolean
  /** The page of entries before `n`; `undefined` when the server could not be asked. */
  readonly fetchBefore: (n: number) => Promise<readonly TranscriptEntry[] | undefined>
  readonly onClose: () => void
}

/** One run's entries: rows of the device's cache, older pages in memory, and the live text of unfinished entries over both. */
export function openTranscript(deps: TranscriptDeps): Transcript {
  const { runId, cache, link } = deps
  const rows = new Map<number, TranscriptEntry>()
  /** Rows in order of `n`; `undefined` when one came between others. */
  let ordered: TranscriptEntry[] | undefined = []
  /** Entries as the cache has them: a chunk that grew is read again only where it changed. */
  const raw = new Map<number, Json>()
  const numbers = new Map<string, number>()
  const live = new Map<string, TranscriptEntry>()
  const listeners = new Set<(view: TranscriptView) => void>()
  let view: TranscriptView = { entries: [], hasOlder: false, loaded: false }
  let loaded = false
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
      view = { entries, hasOlder: (entries[0]?.n ?? 1) > 1, loaded }
      for (const listener of listeners) listener(view)
    })
  }

  /** What is not here yet of the rows of chunks. */
  function takeChunks(values: readonly Json[]): void {
    let isNews = false
    for (const value of values)
      for (const one of Chunk.safeParse(value).data?.entries ?? []) {
        if (sameJson(raw.get(one.n), one)) continue
        const entry = TranscriptEntry.safeParse(one)
        if (!entry.success) continue
        raw.set(one.n, one)
        setRow(entry.data)
        isNews = true
      }
    if (isNews) changed()
  }

  /**
   * The rows of a poke are shown before the cache has applied them, which takes a millisecond and more. They are whole and committed, so
   * all that is asked is that nothing between them and what is here is missing; the cache brings whatever is not taken here.
   */
  function takePoke({ base, version: next, patch }: Extract<BrowserDown, { type: 'poke' }>): void {
    if (version === undefined || base > version || next <= version) return
    version = next
    takeChunks(patch.flatMap((one) => (one.op === 'put' && one.key.startsWith(keys.chunks) ? [one.value] : [])))
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
        live.set(entry.id, entry)
        if (!rows.has(entry.n)) setRow(entry)
      }
      changed()
    }
    if (message.type === 'live' && message.runId === runId) takeDeltas(message.deltas)
    if (message.type === 'poke' && message.space === cache.space) takePoke(message)
  }

  const stopWatching = cache.watch(keys.chunks, takeChunks)
  const stopCookie = cache.subscribe(
    (tx) => tx.get(keys.cookie),
    (given) => {
      const cookie = SyncCookie.safeParse(given)
      if (!cookie.success) return
      version = Math.max(version ?? 0, versionOf(cookie.data))
      if (loaded) return
      loaded = true
      changed()
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
    async loadOlder() {
      const first = view.entries[0]?.n ?? 1
      if (first <= 1) return false
      const older = await deps.fetchBefore(first)
      if (older === undefined || closed) return false
      for (const entry of older) setRow(entry)
      changed()
      return older.length > 0
    },
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

/** A `TranscriptChunk` whose entries are looked at one by one. */
const Chunk = z.object({
  entries: z.array(z.looseObject({ n: z.number() }) as unknown as z.ZodType<{ readonly n: number } & JsonObject>),
})
