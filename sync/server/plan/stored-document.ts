import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import type { PlanAuthor } from '#shared/domain/plan.ts'
import { noteUpdates } from './apply-changes.ts'
import type { PlanRef, PlanStore } from './plan-store.ts'

export type StoredDocumentDeps = {
  readonly store: PlanStore
  readonly now: () => number
  readonly onError: (error: unknown) => void
  /** Resolves after so many ms, or when the signal says. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
}

/** A document and how far it and its log in the store agree. What the store can't do is tried again for a while. */
export type StoredDocument = {
  doc(): Doc
  /** The number of the newest update that is here. */
  seq(): number
  /** Bytes of all that is stored of it. */
  bytes(): number
  /** Another process may have stored up to this update. */
  hear(seq: number): void
  /** Something is stored that is not here. */
  isBehind(): boolean
  /** Applies what is stored and not here; gives what that changed. */
  follow(): Promise<Uint8Array | undefined>
  /** What the document already has. */
  append(content: Uint8Array, authors: readonly PlanAuthor[]): Promise<void>
  /** So much stands in the log that it should be put together. */
  isLong(): boolean
  /** The document stands for its log. */
  compact(): Promise<void>
  /** The document anew, from the store. */
  reset(fresh: Doc): Promise<void>
  /** Nothing is tried again from now on. */
  stop(): void
}

/** Updates that are kept one by one; more are put together. */
export const maxLogged = 500
/** Two processes may append at once. */
const compactAt = maxLogged - 50
/** Pauses before an append, or a look at the store, is tried again. After the last one it fails. */
const retryMs = [50, 150, 400, 1000, 2000, 4000] as const

export function createStoredDocument(deps: StoredDocumentDeps, plan: PlanRef, mostBytes: number): StoredDocument {
  let doc = new Doc()
  let seq = 0
  let logged = 0
  let bytes = 0
  /** The number of an update that another process has stored, as far as it was heard. */
  let heard = 0
  const stopped = new AbortController()

  async function insisting<T>(act: () => Promise<T>): Promise<T> {
    for (const pause of retryMs) {
      try {
        return await act()
      } catch (error) {
        deps.onError(error)
        await deps.wait(pause, stopped.signal)
        if (stopped.signal.aborted) throw error
      }
    }
    return await act()
  }

  async function catchUp(): Promise<void> {
    const before = heard
    const stored = await insisting(() => deps.store.read(plan, seq))
    doc.transact(() => {
      for (const update of stored.updates) applyUpdate(doc, update)
    })
    seq = Math.max(seq, stored.seq)
    // What was heard before is here, or is not there any more; what was heard meanwhile may be newer than what was read.
    if (heard === before || heard < seq) heard = seq
    logged = stored.logged
    bytes = stored.bytes
  }

  return {
    doc: () => doc,
    seq: () => seq,
    bytes: () => bytes,
    hear(number) {
      heard = Math.max(heard, number)
    },
    isBehind: () => heard > seq,
    async follow() {
      const stopNoting = noteUpdates(doc)
      await catchUp()
      return stopNoting()
    },
    async append(content, authors) {
      const appended = await insisting(() => deps.store.append(plan, { content, authors, at: deps.now() }))
      // Where another process was first, its update is still to be read.
      if (appended.seq === seq + 1) seq = appended.seq
      else heard = Math.max(heard, appended.seq)
      logged = appended.logged
      bytes += content.length
    },
    isLong: () => logged >= compactAt || (logged > 0 && bytes > mostBytes),
    async compact() {
      // It may hold more than is stored under `seq`, which does no harm: that is only there twice.
      const whole = encodeStateAsUpdate(doc)
      await insisting(() => deps.store.compact(plan, seq, whole))
      bytes = whole.length
      logged = 0
    },
    async reset(fresh) {
      doc.destroy()
      doc = fresh
      seq = 0
      await catchUp()
    },
    stop: () => stopped.abort(),
  }
}
