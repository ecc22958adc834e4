import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { PlanId } from '#shared/ids.ts'
import type { PlanDocument, PlanDocumentState } from './plan-document.ts'
import { createPlanWriter } from './plan-writer.ts'
import { freshNote } from './store/plan-note.ts'
import type { PlanStore } from './store/plan-store.ts'

export type LivePlanDeps = {
  readonly planId: PlanId
  readonly store: PlanStore
  /** It is made on this device, and the server does not know it yet. */
  readonly isOnItsWay: () => boolean
  readonly newId: () => string
}

/** One document of a page, however many of its parts look at it. */
export type LivePlan = Pick<PlanDocument, 'doc' | 'awareness' | 'subscribeState'> & {
  /** Takes in all that another document holds, as if it were written here. */
  take(source: LivePlan): void
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
    stored: Object.keys(record?.note.unstored ?? {}).length === 0,
    kept: true,
    refused: undefined,
  }

  function set(change: Partial<PlanDocumentState>): void {
    const isNews = Object.entries(change).some(([key, value]) => Reflect.get(state, key) !== value)
    state = { ...state, ...change }
    if (isNews) for (const listener of listeners) listener(state)
  }

  const writer = createPlanWriter({
    planId,
    store,
    writer: deps.newId(),
    whole: () => Y.encodeStateAsUpdate(doc),
    onKept: (kept) => set({ kept }),
  })

  const fromStore = {}
  doc.transact(() => {
    for (const change of record?.changes ?? []) Y.applyUpdate(doc, change, fromStore)
  }, fromStore)
  doc.on('update', (change: Uint8Array, origin: unknown) => {
    if (origin === fromStore) return
    writer.add(change, true)
    set({ stored: false, here: true })
  })

  return {
    doc,
    awareness,
    subscribeState(onState) {
      listeners.add(onState)
      onState(state)
      return () => void listeners.delete(onState)
    },
    take: (source) => Y.applyUpdate(doc, Y.encodeStateAsUpdate(source.doc), 'copy'),
    async close() {
      listeners.clear()
      await writer.close()
      doc.destroy()
    },
  }
}
