import { describe, expect, test } from 'vitest'
import { PlanId } from '#shared/ids.ts'
import { openDevicePlans, textOf, untilCopy, writeParagraph } from '#test/plan-device.ts'
import { newId, until } from '#test/world.ts'
import { createMemoryPlanStore } from './store/memory-plan-store.ts'

const aPlan = (): PlanId => PlanId.parse(newId())

describe('a plan on a device without a network', () => {
  test('is there again after it was closed, with the mark that the server lacks it', async () => {
    const device = openDevicePlans()
    const planId = aPlan()
    const plan = await device.openPlan(planId)
    writeParagraph(plan.doc, 'Pack the bags')
    plan.close()
    const again = await device.openPlan(planId)
    expect(textOf(again.doc)).toContain('Pack the bags')
    await until(again.subscribeState, (state) => !state.stored && state.here && state.kept)
    await untilCopy(device, planId, (copy) => copy?.unstored === true)
    await device.close()
  })

  test('is one document for all parts of a page, closed by the last of them', async () => {
    const device = openDevicePlans()
    const planId = aPlan()
    const [one, other] = await Promise.all([device.openPlan(planId), device.openPlan(planId)])
    expect(one.doc).toBe(other.doc)
    one.close()
    one.close()
    writeParagraph(other.doc, 'Still open')
    expect(other.doc.isDestroyed).toBe(false)
    const ended = new Promise((resolve) => other.doc.once('destroy', resolve))
    other.close()
    await ended
    const third = await device.openPlan(planId)
    expect(third.doc).not.toBe(other.doc)
    expect(textOf(third.doc)).toContain('Still open')
    await device.close()
  })

  test('is there after the app was killed with changes on the disk', async () => {
    const store = createMemoryPlanStore()
    const planId = aPlan()
    const killed = openDevicePlans({ store })
    const plan = await killed.openPlan(planId)
    writeParagraph(plan.doc, 'Written last')
    // The page is never closed: only what had reached the disk is there for the next one.
    await untilCopy(killed, planId, (copy) => copy?.unstored === true)
    const next = openDevicePlans({ store })
    expect(textOf((await next.openPlan(planId)).doc)).toContain('Written last')
    await next.close()
    await killed.close()
  })

  test('can be written into another plan, and its copy given up', async () => {
    const device = openDevicePlans()
    const [from, to] = [aPlan(), aPlan()]
    const plan = await device.openPlan(from)
    writeParagraph(plan.doc, 'Kept')
    await device.copyPlan(from, to)
    await device.dropPlanCopy(from)
    expect(textOf((await device.openPlan(to)).doc)).toContain('Kept')
    expect(await device.store.read(from)).toBeUndefined()
    await device.close()
  })

  test('says that the disk takes nothing, keeps what is written, and brings it there when the disk does again', async () => {
    const real = createMemoryPlanStore()
    let isFull = true
    const device = openDevicePlans({
      store: {
        ...real,
        append: (planId, changes, change) =>
          isFull ? Promise.reject(new Error('no room')) : real.append(planId, changes, change),
      },
    })
    const planId = aPlan()
    const plan = await device.openPlan(planId)
    writeParagraph(plan.doc, 'First')
    await until(plan.subscribeState, (state) => !state.kept)
    isFull = false
    writeParagraph(plan.doc, 'Second')
    await until(plan.subscribeState, (state) => state.kept)
    plan.close()
    const again = await device.openPlan(planId)
    expect(textOf(again.doc)).toMatch(/First.*Second/)
    await device.close()
  })

  test('opens at a bounded cost however often it was changed', async () => {
    const device = openDevicePlans()
    const planId = aPlan()
    const plan = await device.openPlan(planId)
    const inner = writeParagraph(plan.doc, '')
    for (let n = 0; n < 10_000; n++) {
      inner.insert(inner.length, `${n % 10}`)
      if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    plan.close()
    const again = await device.openPlan(planId)
    expect(textOf(again.doc)).toContain('0123456789'.repeat(1_000))
    const record = await device.store.read(planId)
    expect(record?.changes.length).toBeLessThanOrEqual(700)
    await device.close()
  })
})
