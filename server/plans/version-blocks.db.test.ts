import { afterAll, beforeAll, expect, test } from 'vitest'
import { PlanVersion } from '#shared/domain/plan.ts'
import type { PlanId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { enterPlan, openPlanDevice, rowsOf } from '#test/plan-world.ts'
import { newId, openWorld, type Person, type World } from '#test/world.ts'

const patience = { timeout: 15_000, interval: 20 }

/** What a version says of itself against the one before. */
let world: World
let mara: Person
beforeAll(async () => {
  world = await openWorld({ planTimes: { settleMs: 20, latestMs: 200, pauseMs: 100, idleMs: 50, sweepMs: 50 } })
  mara = await world.owner()
})
afterAll(() => world.close())

const blocksOf = async (planId: PlanId) =>
  PlanVersion.array()
    .parse(await rowsOf(world, mara, keys.planVersionsOf(planId)))
    .map(({ blocks }) => blocks)

test('a version has how many blocks are new and gone; a changed one counts for both, a moved one for neither', async () => {
  const device = openPlanDevice(mara)
  const planId = await device.createPlan('Extract billing')
  const texts = [
    '# Billing\n\nOne package.\n\nOne set of tests.\n',
    '# Billing\n\nOne package for all of it.\n\nOne set of tests.\n\nBehind a flag.\n',
    '# Billing\n\nBehind a flag.\n\nOne package for all of it.\n\nOne set of tests.\n',
    '# Billing\n',
  ]
  for (const markdown of texts)
    await device.push('savePlanVersion', { planId, versionId: newId(), origin: 'named', label: 'Kept', markdown })
  await expect
    .poll(() => blocksOf(planId), patience)
    .toEqual([
      { added: 3, removed: 0 },
      { added: 2, removed: 1 },
      { added: 0, removed: 0 },
      { added: 0, removed: 3 },
    ])
})

test('so has one that is made by the server itself', async () => {
  const planId = await openPlanDevice(mara).createPlan('Extract billing')
  const client = enterPlan(world, mara, planId)
  await client.synced()
  client.write('One package.')
  await client.stored()
  client.close()
  await expect.poll(() => blocksOf(planId), patience).toEqual([{ added: 1, removed: 0 }])
})
