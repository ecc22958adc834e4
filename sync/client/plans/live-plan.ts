import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { PlanId } from '#shared/ids.ts'
import { connectPlan, type PlanConnection, type Rooms } from './room/plan-connection.ts'
import type { PlanDocument, PlanDocumentState } from './plan-document.ts'
import { createPlanWriter } from './plan-writer.ts'
import { freshNote, isStored } from './store/plan-note.ts'
import type { PlanStore } from './store/plan-store.ts'

export type LivePlanDeps = {
  readonly planId: PlanId
  readonly store: PlanStore
  /** `undefined`: there is no server. */
  readonly rooms: Rooms | undefined
  /** It is made on this device, and the server does not know it yet. */
  readonly isOnItsWay: () => boolean
  /** The server is reached, and no socket to it gets through. */
  readonly isSocketBlocked: () => boolean
  /** As far as this device knows. */
  readonly mayWrite: () => boolean
  /** `updatedAt` of the plan's row, where this device knows it. */
  readonly rowAt: () => number | undefined
  /** This device's disk has what the server had when its row said this. */
  readonly onAgreed: (rowAt: number) => void
  readonly newId: () => string
}

/** One document of a page, however many of its parts look at it. */
export type LivePlan = Pick<PlanDocument, 'doc' | 'awareness' | 'subscribeState'> & {
  /** Takes in all that another document holds, as if it were written here. */
  take(source: LivePlan): void
  /** Resolves with the first state that is accepted; never, if none is. Aborting gives up. */
  until(accept: (state: PlanDocumentState) => boolean, signal?: AbortSignal): Promise<void>
  /** What its connection is to do. */
  readonly connection: Pick<PlanConnection, 'wake' | 'doubt' | 'roleChanged' | 'lookForRow'> | undefined
  close(): Promise<void>
}

/** Opens a plan's document with what this device has of it. This file and what it imports come when the first plan is opened. */
export async function openLivePlan(deps: LivePlanDeps): Promise<LivePlan> {
  const { planId, store } = deps
  const record = await store.read(planId)
  if (record === undefined) await store.change(planId, (note) => note ?? freshNote(planId))

  const doc = new Y.Doc()
  const awareness = new Awareness(doc)
  const listeners = new Set<(state: PlanDocumentState) => void>()
  let state: PlanDocumentState = {
    connection: 'offline',
    here: (record?.changes.length ?? 0) > 0 || deps.isOnItsWay(),
    synced: false,
    stored: record === undefined || isStored(record.note),
    kept: true,
    refused: undefined,
  }

  function set(change: Partial<PlanDocumentState>): void {
    const next = { ...state, ...change }
    if (isSame(next, state)) return
    state = next
    for (const listener of listeners) listener(state)
  }

  const writer = createPlanWriter({
    planId,
    store,
    writer: deps.newId(),
    whole: () => Y.encodeStateAsUpdate(doc),
    onKept: (kept) => set({ kept }),
  })

  /** The place of the last change that was read. */
  let seen = 0
  const fromDisk = {}
  function apply(read: typeof record): void {
    if (read === undefined) return
    seen = read.note.last
    doc.transact(() => {
      for (const change of read.changes) Y.applyUpdate(doc, change, fromDisk)
    }, fromDisk)
  }
  apply(record)

  /** What the row said before the connection was opened: the document can only be newer than that once it is synced. */
  let rowAt: number | undefined
  async function agree(at: number | undefined): Promise<void> {
    await writer.flush()
    if (state.kept && at !== undefined) deps.onAgreed(at)
  }

  const connection =
    deps.rooms === undefined
      ? undefined
      : connectPlan({
          ...deps.rooms,
          planId,
          doc,
          awareness,
          isOnItsWay: deps.isOnItsWay,
          isSocketBlocked: deps.isSocketBlocked,
          mayWrite: deps.mayWrite,
          async readDisk() {
            rowAt = deps.rowAt()
            const read = await store.read(planId, seen)
            apply(read)
            return read?.note.unstored ?? {}
          },
          onAllStored(marks) {
            writer.takeStored(marks)
            set({ stored: true, refused: undefined })
          },
          onState(change) {
            // Who has written nothing is refused nothing.
            if (change.refused === 'not_allowed' && writer.hasAllStored() && state.stored) return
            set(change)
            if (change.synced === true) void agree(rowAt)
          },
        })

  doc.on('update', (change: Uint8Array, origin: unknown) => {
    if (origin === fromDisk) return
    // The rest came from the server, or from another page of this device, which has it on its own account.
    const isMine = connection?.isOrigin(origin) !== true
    writer.add(change, isMine)
    set(isMine ? { stored: false, here: true } : { here: true })
  })

  function subscribeState(onState: (state: PlanDocumentState) => void): () => void {
    listeners.add(onState)
    onState(state)
    return () => void listeners.delete(onState)
  }

  return {
    doc,
    awareness,
    subscribeState,
    until: (accept, signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          listeners.delete(look)
          resolve()
        }
        const look = (now: PlanDocumentState): void => {
          if (accept(now)) done()
        }
        signal?.addEventListener('abort', done, { once: true })
        subscribeState(look)
      }),
    take: (source) => Y.applyUpdate(doc, Y.encodeStateAsUpdate(source.doc), 'copy'),
    connection,
    async close() {
      connection?.close()
      listeners.clear()
      await writer.close()
      awareness.destroy()
      doc.destroy()
    },
  }
}

function isSame(a: PlanDocumentState, b: PlanDocumentState): boolean {
  return (
    a.connection === b.connection &&
    a.here === b.here &&
    a.synced === b.synced &&
    a.stored === b.stored &&
    a.kept === b.kept &&
    a.refused === b.refused
  )
}
