import { PlanId } from '#shared/ids.ts'
import { createDevicePlans } from '#sync/client/plans/device-plans.ts'
import { noRows } from '#sync/client/plans/no-rows.ts'
import { openPlanStore } from '#sync/client/plans/store/browser-plan-store.ts'
import type { PlanStore } from '#sync/client/plans/store/plan-store.ts'
import { tellStoreStory } from './plan-store-story.ts'

const planId = PlanId.parse('01980000-0000-7000-8000-000000000001')

function open(): Promise<PlanStore> {
  return openPlanStore('drover/mara/team/plans', {
    indexedDb: indexedDB,
    createChannel: (name) => new BroadcastChannel(name),
  })
}

/** In a browser's page. */
export function tellStory(): Promise<readonly unknown[]> {
  return tellStoreStory(open)
}

export type Found = {
  readonly text: number
  readonly changes: number
  readonly unstored: boolean
  /** ms that opening took. */
  readonly ms: number
}

/** Opens a plan with no network, and writes so many characters, one after the other, until all are on the disk. The page is then left as it is. */
export async function writePlan(characters: number): Promise<Found> {
  const store = await open()
  const { plans } = createDevicePlans({
    store,
    rooms: undefined,
    channel: 'drover/mara/team/plan',
    rows: noRows,
    whenIdle: () => undefined,
    isOnline: () => false,
    isSocketBlocked: () => false,
    isOnItsWay: () => true,
    mayWrite: () => true,
    onUnstored: () => undefined,
    bringImage: async () => true,
    estimate: async () => undefined,
    now: Date.now,
    newId: () => crypto.randomUUID(),
    unlessClosed: (error) => {
      throw error
    },
  })
  // Yjs is loaded first, so that what is measured is the plan.
  ;(await plans.openPlan(PlanId.parse('01980000-0000-7000-8000-000000000002'))).close()
  const begunAt = performance.now()
  const plan = await plans.openPlan(planId)
  const ms = performance.now() - begunAt
  const text = plan.doc.getText('probe')
  for (let n = 0; n < characters; n++) {
    text.insert(text.length, String(n % 10))
    if (n % 50 === 0) await new Promise((resolve) => setTimeout(resolve))
  }
  for (;;) {
    const read = await store.read(planId)
    const counts = Object.values(read?.note.unstored ?? {})
    if (read !== undefined && (characters === 0 || counts.includes(characters)))
      return { text: text.length, changes: read.changes.length, unstored: counts.length > 0, ms }
  }
}
