import * as Y from 'yjs'
import type { PlanId } from '#shared/ids.ts'
import { createDevicePlans, type DevicePlansDeps } from '#sync/client/plans/device-plans.ts'
import { noRows } from '#sync/client/plans/no-rows.ts'
import type { DevicePlans, PlanCopy, PlanDocument, PlanDocumentState } from '#sync/client/plans/plan-document.ts'
import { createMemoryPlanStore } from '#sync/client/plans/store/memory-plan-store.ts'
import { isStored } from '#sync/client/plans/store/plan-note.ts'
import type { PlanStore } from '#sync/client/plans/store/plan-store.ts'
import { planField } from '#sync/core/plan/schema.ts'
import { deviceSocket } from './device-socket.ts'
import { newId, until } from './world.ts'

export type PlanDevice = DevicePlans &
  Omit<ReturnType<typeof createDevicePlans>, 'plans'> & { readonly store: PlanStore; readonly unstored: () => number }

/** A network that takes none. */
const requests = { fetch: () => Promise.reject(new TypeError('no network')), url: '' }

/** The plans of a device without the rest of it; `url`: where its rooms are. */
export function openDevicePlans({
  url,
  ...given
}: Partial<DevicePlansDeps> & { readonly url?: string } = {}): PlanDevice {
  const store = given.store ?? createMemoryPlanStore()
  let unstored = 0
  const { plans, ...rest } = createDevicePlans({
    rooms:
      url === undefined
        ? undefined
        : { url, WebSocket: deviceSocket({ cookie: '', origin: '' }), random: Math.random, requests },
    channel: newId(),
    rows: noRows,
    whenIdle: () => undefined,
    mayWrite: () => true,
    isOnline: () => true,
    isSocketBlocked: () => false,
    isOnItsWay: () => false,
    onUnstored: (count) => (unstored = count),
    bringImage: async () => true,
    estimate: async () => undefined,
    now: Date.now,
    newId,
    unlessClosed: (error) => {
      throw error
    },
    ...given,
    store,
  })
  return { ...plans, ...rest, store, unstored: () => unstored }
}

export function writeParagraph(doc: Y.Doc, text: string): Y.XmlText {
  const paragraph = new Y.XmlElement('paragraph')
  const inner = new Y.XmlText(text)
  paragraph.insert(0, [inner])
  doc.getXmlFragment(planField).push([paragraph])
  return inner
}

export function textOf(doc: Y.Doc): string {
  return doc.getXmlFragment(planField).toJSON()
}

/** Resolves once the document holds this. */
export function untilText(doc: Y.Doc, part: string): Promise<string> {
  return until(
    (on) => {
      const tell = (): void => on(textOf(doc))
      doc.on('update', tell)
      tell()
      return () => doc.off('update', tell)
    },
    (now) => now.includes(part),
  )
}

export function untilState(
  plan: PlanDocument,
  accept: (state: PlanDocumentState) => boolean,
  ms?: number,
): Promise<PlanDocumentState> {
  return until(plan.subscribeState, accept, ms)
}

export function untilCopy(
  device: Pick<DevicePlans, 'subscribePlanCopies'>,
  planId: PlanId,
  accept: (copy: PlanCopy | undefined) => boolean,
): Promise<unknown> {
  return until<PlanCopy | undefined>((on) => device.subscribePlanCopies((copies) => on(copies.get(planId))), accept)
}

/** Resolves once the mark on the disk says that the server has everything, or that it has not. */
export function untilMarked(store: PlanStore, planId: PlanId, stored: boolean): Promise<boolean> {
  return until(
    (on) => {
      const look = (): void => void store.read(planId).then((read) => on(read === undefined || isStored(read.note)))
      look()
      return store.subscribe(look)
    },
    (now) => now === stored,
  )
}
