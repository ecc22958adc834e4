import { TranscriptChunk, TranscriptEntry } from '#shared/domain/transcript.ts'
import type { RunId } from '#shared/ids.ts'
import type { BrowserDown, LiveDelta } from '#shared/protocol/browser-socket.ts'
import { keys } from '#sync/core/keys.ts'
import { isFinished, newerEntry, withDelta } from '#sync/core/live-text.ts'
import type { Link } from './socket-link.ts'
import type { SpaceCache } from './space-cache.ts'
import type { Transcript, TranscriptView } from './workspace.ts'

export type TranscriptDeps = {
  readonly runId: RunId
  readonly cache: SpaceCache
  readonly link: Link
  /** The page of entries before `n`; `undefined` when the server could not be asked. */
  readonly fetchBefore: (n: number) => Promise<readonly TranscriptEntry[] | undefined>
  readonly onClose: () => void
}

/** One run's entries: rows of the device's cache, older pages in memory, and the live text of unfinished entries over both. */
export function openTranscript(deps: TranscriptDeps): Transcript {
  const { runId, cache, link } = deps
  const rows = new Map<number, TranscriptEntry>()
  const numbers = new Map<string, number>()
  const live = new Map<string, TranscriptEntry>()
  const listeners = new Set<(view: TranscriptView) => void>()
  let view: TranscriptView = { entries: [], hasOlder: false, loaded: false }
  let loaded = false
  let queued = false
  let closed = false

  function setRow(entry: TranscriptEntry): void {
    const known = rows.get(entry.n)
    if (known !== undefined && sameEntry(known, entry)) return
    rows.set(entry.n, entry)
    numbers.set(entry.id, entry.n)
    if (isFinished(entry.body)) live.delete(entry.id)
  }

  function changed(): void {
    if (queued || closed) return
    queued = true
    queueMicrotask(() => {
      queued = false
      if (closed) return
      const entries = [...rows.values()].sort((a, b) => a.n - b.n).map((row) => newerEntry(row, live.get(row.id)))
      view = { entries, hasOlder: (entries[0]?.n ?? 1) > 1, loaded }
      for (const listener of listeners) listener(view)
    })
  }

  function takeChunk(value: unknown): void {
    const chunk = TranscriptChunk.safeParse(value)
    if (chunk.success) for (const entry of chunk.data.entries) setRow(entry)
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
  }

  const stopWatching = cache.replicache.experimentalWatch(
    (diffs) => {
      for (const diff of diffs) if (diff.op !== 'del') takeChunk(diff.newValue)
      changed()
    },
    { prefix: keys.chunks, initialValuesInFirstDiff: true },
  )
  const stopCookie = cache.subscribe(
    (tx) => tx.get(keys.cookie),
    (cookie) => {
      if (cookie === undefined || loaded) return
      loaded = true
      changed()
    },
  )
  const stopMessages = link.onMessage(onMessage)
  const stopState = link.onState((state) => {
    if (state === 'open') link.send({ type: 'follow', runId })
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

function sameEntry(a: TranscriptEntry, b: TranscriptEntry): boolean {
  return a.at === b.at && JSON.stringify(a) === JSON.stringify(b)
}
