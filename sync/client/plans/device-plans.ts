import type { Doc } from 'yjs'
import type { BlobHash, PlanId } from '#shared/ids.ts'
import type { EstimateRoom } from '../device-room.ts'
import { createOpenPlans } from './open-plans.ts'
import type { Rooms } from './room/plan-connection.ts'
import { createPlanCopies } from './plan-copies.ts'
import { createPlanCourier, type PlanCourier } from './plan-courier.ts'
import type { DevicePlans } from './plan-document.ts'
import type { PlanRowsDeps } from './plan-rows.ts'
import type { PlanStore } from './store/plan-store.ts'
import { countUnstored } from './unstored-count.ts'

export type PlanDeps = {
  readonly store: PlanStore
  /** `undefined`: there is no server. */
  readonly rooms: Omit<Rooms, 'channel'> | undefined
  /** Calls back when the first page stands and the browser has nothing better to do. */
  readonly whenIdle: (act: () => void) => void
}

export type DevicePlansDeps = PlanDeps & {
  /** Names person and team. */
  readonly channel: string
  readonly rows: PlanRowsDeps
  readonly isOnline: () => boolean
  /** The server is reached, and no socket to it gets through. */
  readonly isSocketBlocked: () => boolean
  /** The server can't know this plan yet: it was only just made on this device. */
  readonly isOnItsWay: (planId: PlanId) => boolean
  /** This person may write to the team's plans, as far as this device knows. */
  readonly mayWrite: () => boolean
  /** Plans that have had something for a while which the server lacks. */
  readonly onUnstored: (count: number) => void
  /** Has this device keep a picture of a plan. Resolves with whether there is nothing left to fetch. */
  readonly bringImage: (hash: BlobHash, signal: AbortSignal) => Promise<boolean>
  readonly estimate: EstimateRoom
  readonly now: () => number
  readonly newId: () => string
  readonly unlessClosed: (error: unknown) => void
}

export function createDevicePlans(deps: DevicePlansDeps) {
  const { rooms, store } = deps
  let courier: PlanCourier | undefined
  const open = createOpenPlans({
    ...deps,
    rooms: rooms && { ...rooms, channel: deps.channel },
    rowAt: (planId) => copies.facts.get(planId)?.updatedAt,
    onAgreed: (planId, at) => void copies.agreed(planId, at).catch(deps.unlessClosed),
    onEnded: () => copies.look(),
  })
  const unstored = countUnstored({ now: deps.now, onCount: deps.onUnstored })
  const copies = createPlanCopies({
    ...deps,
    isOpen: open.isOpen,
    onChange: () => courier?.work(),
  })
  const stopCounting = copies.subscribe(unstored.take)
  courier = rooms && createPlanCourier({ ...deps, open, copies, bringPictures })
  deps.whenIdle(() => void copies.tidy().catch(deps.unlessClosed))

  /** One after another: nobody waits for them. */
  async function bringPictures(doc: Doc, signal: AbortSignal): Promise<boolean> {
    const { imagesIn } = await import('#sync/core/plan/images-in.ts')
    let isWhole = true
    for (const hash of imagesIn(doc)) {
      if (signal.aborted) return false
      isWhole = (await deps.bringImage(hash, signal)) && isWhole
    }
    return isWhole
  }

  const plans: DevicePlans = {
    async openPlan(planId) {
      const plan = await open.open(planId)
      copies.opened(planId).catch(deps.unlessClosed)
      return plan
    },
    subscribePlanCopies: copies.subscribe,
    pinPlan: copies.pin,
    copyPlan: (from, to) => open.using(from, (source) => open.using(to, (target) => target.take(source))),
    async dropPlanCopy(planId) {
      await open.end(planId)
      await store.change(planId, () => undefined)
    },
  }
  return {
    plans,
    /** The server is to be reached again. */
    wake(): void {
      open.tell('wake')
      courier?.retry()
    },
    /** It may not be there any more. */
    doubt: (): void => open.tell('doubt'),
    /** What this person may do has changed. */
    roleChanged(): void {
      open.tell('roleChanged')
      courier?.retry()
    },
    /** It has taken something that was done here. */
    taken(): void {
      open.tell('lookForRow')
      courier?.retry()
    },
    async close(): Promise<void> {
      courier?.close()
      stopCounting()
      unstored.close()
      copies.close()
      await open.close()
      store.close()
    },
  }
}
