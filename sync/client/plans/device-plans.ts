import type { PlanId } from '#shared/ids.ts'
import { createOpenPlans } from './open-plans.ts'
import { createPlanCopies } from './plan-copies.ts'
import type { DevicePlans } from './plan-document.ts'
import type { PlanStore } from './store/plan-store.ts'

/** What a device has for its plans: in a browser one for all its pages, in tests one for each device. */
export type PlanDeps = {
  readonly store: PlanStore
}

export type DevicePlansDeps = PlanDeps & {
  /** The server can't know this plan yet: it was only just made on this device. */
  readonly isOnItsWay: (planId: PlanId) => boolean
  readonly now: () => number
  readonly newId: () => string
  readonly unlessClosed: (error: unknown) => void
}

export function createDevicePlans(deps: DevicePlansDeps) {
  const open = createOpenPlans(deps)
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
    async close(): Promise<void> {
      await open.close()
      copies.close()
      deps.store.close()
    },
  }
}
