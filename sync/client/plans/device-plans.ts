import type { PlanId } from '#shared/ids.ts'
import { createOpenPlans } from './open-plans.ts'
import { createPlanCopies } from './plan-copies.ts'
import type { DevicePlans } from './plan-document.ts'
import type { Rooms } from './plan-connection.ts'
import type { PlanStore } from './store/plan-store.ts'

/** What a device has for its plans: in a browser one for all its pages, in tests one for each device. */
export type PlanDeps = {
  readonly store: PlanStore
  /** `undefined`: there is no server. */
  readonly rooms: Omit<Rooms, 'channel'> | undefined
}

export type DevicePlansDeps = PlanDeps & {
  /** Names person and team. */
  readonly channel: string
  /** The server can't know this plan yet: it was only just made on this device. */
  readonly isOnItsWay: (planId: PlanId) => boolean
  readonly now: () => number
  readonly newId: () => string
  readonly unlessClosed: (error: unknown) => void
}

export function createDevicePlans(deps: DevicePlansDeps) {
  const { rooms } = deps
  const open = createOpenPlans({ ...deps, rooms: rooms && { ...rooms, channel: deps.channel } })
  const copies = createPlanCopies(deps)
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
      await deps.store.change(planId, () => undefined)
    },
  }
  return {
    plans,
    /** `wake`: the server may be reached; `doubt`: or not any more; `lookForRow`: it has taken something that was done here. */
    tell: open.tell,
    async close(): Promise<void> {
      await open.close()
      copies.close()
      deps.store.close()
    },
  }
}
