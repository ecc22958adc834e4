import type { PlanId } from '#shared/ids.ts'
import type { PlanCopy } from './plan-document.ts'
import { freshNote, isStored, type PlanNote } from './store/plan-note.ts'
import type { PlanStore } from './store/plan-store.ts'

export type PlanCopiesDeps = {
  readonly store: PlanStore
  readonly now: () => number
  readonly unlessClosed: (error: unknown) => void
}

/** Which plans this device has, and what it knows of each. */
export function createPlanCopies(deps: PlanCopiesDeps) {
  const listeners = new Set<(copies: ReadonlyMap<PlanId, PlanCopy>) => void>()
  let copies: ReadonlyMap<PlanId, PlanCopy> = new Map()
  let reading: Promise<void> | undefined
  let isStale = false

  function toCopy(note: PlanNote): PlanCopy {
    const { planId, title, openedAt, pinned } = note
    return { planId, title, openedAt, pinned, fresh: false, unstored: !isStored(note), lost: false }
  }

  /** What was read last is what was written last: one look at a time, and one more for what changed meanwhile. */
  function read(): void {
    isStale = true
    reading ??= readAll().catch(deps.unlessClosed)
  }

  async function readAll(): Promise<void> {
    try {
      while (isStale) {
        isStale = false
        const notes = await deps.store.notes()
        copies = new Map(notes.map((note) => [note.planId, toCopy(note)]))
        for (const listener of listeners) listener(copies)
      }
    } finally {
      // At once, so that no change falls between the last look and this.
      reading = undefined
    }
  }

  const stopStore = deps.store.subscribe(read)
  read()

  return {
    /** A person has it open. */
    opened: (planId: PlanId): Promise<void> =>
      deps.store.change(planId, (note) => ({ ...(note ?? freshNote(planId)), openedAt: deps.now() })),
    pin: (planId: PlanId, pinned: boolean): Promise<void> =>
      deps.store.change(planId, (note) => ({ ...(note ?? freshNote(planId)), pinned })),
    subscribe(onCopies: (copies: ReadonlyMap<PlanId, PlanCopy>) => void): () => void {
      listeners.add(onCopies)
      onCopies(copies)
      return () => listeners.delete(onCopies)
    },
    close(): void {
      stopStore()
      listeners.clear()
    },
  }
}
