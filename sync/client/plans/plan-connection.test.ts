import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { PlanId } from '#shared/ids.ts'
import { roomClosed } from '#shared/protocol/plan-room.ts'
import { planField } from '#sync/core/plan/schema.ts'
import { deviceSocket } from '#test/device-socket.ts'
import { openFakeRoom, type FakeRoom } from '#test/fakes/plan-room.ts'
import { newId, until } from '#test/world.ts'
import { createDevicePlans } from './device-plans.ts'
import type { PlanDocument, PlanDocumentState } from './plan-document.ts'
import { createMemoryPlanStore } from './store/memory-plan-store.ts'
import { isStored } from './store/plan-note.ts'
import type { PlanStore } from './store/plan-store.ts'

let room: FakeRoom
const devices: { close(): Promise<void> }[] = []
beforeEach(async () => {
  room = await openFakeRoom()
})
afterEach(async () => {
  await Promise.all(devices.splice(0).map((device) => device.close()))
  await room.close()
})

type Options = { store?: PlanStore; isOnItsWay?: () => boolean; channel?: string; url?: string }

function openDevice(options: Options = {}) {
  const { store = createMemoryPlanStore(), isOnItsWay = () => false, channel = newId(), url = room.url } = options
  const { plans, close, tell } = createDevicePlans({
    store,
    rooms: { url, WebSocket: deviceSocket({ cookie: '', origin: '' }), random: Math.random },
    channel,
    isOnItsWay,
    now: Date.now,
    newId,
    unlessClosed: (error) => {
      throw error
    },
  })
  const device = { ...plans, close, tell, store }
  devices.push(device)
  return device
}

const planId = PlanId.parse(newId())

function write(doc: Y.Doc, text: string): void {
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.insert(0, [new Y.XmlText(text)])
  doc.getXmlFragment(planField).push([paragraph])
}
const textOf = (doc: Y.Doc): string => doc.getXmlFragment(planField).toJSON()
const state = (plan: PlanDocument, accept: (state: PlanDocumentState) => boolean) => until(plan.subscribeState, accept)
const text = (doc: Y.Doc, part: string): Promise<string> =>
  until(
    (on) => {
      const tell = (): void => on(textOf(doc))
      doc.on('update', tell)
      tell()
      return () => doc.off('update', tell)
    },
    (now) => now.includes(part),
  )
/** The mark on the disk. */
const mark = (store: PlanStore, stored: boolean): Promise<boolean> =>
  until(
    (on) => {
      const look = (): void => void store.read(planId).then((read) => on(read === undefined || isStored(read.note)))
      look()
      return store.subscribe(look)
    },
    (now) => now === stored,
  )

describe('a plan that is open', () => {
  test('is stored only when the server says so, on the screen and on the disk', async () => {
    const device = openDevice()
    const plan = await device.openPlan(planId)
    await state(plan, ({ synced, stored, connection }) => synced && stored && connection === 'online')
    room.set('stalled')
    write(plan.doc, 'Half')
    await text(room.doc, 'Half')
    await mark(device.store, false)
    await state(plan, ({ stored }) => !stored)
    room.set('open')
    await state(plan, ({ stored }) => stored)
    expect(await mark(device.store, true)).toBe(true)
  })

  test('brings what was written without a network, and what was written elsewhere', async () => {
    const store = createMemoryPlanStore()
    room.set(roomClosed.later)
    const device = openDevice({ store })
    const plan = await device.openPlan(planId)
    write(plan.doc, 'Here')
    write(room.doc, 'There')
    await mark(store, false)
    room.set('open')
    device.tell('wake')
    await text(room.doc, 'Here')
    await text(plan.doc, 'There')
    await state(plan, ({ stored }) => stored)
    expect(await mark(store, true)).toBe(true)
    expect(textOf(plan.doc)).toBe(textOf(room.doc))
  })

  test('sends what an app that was killed had kept', async () => {
    const store = createMemoryPlanStore()
    // It goes on to exist, as a page of this test, but has no way to the server or to the next one.
    const killed = openDevice({ store, url: 'ws://127.0.0.1:9/api/plan' })
    write((await killed.openPlan(planId)).doc, 'Last words')
    await mark(store, false)
    const next = openDevice({ store })
    const plan = await next.openPlan(planId)
    await text(room.doc, 'Last words')
    await state(plan, ({ stored }) => stored)
    expect(await mark(store, true)).toBe(true)
  })

  test.each([
    [roomClosed.notFound, 'not_found'],
    [roomClosed.signedOut, 'signed_out'],
    [roomClosed.full, 'full'],
    [roomClosed.malformed, 'malformed'],
  ] as const)('is refused with %i and keeps what is written', async (code, refused) => {
    room.set(code)
    const device = openDevice()
    const plan = await device.openPlan(planId)
    await state(plan, (now) => now.refused === refused && now.connection === 'offline')
    write(plan.doc, 'Mine')
    await mark(device.store, false)
    const attempts = room.opened()
    plan.close()
    expect(textOf((await device.openPlan(planId)).doc)).toContain('Mine')
    expect(attempts).toBe(1)
  })

  test('waits for the server to take the plan, and goes there then', async () => {
    let isOnItsWay = true
    const device = openDevice({ isOnItsWay: () => isOnItsWay })
    const plan = await device.openPlan(planId)
    write(plan.doc, 'New')
    await state(plan, ({ here, stored }) => here && !stored)
    expect(room.opened()).toBe(0)
    isOnItsWay = false
    device.tell('lookForRow')
    await text(room.doc, 'New')
    await state(plan, ({ stored }) => stored)
  })

  test('tries again after its socket was cut', async () => {
    const device = openDevice()
    const plan = await device.openPlan(planId)
    await state(plan, ({ synced }) => synced)
    room.cut()
    write(plan.doc, 'After the cut')
    await text(room.doc, 'After the cut')
    await state(plan, ({ stored, connection }) => stored && connection === 'online')
    expect(room.opened()).toBe(2)
  })

  test('is finished with the server before it is closed', async () => {
    const device = openDevice()
    const plan = await device.openPlan(planId)
    await state(plan, ({ synced }) => synced)
    room.set('stalled')
    write(plan.doc, 'And out')
    plan.close()
    expect(plan.doc.isDestroyed).toBe(false)
    room.set('open')
    await mark(device.store, true)
    expect(textOf(room.doc)).toContain('And out')
  })
})

describe('two pages of one device', () => {
  test('see each other’s changes without a network', async () => {
    room.set(roomClosed.later)
    const [store, channel] = [createMemoryPlanStore(), newId()]
    const [left, right] = [openDevice({ store, channel }), openDevice({ store, channel })]
    const [one, other] = [await left.openPlan(planId), await right.openPlan(planId)]
    write(one.doc, 'Left')
    write(other.doc, 'Right')
    await text(one.doc, 'Right')
    await text(other.doc, 'Left')
    expect(textOf(one.doc)).toBe(textOf(other.doc))
  })

  test('never mix with those of another person', async () => {
    room.set(roomClosed.later)
    const [mine, theirs] = [openDevice({ channel: 'drover/mara/team' }), openDevice({ channel: 'drover/jonas/team' })]
    const third = openDevice({ channel: 'drover/mara/team' })
    const [one, other] = [await mine.openPlan(planId), await theirs.openPlan(planId)]
    write(one.doc, 'Secret')
    // Whoever hears of it has heard of it by the time that another page of the same person has.
    await text((await third.openPlan(planId)).doc, 'Secret')
    expect(textOf(other.doc)).toBe('')
  })
})
