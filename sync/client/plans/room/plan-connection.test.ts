import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PlanId } from '#shared/ids.ts'
import { roomClosed } from '#shared/protocol/plan-room.ts'
import { openFakeRoom, type FakeRoom } from '#test/fakes/plan-room.ts'
import {
  openDevicePlans,
  textOf,
  untilMarked,
  untilState,
  untilText,
  writeParagraph,
  type PlanDevice,
} from '#test/plan-device.ts'
import { newId } from '#test/world.ts'
import { createMemoryPlanStore } from '../store/memory-plan-store.ts'
import type { PlanStore } from '../store/plan-store.ts'

let room: FakeRoom
const devices: PlanDevice[] = []
beforeEach(async () => {
  room = await openFakeRoom()
})
afterEach(async () => {
  await Promise.all(devices.splice(0).map((device) => device.close()))
  await room.close()
})

function openDevice(options: Parameters<typeof openDevicePlans>[0] = {}): PlanDevice {
  const device = openDevicePlans({ url: room.url, ...options })
  devices.push(device)
  return device
}

const planId = PlanId.parse(newId())
const mark = (store: PlanStore, stored: boolean): Promise<boolean> => untilMarked(store, planId, stored)

describe('a plan that is open', () => {
  test('is stored only when the server says so, on the screen and on the disk', async () => {
    const device = openDevice()
    const plan = await device.openPlan(planId)
    await untilState(plan, ({ synced, stored, connection }) => synced && stored && connection === 'online')
    room.set('stalled')
    writeParagraph(plan.doc, 'Half')
    await untilText(room.docOf(planId), 'Half')
    await mark(device.store, false)
    await untilState(plan, ({ stored }) => !stored)
    room.set('open')
    await untilState(plan, ({ stored }) => stored)
    expect(await mark(device.store, true)).toBe(true)
  })

  test('brings what was written without a network, and what was written elsewhere', async () => {
    const store = createMemoryPlanStore()
    room.set(roomClosed.later)
    const device = openDevice({ store })
    const plan = await device.openPlan(planId)
    writeParagraph(plan.doc, 'Here')
    writeParagraph(room.docOf(planId), 'There')
    await mark(store, false)
    room.set('open')
    device.wake()
    await untilText(room.docOf(planId), 'Here')
    await untilText(plan.doc, 'There')
    await untilState(plan, ({ stored }) => stored)
    expect(await mark(store, true)).toBe(true)
    expect(textOf(plan.doc)).toBe(textOf(room.docOf(planId)))
  })

  test('sends what an app that was killed had kept', async () => {
    const store = createMemoryPlanStore()
    // It goes on to exist, as a page of this test, but has no way to the server or to the next one.
    const killed = openDevice({ store, url: 'ws://127.0.0.1:9/api/plan' })
    writeParagraph((await killed.openPlan(planId)).doc, 'Last words')
    await mark(store, false)
    const next = openDevice({ store })
    const plan = await next.openPlan(planId)
    await untilText(room.docOf(planId), 'Last words')
    await untilState(plan, ({ stored }) => stored)
    expect(await mark(store, true)).toBe(true)
  })

  test.each([
    [roomClosed.notFound, 'not_found', 1],
    [roomClosed.signedOut, 'signed_out', 1],
    [roomClosed.full, 'full', 1],
    [roomClosed.malformed, 'malformed', 2],
  ] as const)('is refused with %i (%s) after %i tries, and keeps what is written', async (code, refused, tries) => {
    room.set(code)
    const device = openDevice()
    const plan = await device.openPlan(planId)
    await untilState(plan, (now) => now.refused === refused && now.connection === 'offline')
    writeParagraph(plan.doc, 'Mine')
    await mark(device.store, false)
    const attempts = room.opened()
    plan.close()
    expect(textOf((await device.openPlan(planId)).doc)).toContain('Mine')
    expect(attempts).toBe(tries)
  })

  test('waits for the server to take the plan, and goes there then', async () => {
    let isOnItsWay = true
    const device = openDevice({ isOnItsWay: () => isOnItsWay })
    const plan = await device.openPlan(planId)
    writeParagraph(plan.doc, 'New')
    await untilState(plan, ({ here, stored }) => here && !stored)
    expect(room.opened()).toBe(0)
    isOnItsWay = false
    device.taken()
    await untilText(room.docOf(planId), 'New')
    await untilState(plan, ({ stored }) => stored)
  })

  test('tries again after its socket was cut', async () => {
    const device = openDevice()
    const plan = await device.openPlan(planId)
    await untilState(plan, ({ synced }) => synced)
    room.cut()
    writeParagraph(plan.doc, 'After the cut')
    await untilText(room.docOf(planId), 'After the cut')
    await untilState(plan, ({ stored, connection }) => stored && connection === 'online')
    expect(room.opened()).toBe(2)
  })

  test('is finished with the server before it is closed', async () => {
    const device = openDevice()
    const plan = await device.openPlan(planId)
    await untilState(plan, ({ synced }) => synced)
    room.set('stalled')
    writeParagraph(plan.doc, 'And out')
    plan.close()
    expect(plan.doc.isDestroyed).toBe(false)
    room.set('open')
    await mark(device.store, true)
    expect(textOf(room.docOf(planId))).toContain('And out')
  })
})

describe('two pages of one device', () => {
  test('see each other’s changes without a network', async () => {
    room.set(roomClosed.later)
    const [store, channel] = [createMemoryPlanStore(), newId()]
    const [left, right] = [openDevice({ store, channel }), openDevice({ store, channel })]
    const [one, other] = [await left.openPlan(planId), await right.openPlan(planId)]
    writeParagraph(one.doc, 'Left')
    writeParagraph(other.doc, 'Right')
    await untilText(one.doc, 'Right')
    await untilText(other.doc, 'Left')
    expect(textOf(one.doc)).toBe(textOf(other.doc))
  })

  test('never mix with those of another person', async () => {
    room.set(roomClosed.later)
    const [mine, theirs] = [openDevice({ channel: 'drover/mara/team' }), openDevice({ channel: 'drover/jonas/team' })]
    const third = openDevice({ channel: 'drover/mara/team' })
    const [one, other] = [await mine.openPlan(planId), await theirs.openPlan(planId)]
    writeParagraph(one.doc, 'Secret')
    // Whoever hears of it has heard of it by the time that another page of the same person has.
    await untilText((await third.openPlan(planId)).doc, 'Secret')
    expect(textOf(other.doc)).toBe('')
  })
})
