import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PlanId } from '#shared/ids.ts'
import { roomClosed } from '#shared/protocol/plan-room.ts'
import { toJson } from '#sync/core/transaction.ts'
import { keys } from '#sync/core/keys.ts'
import { openFakeRoom, type FakeRoom } from '#test/fakes/plan-room.ts'
import {
  openDevicePlans,
  textOf,
  untilCopy,
  untilMarked,
  untilState,
  untilText,
  writeParagraph,
  type PlanDevice,
} from '#test/plan-device.ts'
import { newId, until } from '#test/world.ts'
import { createMemoryRows, type MemoryRows } from '../memory-rows.ts'
import { createMemoryPlanStore } from './store/memory-plan-store.ts'
import { freshNote } from './store/plan-note.ts'
import type { PlanStore } from './store/plan-store.ts'

let room: FakeRoom
let rows: MemoryRows
const devices: PlanDevice[] = []
beforeEach(async () => {
  room = await openFakeRoom()
  rows = createMemoryRows()
})
afterEach(async () => {
  await Promise.all(devices.splice(0).map((device) => device.close()))
  await room.close()
})

const nowhere = 'ws://127.0.0.1:9/api/plan'
const aPlan = (): PlanId => PlanId.parse(newId())
const atOnce = (act: () => void): void => act()

function openDevice(options: Parameters<typeof openDevicePlans>[0] = {}): PlanDevice {
  const device = openDevicePlans({ url: room.url, rows, ...options })
  devices.push(device)
  return device
}

const put = (key: string, value: object) => ({ op: 'put', key, value: toJson(value) }) as const
/** What the server's first answer leaves on a device. */
const answered = () => [put(keys.cookie, { order: 1, epoch: 'e' }), put(keys.team, { id: 'team' })]
const row = (planId: PlanId, facts: { title?: string; updatedAt?: number; words?: number; archivedAt?: number } = {}) =>
  put(keys.plan(planId), { id: planId, title: 'A plan', updatedAt: 1, words: 10, ...facts })

/** A device that was killed with something that the server never got. */
async function killedWith(planId: PlanId, text: string): Promise<PlanStore> {
  const store = createMemoryPlanStore()
  const device = openDevice({ store, url: nowhere, isOnline: () => false })
  writeParagraph((await device.openPlan(planId)).doc, text)
  await untilMarked(store, planId, false)
  return store
}
const openedAt = (store: PlanStore, planId: PlanId, at: number, more: object = {}) =>
  store.change(planId, () => ({ ...freshNote(planId), openedAt: at, count: 1, bytes: 10, ...more }))

describe('what the server never got', () => {
  test('is sent at the next start, with no plan opened, and is counted until it is stored', async () => {
    const [one, other] = [aPlan(), aPlan()]
    const store = await killedWith(one, 'From the lift')
    const second = openDevice({ store, url: nowhere, isOnline: () => false })
    writeParagraph((await second.openPlan(other)).doc, 'And this')
    await untilMarked(store, other, false)
    rows.apply([...answered(), row(one), row(other)])

    let isOnline = false
    const counts: number[] = []
    const next = openDevice({ store, isOnline: () => isOnline, onUnstored: (count) => counts.push(count) })
    await untilCopy(next, one, (copy) => copy?.unstored === true)
    await untilCopy(next, other, (copy) => copy?.unstored === true)
    expect(counts).toEqual([2])
    isOnline = true
    next.wake()
    await untilCopy(next, one, (copy) => copy?.unstored === false)
    await untilCopy(next, other, (copy) => copy?.unstored === false)
    expect(textOf(room.docOf(one))).toContain('From the lift')
    expect(textOf(room.docOf(other))).toContain('And this')
    expect(counts.at(-1)).toBe(0)
  })

  test('waits for the server to take the plan that it belongs to', async () => {
    const planId = aPlan()
    const store = await killedWith(planId, 'New here')
    let isOnItsWay = true
    rows.apply([...answered(), row(planId)])
    const next = openDevice({ store, isOnItsWay: () => isOnItsWay })
    await untilCopy(next, planId, (copy) => copy?.unstored === true && !copy.lost)
    next.wake()
    expect(room.opened()).toBe(0)
    isOnItsWay = false
    next.taken()
    await untilCopy(next, planId, (copy) => copy?.unstored === false)
    expect(textOf(room.docOf(planId))).toContain('New here')
  })
})

