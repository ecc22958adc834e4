import * as Y from 'yjs'
import type { PlanId } from '#shared/ids.ts'
import { freshNote, type PlanNote } from './store/plan-note.ts'
import type { PlanStore } from './store/plan-store.ts'

export type PlanWriterDeps = {
  readonly planId: PlanId
  readonly store: PlanStore
  /** Names who writes, in the marks of what the server does not have. */
  readonly writer: string
  /** The whole document, for a store that has lost it. */
  readonly whole: () => Uint8Array
  /** Whether everything so far is on the disk. */
  readonly onKept: (kept: boolean) => void
}

/** Changes that a device keeps before it makes one of them all. Replaying so many takes some 5 ms. */
export const mostChanges = 500
/** Changes that wait for the disk before they are made one: a disk that does not answer must not fill the memory. */
const mostWaiting = 1_000
/** A disk that could not keep something is tried again after this. */
const againMs = 5_000

/** Brings a document's changes to the disk in their order, many at once where the disk is slower than the hand. */
export function createPlanWriter(deps: PlanWriterDeps) {
  let waiting: Uint8Array[] = []
  /** Writing of this page: how often, and how much of it the server has stored. */
  let written = 0
  let stored = 0
  /** Marks of other pages, and of those that are gone, that hold no more if they still say this. */
  let settled: Readonly<Record<string, number>> = {}
  let isMarkDue = false
  let writing: Promise<void> | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  let closed = false

  /** Says no more than what is on the disk with it: another page that sends this, and hears that it is stored, takes the mark as settled. */
  function marked(note: PlanNote, upTo: number): PlanNote {
    const others = Object.entries(note.unstored).filter(
      ([writer, count]) => writer !== deps.writer && settled[writer] !== count,
    )
    const mine: [string, number][] = upTo > stored ? [[deps.writer, upTo]] : []
    return { ...note, unstored: Object.fromEntries([...others, ...mine]) }
  }

  async function write(): Promise<void> {
    let isKept = true
    while (isKept && (waiting.length > 0 || isMarkDue)) {
      const batch = waiting
      waiting = []
      isMarkDue = false
      try {
        await keep(batch)
      } catch {
        waiting = [...batch, ...waiting]
        isMarkDue = true
        isKept = false
      }
    }
    // At once, so that no change falls between the last look and this.
    writing = undefined
    if (!isKept && !closed) retry = setTimeout(() => void flush(), againMs)
    deps.onKept(isKept)
  }

  async function keep(batch: readonly Uint8Array[]): Promise<void> {
    let count = 0
    const upTo = written
    const mark = (note: PlanNote): PlanNote => {
      count = note.count
      return marked(note, upTo)
    }
    if (!(await deps.store.append(deps.planId, batch, mark))) {
      // Another page has made room of it. What is written here would be a part without its whole.
      await deps.store.change(deps.planId, (note) => note ?? freshNote(deps.planId))
      await deps.store.append(deps.planId, [deps.whole()], mark)
    }
    if (count > mostChanges) await deps.store.compact(deps.planId, mostChanges, mergeChanges)
  }

  function flush(): Promise<void> {
    if (writing !== undefined) return writing
    if (waiting.length === 0 && !isMarkDue) return Promise.resolve()
    clearTimeout(retry)
    writing = write()
    return writing
  }

  return {
    /** `mine`: it was written in this page, so the server has yet to get it. */
    add(change: Uint8Array, mine: boolean): void {
      if (mine) written++
      if (waiting.length >= mostWaiting) waiting = [Y.mergeUpdates(waiting)]
      waiting.push(change)
      void flush()
    },
    /** The server has stored everything that was in the document until now, with what stood under these marks. */
    takeStored(marks: Readonly<Record<string, number>>): void {
      if (stored === written && Object.keys(marks).length === 0) return
      stored = written
      settled = marks
      isMarkDue = true
      void flush()
    },
    hasAllStored: (): boolean => stored === written,
    /** Resolves when everything so far is on the disk, or could not be kept now. */
    flush,
    async close(): Promise<void> {
      closed = true
      await flush()
      clearTimeout(retry)
    },
  }
}

export type PlanWriter = ReturnType<typeof createPlanWriter>

/** By replaying: `Y.mergeUpdates` takes a second for 10,000 changes, and keeps what was deleted. */
export function mergeChanges(changes: readonly Uint8Array[]): Uint8Array {
  const doc = new Y.Doc()
  doc.transact(() => {
    for (const change of changes) Y.applyUpdate(doc, change)
  })
  const whole = Y.encodeStateAsUpdate(doc)
  doc.destroy()
  return whole
}
