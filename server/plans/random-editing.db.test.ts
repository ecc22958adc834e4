import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { describeOnEachDatabase } from '#test/db.ts'
import { startTyping, textOf } from '#test/plans/random-editing.ts'
import { enterPlan, openPlanDevice } from '#test/plan-world.ts'
import { seeded } from '#test/seed.ts'
import { openWorld, type Person, type World } from '#test/world.ts'

/** `npm run bench plan-edits -- --cycles N` does as many as one wants. */
const edits = 600

describeOnEachDatabase('several who write at once', (_open, kind) => {
  let world: World
  let mara: Person
  beforeAll(async () => {
    world = await openWorld({ kind, planTimes: { settleMs: 20, latestMs: 100, idleMs: 100 } })
    mara = await world.owner()
  })
  afterAll(() => world.close())

  test('over dropped connections and restarts all have the same, and every character is accounted for', async () => {
    const random = seeded()
    const planId = await openPlanDevice(mara).createPlan()
    const devices = Array.from({ length: 4 }, () => enterPlan(world, mara, planId))
    const typing = startTyping(devices, random)
    await typing.write(edits, async () => {
      if (random.below(40) === 0) devices[random.below(devices.length)]?.drop()
      if (random.below(200) === 0) await world.restart()
    })
    await Promise.all(devices.map((device) => device.stored()))
    const same = () => devices.every((device) => textOf(device) === textOf(devices[0] ?? device))
    await vi.waitUntil(same, { timeout: 20_000, interval: 20 })
    for (const device of devices) device.close()
    // What the server has stands on its own.
    await world.restart()
    const fresh = enterPlan(world, mara, planId)
    await fresh.synced()
    const text = textOf(fresh)
    expect(text).toBe(devices[0] === undefined ? '' : textOf(devices[0]))
    expect([typing.missing(text), typing.wrong(text)]).toEqual([[], []])
    fresh.close()
  })
})
