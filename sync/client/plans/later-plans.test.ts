import { expect, test } from 'vitest'
import { newId } from '#test/world.ts'
import { PlanId, TeamId } from '#shared/ids.ts'
import { createMemoryImageStore } from '../images/memory-image-store.ts'
import { createLaterPlans, type LaterPlansDeps } from './later-plans.ts'
import { noRows } from './no-rows.ts'
import { createMemoryPlanStore } from './store/memory-plan-store.ts'

function open(given: Partial<LaterPlansDeps> = {}) {
  return createLaterPlans({
    openStore: async () => createMemoryPlanStore(),
    openImages: async () => createMemoryImageStore(),
    openAttachments: async () => createMemoryImageStore(),
    teamId: TeamId.parse('team'),
    baseUrl: '',
    fetch: () => Promise.reject(new TypeError('no network')),
    soon: () => undefined,
    rooms: undefined,
    channel: newId(),
    rows: noRows,
    whenIdle: () => undefined,
    mayWrite: () => true,
    isOnline: () => false,
    isSocketBlocked: () => false,
    isOnItsWay: () => true,
    onUnstored: () => undefined,
    estimate: async () => undefined,
    now: Date.now,
    newId,
    unlessClosed: (error) => {
      throw error
    },
    ...given,
  })
}

test('a store that could not be opened is opened by the next one who asks, and only once for several', async () => {
  let opened = 0
  const later = open({
    async openStore() {
      opened++
      if (opened === 1) throw new Error('no disk')
      return createMemoryPlanStore()
    },
  })
  const planId = PlanId.parse(newId())
  await expect(later.plans.openPlan(planId)).rejects.toThrow('no disk')
  const [one, two] = await Promise.all([later.plans.openPlan(planId), later.plans.openPlan(planId)])
  expect(one.doc).toBe(two.doc)
  expect(opened).toBe(2)
  one.close()
  two.close()
  await later.close()
})

test('whoever follows the copies from before they came is told of them, and of nothing after leaving', async () => {
  const store = createMemoryPlanStore()
  const later = open({ openStore: async () => store })
  const planId = PlanId.parse(newId())
  const told: (readonly PlanId[])[] = []
  const arrived = Promise.withResolvers<void>()
  const stop = later.plans.subscribePlanCopies((copies) => {
    told.push([...copies.keys()])
    if (copies.has(planId)) arrived.resolve()
  })
  expect(told).toEqual([[]])
  await later.plans.pinPlan(planId, true)
  await arrived.promise
  stop()
  const heard = told.length
  await later.plans.pinPlan(planId, false)
  expect(told).toHaveLength(heard)
  await later.close()
})

test('nothing is fetched for a workspace that was closed before anybody asked', async () => {
  const soon: (() => void)[] = []
  let opened = 0
  const later = open({
    soon: (act) => void soon.push(act),
    async openStore() {
      opened++
      return createMemoryPlanStore()
    },
  })
  await later.close()
  for (const act of soon) act()
  await expect(later.plans.openPlan(PlanId.parse(newId()))).rejects.toThrow('closed')
  expect(opened).toBe(0)
})
