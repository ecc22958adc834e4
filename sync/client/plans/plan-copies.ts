import type { PlanId } from '#shared/ids.ts'
import { isRoomShort, type EstimateRoom } from '../device-room.ts'
import type { PlanCopy } from './plan-document.ts'
import { followPlanRows, type PlanRowsDeps } from './plan-rows.ts'
import { freshNote, isStored, type PlanNote } from './store/plan-note.ts'
import type { PlanStore } from './store/plan-store.ts'

export type PlanCopiesDeps = {
  readonly store: PlanStore
  readonly rows: PlanRowsDeps
  readonly estimate: EstimateRoom
  /** It is shown or being brought here in this page. */
  readonly isOpen: (planId: PlanId) => boolean
  /** The server can't know it yet. */
  readonly isOnItsWay: (planId: PlanId) => boolean
  /** Copies or rows have changed. */
  readonly onChange: () => void
  readonly now: () => number
  readonly unlessClosed: (error: unknown) => void
}

/** Copies that are not pinned: those shown longest ago go first, beyond so many and so many bytes. */
const mostCopies = 200
const mostBytes = 50_000_000

/** Which plans this device has, what it knows of each, and which make room. */
export function createPlanCopies(deps: PlanCopiesDeps) {
  const { store } = deps
  const listeners = new Set<(copies: ReadonlyMap<PlanId, PlanCopy>) => void>()
  let notes: ReadonlyMap<PlanId, PlanNote> = new Map()
  let gone: ReadonlySet<PlanId> = new Set()
  let copies: ReadonlyMap<PlanId, PlanCopy> = new Map()
  let reading: Promise<void> | undefined
  let isStale = false
  let closed = false

  const rows = followPlanRows(deps.rows, (changed) => {
    if (changed.some((planId) => notes.has(planId))) read()
    else deps.onChange()
  })

  /** What was read last is what was written last: one look at a time, and one more for what changed meanwhile. */
  function read(): void {
    isStale = true
    reading ??= readAll()
      .catch((error: unknown) => {
        if (!closed) deps.unlessClosed(error)
      })
      .finally(() => {
        reading = undefined
        if (isStale && !closed) read()
      })
  }

  async function readAll(): Promise<void> {
    while (isStale && !closed) {
      isStale = false
      const kept = await store.notes()
      const lost = new Set<PlanId>()
      for (const { planId } of kept)
        if (!rows.facts.has(planId) && !deps.isOnItsWay(planId) && (await rows.isGone(planId))) lost.add(planId)
      notes = new Map(kept.map((note) => [note.planId, note]))
      gone = lost
      copies = new Map(kept.map((note) => [note.planId, toCopy(note)]))
      for (const listener of listeners) listener(copies)
      deps.onChange()
      for (const note of kept) await settle(note)
      await makeRoom()
    }
  }

  function toCopy(note: PlanNote): PlanCopy {
    const { planId, openedAt, pinned } = note
    const row = rows.facts.get(planId)
    const unstored = !isStored(note)
    return {
      planId,
      title: row?.title ?? note.title,
      openedAt,
      pinned,
      here: note.count > 0,
      fresh: isFresh(planId),
      unstored,
      lost: unstored && gone.has(planId),
    }
  }

  function isFresh(planId: PlanId): boolean {
    const [note, row] = [notes.get(planId), rows.facts.get(planId)]
    return note !== undefined && row !== undefined && note.count > 0 && note.freshAt >= row.updatedAt
  }

  /** What may not be read any more does not stay, unless it is the only one that has what was written here. */
  async function settle({ planId, title, titledAt }: PlanNote): Promise<void> {
    const row = rows.facts.get(planId)
    if (row !== undefined && row.title !== title && row.updatedAt > titledAt)
      return store.change(planId, (note) =>
        note === undefined || note.titledAt >= row.updatedAt
          ? note
          : { ...note, title: row.title, titledAt: row.updatedAt },
      )
    if (gone.has(planId) && !deps.isOpen(planId))
      await store.change(planId, (note) => (note !== undefined && isStored(note) ? undefined : note))
  }

  /** Gives up copies of what the server has, those shown longest ago first, until so many and so many bytes are left. */
  async function giveUp(most: number, bytes: number): Promise<void> {
    let [count, size] = [0, 0]
    for (const note of [...notes.values()].sort((a, b) => b.openedAt - a.openedAt || b.freshAt - a.freshAt)) {
      if (note.pinned || !isStored(note) || deps.isOpen(note.planId)) continue
      count++
      size += note.bytes
      if (count <= most && size <= bytes) continue
      await store.change(note.planId, (now) =>
        now === undefined || now.pinned || !isStored(now) || now.openedAt > note.openedAt ? now : undefined,
      )
    }
  }

  const makeRoom = (): Promise<void> => giveUp(mostCopies, mostBytes)

  const stopStore = store.subscribe(read)
  read()

  return {
    facts: rows.facts,
    notes: (): ReadonlyMap<PlanId, PlanNote> => notes,
    copies: (): ReadonlyMap<PlanId, PlanCopy> => copies,
    isFresh,
    look: read,
    /** A person has it open. */
    opened: (planId: PlanId): Promise<void> =>
      store.change(planId, (note) => ({ ...(note ?? freshNote(planId)), openedAt: deps.now() })),
    pin: (planId: PlanId, pinned: boolean): Promise<void> =>
      store.change(planId, (note) => ({ ...(note ?? freshNote(planId)), pinned })),
    /** This device has what the server had when the plan's row said this. */
    async agreed(planId: PlanId, at: number): Promise<void> {
      if (closed || (notes.get(planId)?.freshAt ?? -1) >= at) return
      await store.change(planId, (note) => (note === undefined || note.freshAt >= at ? note : { ...note, freshAt: at }))
    },
    /** At a start, when the page has nothing better to do. */
    async tidy(): Promise<void> {
      if (!(await isRoomShort(deps.estimate))) return
      const others = [...notes.values()].filter((note) => !note.pinned).length
      await giveUp(Math.floor(others / 2), mostBytes)
    },
    subscribe(onCopies: (copies: ReadonlyMap<PlanId, PlanCopy>) => void): () => void {
      listeners.add(onCopies)
      onCopies(copies)
      return () => listeners.delete(onCopies)
    },
    close(): void {
      closed = true
      stopStore()
      rows.stop()
      listeners.clear()
    },
  }
}

export type PlanCopies = ReturnType<typeof createPlanCopies>
