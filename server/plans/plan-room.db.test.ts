import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { roomClosed } from '#shared/protocol/plan-room.ts'
import { describeOnEachDatabase } from '#test/db.ts'
import type { PlanClient } from '#test/plan-client.ts'
import { enterPlan, openPlanDevice } from '#test/plan-world.ts'
import { newId, openWorld, type Person, type World } from '#test/world.ts'
import { PlanId } from '#shared/ids.ts'

describeOnEachDatabase('the room of a plan', (_open, kind) => {
  let world: World
  let mara: Person
  let planId: PlanId
  const clients: PlanClient[] = []
  beforeAll(async () => {
    world = await openWorld({ kind })
    mara = await world.owner()
    planId = await openPlanDevice(mara).createPlan()
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.close()
  })
  afterAll(() => world.close())
  const enter = (person: Person = mara, plan: PlanId = planId): PlanClient => {
    const client = enterPlan(world, person, plan)
    clients.push(client)
    return client
  }

  test('what one writes is stored, and there for who comes later', async () => {
    const one = enter()
    one.write('hello')
    await one.stored()
    const other = enter()
    await other.synced()
    expect(other.texts()).toEqual(['hello'])
  })

  test('a plan of another team and one that does not exist are the same: closed as not found', async () => {
    const client = enter(mara, PlanId.parse(newId()))
    await client.closed(roomClosed.notFound)
    expect(client.texts()).toEqual([])
  })
})
