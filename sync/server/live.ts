import type { TranscriptEntry } from '#shared/domain/transcript.ts'
import type { RunId } from '#shared/ids.ts'
import type { LiveDelta } from '#shared/protocol/browser-socket.ts'
import { isFinished, withDelta } from '#sync/core/live-text.ts'

export type LiveListener = {
  /** An unfinished entry that was not there before. */
  onEntry(entry: TranscriptEntry): void
  onDeltas(deltas: readonly LiveDelta[]): void
}

/**
 * The growing texts of runs, in memory: what was streamed since the last checkpoint of each unfinished entry. It is never
 * the only copy: the runner's journal has every piece until the row that holds it is committed.
 */
export type LiveHub = {
  /** An entry as it was written; a finished one is forgotten here. */
  put(runId: RunId, entry: TranscriptEntry): void
  /** Applies the pieces and tells them on. Pieces of unknown entries and with gaps are dropped: the next checkpoint has them. */
  append(runId: RunId, deltas: readonly LiveDelta[]): void
  unfinished(runId: RunId): readonly TranscriptEntry[]
  follow(runId: RunId, listener: LiveListener): () => void
  /** Whoever calls this brings the run's text from now on; what was there is forgotten. */
  own(runId: RunId): LiveOwner
  /** Nothing more comes from this owner; without effect when there is a newer one. */
  forget(runId: RunId, owner: LiveOwner): void
}

/** Made by `own`; an object with an identity and nothing else. */
export type LiveOwner = { readonly runId: RunId }

export function createLiveHub(): LiveHub {
  const owners = new Map<RunId, LiveOwner>()
  const entries = new Map<RunId, Map<string, TranscriptEntry>>()
  const listeners = new Map<RunId, Set<LiveListener>>()

  return {
    put(runId, entry) {
      const known = entries.get(runId) ?? new Map<string, TranscriptEntry>()
      const isNew = !known.has(entry.id) && !isFinished(entry.body)
      if (isFinished(entry.body)) known.delete(entry.id)
      else known.set(entry.id, entry)
      if (known.size > 0) entries.set(runId, known)
      else entries.delete(runId)
      if (isNew) for (const listener of listeners.get(runId) ?? []) listener.onEntry(entry)
    },
    append(runId, deltas) {
      const known = entries.get(runId)
      if (known === undefined) return
      const taken = deltas.filter((delta) => {
        const entry = known.get(delta.entryId)
        const grown = entry === undefined ? undefined : withDelta(entry, delta)
        if (grown === undefined) return false
        known.set(delta.entryId, grown)
        return true
      })
      if (taken.length > 0) for (const listener of listeners.get(runId) ?? []) listener.onDeltas(taken)
    },
    unfinished: (runId) => [...(entries.get(runId)?.values() ?? [])],
    follow(runId, listener) {
      const known = listeners.get(runId) ?? new Set<LiveListener>()
      listeners.set(runId, known)
      known.add(listener)
      return () => {
        known.delete(listener)
        if (known.size === 0 && listeners.get(runId) === known) listeners.delete(runId)
      }
    },
    own(runId) {
      const owner = { runId }
      owners.set(runId, owner)
      entries.delete(runId)
      return owner
    },
    forget(runId, owner) {
      if (owners.get(runId) !== owner) return
      owners.delete(runId)
      entries.delete(runId)
    },
  }
}
