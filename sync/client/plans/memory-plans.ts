import { createDevicePlans } from './device-plans.ts'
import type { DevicePlans } from './plan-document.ts'
import { noRows } from './no-rows.ts'
import { createMemoryPlanStore } from './store/memory-plan-store.ts'

/** Plans that live as long as the page and know no server: for tests of pages. */
export function createMemoryPlans(from: { readonly now: () => number; readonly newId: () => string }): DevicePlans {
  return createDevicePlans({
    ...from,
    store: createMemoryPlanStore(),
    rooms: undefined,
    channel: 'memory',
    rows: noRows,
    whenIdle: () => undefined,
    mayWrite: () => true,
    isOnline: () => false,
    isSocketBlocked: () => false,
    onUnstored: () => undefined,
    bringImage: async () => true,
    estimate: async () => undefined,
    isOnItsWay: () => true,
    unlessClosed: (error) => {
      throw error
    },
  }).plans
}