describe('a plan that is gone', () => {
  test('stays as a lost copy where something was written, which can be read, taken over and given up', async () => {
    const [planId, next] = [aPlan(), aPlan()]
    const store = await killedWith(planId, 'Nobody else has this')
    await store.change(planId, (note) => note && { ...note, title: 'Move the office' })
    rows.apply(answered())
    room.set(roomClosed.notFound)
    const device = openDevice({ store, isOnItsWay: (id) => id === next })
    await untilCopy(device, planId, (copy) => copy?.lost === true && copy.title === 'Move the office')
    const plan = await device.openPlan(planId)
    expect(textOf(plan.doc)).toContain('Nobody else has this')
    await device.copyPlan(planId, next)
    await device.dropPlanCopy(planId)
    await untilCopy(device, planId, (copy) => copy === undefined)
    expect(textOf((await device.openPlan(next)).doc)).toContain('Nobody else has this')
  })

  test('does not stay where the server had everything', async () => {
    const planId = aPlan()
    rows.apply([...answered(), row(planId)])
    const device = openDevice()
    const plan = await device.openPlan(planId)
    await untilState(plan, ({ synced, stored }) => synced && stored)
    await untilCopy(device, planId, (copy) => copy !== undefined)
    rows.apply([{ op: 'del', key: keys.plan(planId) }])
    plan.close()
    await untilCopy(device, planId, (copy) => copy === undefined)
    expect(await device.store.read(planId)).toBeUndefined()
  })

  test('is not thought of one of which this device has only not heard yet', async () => {
    const planId = aPlan()
    const store = createMemoryPlanStore()
    await openedAt(store, planId, 1)
    const device = openDevice({ store, isOnline: () => false })
    await untilCopy(device, planId, (copy) => copy !== undefined && !copy.lost)
    rows.apply([...answered(), row(planId)])
    await untilCopy(device, planId, (copy) => copy?.title === 'A plan')
    expect(await store.read(planId)).toBeDefined()
  })
})

test('two pages that have not heard the same of a plan agree on what it is called', async () => {
  const planId = aPlan()
  const store = createMemoryPlanStore()
  await openedAt(store, planId, 1)
  const behind = createMemoryRows()
  behind.apply([...answered(), row(planId, { title: 'As it was', updatedAt: 1 })])
  rows.apply([...answered(), row(planId, { title: 'As it is', updatedAt: 2 })])
  for (const of of [behind, rows]) openDevice({ store, rows: of, isOnline: () => false })
  await until<string | undefined>(
    (on) => {
      const look = (): void => void store.read(planId).then((read) => on(read?.note.title))
      look()
      return store.subscribe(look)
    },
    (title) => title === 'As it is',
  )
  await new Promise((resolve) => setImmediate(resolve))
  expect((await store.read(planId))?.note.title).toBe('As it is')
})

describe('what is there without a network', () => {
  test('is a pinned plan, brought without being opened, and brought again when it went on', async () => {
    const planId = aPlan()
    writeParagraph(room.docOf(planId), 'First')
    rows.apply([...answered(), row(planId, { words: 900_000, updatedAt: 5 })])
    let now = 1_000_000
    const device = openDevice({ whenIdle: atOnce, now: () => now })
    await device.pinPlan(planId, true)
    await untilCopy(device, planId, (copy) => copy?.pinned === true && copy.here && copy.fresh)
    writeParagraph(room.docOf(planId), 'Second')
    now += 60_000
    const isOld = untilCopy(device, planId, (copy) => copy?.fresh === false)
    rows.apply([row(planId, { words: 900_000, updatedAt: 6 })])
    await isOld
    await untilCopy(device, planId, (copy) => copy?.fresh === true)
    await device.close()
    const offline = openDevice({ store: device.store, url: nowhere, isOnline: () => false })
    expect(textOf((await offline.openPlan(planId)).doc)).toMatch(/First.*Second/)
  })

  test('is each small plan that was changed lately, and neither a large nor an archived one', async () => {
    const [small, large, archived, last] = [aPlan(), aPlan(), aPlan(), aPlan()]
    rows.apply([
      ...answered(),
      row(small, { updatedAt: 9 }),
      row(large, { updatedAt: 8, words: 90_000 }),
      row(archived, { updatedAt: 7, archivedAt: 7 }),
      row(last, { updatedAt: 6 }),
    ])
    for (const planId of [small, large, archived, last]) writeParagraph(room.docOf(planId), `Text of ${planId}`)
    const device = openDevice({ whenIdle: atOnce })
    for (const planId of [small, last]) await untilCopy(device, planId, (copy) => copy?.here === true && copy.fresh)
    expect((await device.store.notes()).map(({ planId }) => planId).sort()).toEqual([small, last].sort())
    const offline = openDevice({ store: device.store, url: nowhere, isOnline: () => false })
    await untilText((await offline.openPlan(small)).doc, `Text of ${small}`)
  })

  test('makes room from the one that was shown longest ago, and never a pinned one or one that the server lacks', async () => {
    const store = createMemoryPlanStore()
    const [pinned, unstored, oldest] = [aPlan(), aPlan(), aPlan()]
    const others = Array.from({ length: 200 }, aPlan)
    rows.apply([...answered(), ...[pinned, unstored, oldest, ...others].map((planId) => row(planId))])
    await openedAt(store, pinned, 1, { pinned: true })
    await openedAt(store, unstored, 1, { unstored: { page: 1 } })
    await openedAt(store, oldest, 2)
    for (const [index, planId] of others.entries()) await openedAt(store, planId, 3 + index)
    openDevice({ store, isOnline: () => false })
    await until<number>(
      (on) => {
        const look = (): void => void store.notes().then((notes) => on(notes.length))
        look()
        return store.subscribe(look)
      },
      (count) => count === 202,
    )
    const left = new Set((await store.notes()).map(({ planId }) => planId))
    expect([left.has(pinned), left.has(unstored), left.has(oldest)]).toEqual([true, true, false])
  })
})
