import { afterEach, describe, expect, test, vi } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { PlanId, TeamId, UserId } from '#shared/ids.ts'
import { roomBounds, roomClosed, roomMessage } from '#shared/protocol/plan-room.ts'
import { planField } from '#sync/core/plan/schema.ts'
import { createFakePlanStore, type FakePlanStore } from '#test/fakes/plan-store.ts'
import { enterRoom } from '#test/fakes/room-member.ts'
import { paragraph, paragraphsOf } from '#test/plan-client.ts'
import { createPlanBoard } from './plan-board.ts'
import { createPlanRoom, type PlanRoom } from './plan-room.ts'
import { maxLogged } from './stored-document.ts'
import type { PlanRef } from './plan-store.ts'

const plan: PlanRef = { teamId: TeamId.parse('t1'), planId: PlanId.parse('0192f0e4-0000-7000-8000-000000000001') }

const rooms: PlanRoom[] = []
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close(1001, 'the test is over')
})

type Opened = { readonly room: PlanRoom; readonly errors: unknown[]; now: number; readonly pauses: number[] }
function open(store: FakePlanStore, wait: (ms: number) => Promise<void> = async () => undefined): Opened {
  const opened = { errors: [] as unknown[], now: 1_000_000, pauses: [] as number[] }
  const room = createPlanRoom(
    {
      store,
      now: () => opened.now,
      board: createPlanBoard({ now: () => opened.now }),
      onStored: () => undefined,
      onError: (error) => opened.errors.push(error),
      async wait(ms) {
        opened.pauses.push(ms)
        await wait(ms)
      },
    },
    plan,
  )
  rooms.push(room)
  return Object.assign(opened, { room })
}
const appended = (store: FakePlanStore) => new Promise<void>((resolve) => store.onAppend(resolve))
const until = (holds: () => boolean) => vi.waitUntil(holds, { timeout: 5_000, interval: 1 })

describe('a change', () => {
  test('is told to others and acknowledged only once it is stored', async () => {
    const store = createFakePlanStore()
    const { room } = open(store)
    const [one, other] = [enterRoom(room), enterRoom(room)]
    await room.loaded
    store.held = true
    const began = appended(store)
    one.write('hello')
    await began
    expect([one.stored < one.sent, other.texts()]).toEqual([true, []])
    store.release()
    await until(() => one.stored === one.sent)
    expect([other.texts(), paragraphsOf(store.document())]).toEqual([['hello'], ['hello']])
  })

  test('is not told to the one who made it', async () => {
    const { room } = open(createFakePlanStore())
    const one = enterRoom(room)
    await room.loaded
    one.write('hello')
    await until(() => one.stored === one.sent)
    // The question after what it has is all that came of the document.
    expect(one.heard.filter((type) => type === roomMessage.sync)).toHaveLength(1)
  })

  test('goes with all that came while the one before it was stored, as one', async () => {
    const store = createFakePlanStore()
    const { room } = open(store)
    const [one, two, other] = [enterRoom(room), enterRoom(room, { user: 'u2' }), enterRoom(room)]
    await room.loaded
    store.held = true
    const began = appended(store)
    one.write('first')
    await began
    for (let n = 0; n < 50; n++) {
      one.write(`one ${n}`)
      two.write(`two ${n}`)
    }
    store.release()
    await until(() => one.stored === one.sent && two.stored === two.sent)
    expect(store.appends).toBe(2)
    expect(other.texts()).toHaveLength(101)
    expect(paragraphsOf(store.document())).toEqual(other.texts())
    expect(one.texts()).toEqual(other.texts())
  })

  test('that brings nothing new is acknowledged, and nothing is stored for it', async () => {
    const store = createFakePlanStore()
    const { room } = open(store)
    const one = enterRoom(room)
    await room.loaded
    one.write('hello')
    await until(() => one.stored === one.sent)
    one.sendUpdate(encodeStateAsUpdate(one.doc))
    one.sendUpdate(Uint8Array.of(0, 0))
    await until(() => one.stored === one.sent)
    expect(store.appends).toBe(1)
  })

  test('that builds on one which has not come waits for it, holds up nobody, and is acknowledged after it', async () => {
    const store = createFakePlanStore()
    const { room } = open(store)
    const [one, other] = [enterRoom(room), enterRoom(room, { user: 'u2' })]
    await room.loaded
    const updates: Uint8Array[] = []
    const away = new Doc()
    away.on('update', (update: Uint8Array) => updates.push(update))
    away.getXmlFragment(planField).push([paragraph('first')])
    away.getXmlFragment(planField).push([paragraph('second')])
    const [first = Uint8Array.of(), second = Uint8Array.of()] = updates
    const before = one.sent
    one.sendUpdate(second)
    other.write('meanwhile')
    await until(() => other.stored === other.sent)
    expect(one.stored).toBe(before)
    one.sendUpdate(first)
    await until(() => one.stored === one.sent)
    expect(paragraphsOf(store.document()).toSorted()).toEqual(['first', 'meanwhile', 'second'])
  })

  test('that waits for something which never comes is given up, and its device shut out', async () => {
    const opened = open(createFakePlanStore())
    const [one, other] = [enterRoom(opened.room), enterRoom(opened.room)]
    await opened.room.loaded
    const away = new Doc()
    away.getXmlFragment(planField).push([paragraph('first')])
    const before = encodeStateVector(away)
    away.getXmlFragment(planField).push([paragraph('second')])
    one.sendUpdate(encodeStateAsUpdate(away, before))
    other.write('fine')
    await until(() => other.stored === other.sent)
    opened.room.sweep()
    expect(one.closed).toBeUndefined()
    opened.now += 60_000
    opened.room.sweep()
    expect([one.closed, other.closed]).toEqual([roomClosed.malformed, undefined])
  })
})

describe('before the document is there', () => {
  test('nothing is answered, and what comes waits', async () => {
    const store = createFakePlanStore()
    const first = open(store).room
    const writer = enterRoom(first)
    await first.loaded
    writer.write('kept')
    await until(() => writer.stored === writer.sent)
    const read = store.read.bind(store)
    const hold = Promise.withResolvers<void>()
    store.read = async (...query) => {
      await hold.promise
      return await read(...query)
    }
    const { room } = open(store)
    const one = enterRoom(room)
    one.ask()
    one.write('early')
    expect(one.heard).toEqual([])
    hold.resolve()
    await until(() => one.stored > 0 && one.stored === one.sent)
    expect(one.texts().toSorted()).toEqual(['early', 'kept'])
    expect(paragraphsOf(store.document()).toSorted()).toEqual(['early', 'kept'])
  })

  test('who sends more than a room keeps is shut out', async () => {
    const store = createFakePlanStore()
    store.read = () => new Promise(() => undefined)
    const { room } = open(store)
    rooms.pop()
    const one = enterRoom(room)
    for (let n = 0; n < 101; n++) one.ask()
    expect(one.closed).toBe(roomClosed.tooMany)
    const other = enterRoom(room)
    for (let n = 0; n < 3; n++) other.sendUpdate(new Uint8Array(900_000))
    expect(other.closed).toBe(roomClosed.tooMany)
  })
})

describe('a store that fails', () => {
  test('is tried again, and nobody is told that anything is stored meanwhile', async () => {
    const store = createFakePlanStore()
    let tries = 0
    const opened = open(store, async () => {
      if (++tries === 3) store.trouble = undefined
    })
    const [one, other] = [enterRoom(opened.room), enterRoom(opened.room)]
    await opened.room.loaded
    const before = one.stored
    store.trouble = new Error('away')
    one.write('hello')
    expect(one.stored).toBe(before)
    await until(() => one.stored === one.sent)
    expect(other.texts()).toEqual(['hello'])
    expect(paragraphsOf(store.document())).toEqual(['hello'])
    expect([opened.errors.length, opened.pauses.toSorted((a, b) => a - b)]).toEqual([3, opened.pauses])
  })

  test('for good closes the room to be tried again later, and what was not acknowledged is the device’s to bring back', async () => {
    const store = createFakePlanStore()
    const { room } = open(store)
    const one = enterRoom(room)
    await room.loaded
    store.trouble = new Error('away')
    one.write('hello')
    await until(() => one.closed !== undefined)
    expect([one.closed, one.stored < one.sent, room.hasEnded()]).toEqual([roomClosed.later, true, true])
    store.trouble = undefined
    const again = open(store).room
    const back = enterRoom(again)
    await again.loaded
    back.sendUpdate(encodeStateAsUpdate(one.doc))
    await until(() => back.stored === back.sent)
    expect(paragraphsOf(store.document())).toEqual(['hello'])
  })

  test('at the start is told to who waits there', async () => {
    const store = createFakePlanStore()
    store.trouble = new Error('away')
    const { room } = open(store)
    const one = enterRoom(room)
    await expect(room.loaded).rejects.toThrow('away')
    expect(one.closed).toBe(roomClosed.later)
  })

  test('while much waits, nothing more is read from who sends it', async () => {
    const store = createFakePlanStore()
    const { room } = open(store)
    const one = enterRoom(room)
    await room.loaded
    store.held = true
    for (let n = 0; n < 3; n++) one.write('x'.repeat(900_000))
    expect(one.isPaused).toBe(true)
    store.release()
    await until(() => one.stored === one.sent)
    expect(one.isPaused).toBe(false)
  })
})

describe('the log', () => {
  test('never holds more than its bound, and what is read back is the same', async () => {
    const store = createFakePlanStore()
    const opened = open(store)
    const { room } = opened
    const one = enterRoom(room)
    await room.loaded
    let longest = 0
    for (let n = 0; n < 1_200; n++) {
      opened.now += 20
      one.write(`line ${n}`)
      await until(() => one.stored === one.sent)
      longest = Math.max(longest, store.logged)
    }
    expect(longest).toBeLessThanOrEqual(maxLogged)
    expect(longest).toBeGreaterThan(maxLogged / 2)
    expect(paragraphsOf(store.document())).toEqual(one.texts())
    const again = open(store).room
    expect(await again.read((doc) => paragraphsOf(doc))).toEqual(one.texts())
  })
})

describe('another process', () => {
  test('that stores updates is followed, and so is one that was first with a number', async () => {
    const store = createFakePlanStore()
    const [here, there] = [open(store).room, open(store).room]
    const [one, other] = [enterRoom(here), enterRoom(there, { user: 'u2' })]
    await Promise.all([here.loaded, there.loaded])
    one.write('here')
    await until(() => one.stored === one.sent)
    there.announce(1)
    await until(() => other.texts().length === 1)
    one.write('here again')
    await until(() => one.stored === one.sent)
    // Not announced: its own append finds out.
    other.write('there')
    await until(() => other.stored === other.sent && other.texts().length === 3)
    here.announce(3)
    await until(() => one.texts().length === 3)
    expect(one.texts()).toEqual(other.texts())
  })

  test('that announces what the store does not have is asked about once', async () => {
    const store = createFakePlanStore()
    const read = vi.spyOn(store, 'read')
    const { room } = open(store)
    await room.loaded
    room.announce(7)
    const one = enterRoom(room)
    one.write('goes on')
    await until(() => one.stored === one.sent)
    expect(read).toHaveBeenCalledTimes(2)
  })
})

describe('bounds', () => {
  test('a document as large as it may be takes nothing new, only deletions', async () => {
    const store = createFakePlanStore()
    const { room } = open(store)
    const one = enterRoom(room)
    await room.loaded
    for (let n = 0; n < 17; n++) {
      one.write('x'.repeat(roomBounds.messageBytes - 1000))
      await until(() => one.stored === one.sent || one.closed !== undefined)
    }
    expect(one.closed).toBe(roomClosed.full)
    const other = enterRoom(room)
    other.ask()
    other.doc.getXmlFragment(planField).delete(0, 2)
    await until(() => other.stored === other.sent)
    expect(store.document().getXmlFragment(planField)).toHaveLength(14)
  })

  test('one connection too many is sent away, and there is room again when one leaves', async () => {
    const { room } = open(createFakePlanStore())
    await room.loaded
    const members = Array.from({ length: roomBounds.connections }, () => enterRoom(room))
    expect(enterRoom(room).closed).toBe(roomClosed.tooMany)
    members[0]?.member.leave()
    expect(enterRoom(room).closed).toBeUndefined()
  })

  test('who sends too much at once is shut out; who takes their time is not', async () => {
    const opened = open(createFakePlanStore())
    const [fast, slow] = [enterRoom(opened.room), enterRoom(opened.room)]
    await opened.room.loaded
    for (let n = 0; n < 1_100; n++) fast.ask()
    for (let n = 0; n < 1_100; n++) {
      opened.now += 11
      slow.ask()
    }
    expect([fast.closed, slow.closed]).toEqual([roomClosed.tooMany, undefined])
  })

  test('who asks for all of a large document again and again is shut out', async () => {
    const { room } = open(createFakePlanStore())
    const one = enterRoom(room)
    await room.loaded
    for (let n = 0; n < 5; n++) one.write('x'.repeat(900_000))
    await until(() => one.stored === one.sent)
    const greedy = enterRoom(room)
    const question = Uint8Array.of(roomMessage.sync, 0, 1, 0)
    greedy.send(question)
    expect(greedy.closed).toBeUndefined()
    for (let n = 0; n < 15; n++) greedy.send(question)
    expect(greedy.closed).toBe(roomClosed.tooMany)
  })

  test('a message that is too large, or none, ends the connection that it came from alone', async () => {
    const { room } = open(createFakePlanStore())
    await room.loaded
    const other = enterRoom(room)
    const hostile = [
      new Uint8Array(roomBounds.messageBytes + 1),
      Uint8Array.of(),
      Uint8Array.of(99),
      Uint8Array.of(0, 9),
      Uint8Array.of(0, 0, 200),
      Uint8Array.of(0, 0, 1, 255),
      Uint8Array.of(0, 2, 3, 1, 2, 3),
    ]
    for (const bytes of hostile) {
      const one = enterRoom(room)
      one.send(bytes)
      await until(() => one.closed !== undefined)
      expect([[...bytes.slice(0, 4)], one.closed]).toEqual([[...bytes.slice(0, 4)], roomClosed.malformed])
    }
    other.write('all is well')
    await until(() => other.stored === other.sent)
    expect(other.closed).toBeUndefined()
  })

  test('who does not read is dropped, and what they asked for is not held against them', async () => {
    const { room } = open(createFakePlanStore())
    await room.loaded
    const [one, slow] = [enterRoom(room), enterRoom(room)]
    one.write('a')
    await until(() => slow.texts().length === 1)
    slow.buffered = 9_000_000
    one.write('b')
    await until(() => one.stored === one.sent)
    expect([slow.closed, room.members.count()]).toEqual([1006, 1])
  })

  test('a quiet connection is shown that it holds', async () => {
    const opened = open(createFakePlanStore())
    await opened.room.loaded
    const one = enterRoom(opened.room)
    const before = one.heard.length
    opened.now += 5_000
    opened.room.sweep()
    expect(one.heard).toHaveLength(before)
    opened.now += 10_000
    opened.room.sweep()
    expect(one.heard.slice(before)).toEqual([roomMessage.awareness])
  })
})

describe('who may only read', () => {
  test('changes nothing and stays; once they may write, what they write counts', async () => {
    const store = createFakePlanStore()
    const { room } = open(store)
    const [viewer, writer] = [enterRoom(room, { mayWrite: false }), enterRoom(room, { user: 'u2' })]
    await room.loaded
    viewer.write('not mine to write')
    writer.write('mine')
    await until(() => writer.stored === writer.sent && viewer.texts().includes('mine'))
    expect([viewer.closed, viewer.stored < viewer.sent, paragraphsOf(store.document())]).toEqual([
      undefined,
      true,
      ['mine'],
    ])
    const later = enterRoom(room, { mayWrite: false })
    later.member.setMayWrite(true)
    later.write('now it is')
    await until(() => later.stored === later.sent)
    expect(paragraphsOf(store.document())).toContain('now it is')
  })
})

test('who may only read is told that all is stored, also where much was deleted', async () => {
  const { room } = open(createFakePlanStore())
  const writer = enterRoom(room)
  await room.loaded
  for (const text of ['a', 'b', 'c']) writer.write(text)
  writer.doc.getXmlFragment(planField).delete(1, 1)
  await until(() => writer.stored === writer.sent)
  const viewer = enterRoom(room, { user: 'u2', mayWrite: false })
  viewer.ask()
  await until(() => viewer.texts().length === 2)
  viewer.sendUpdate(encodeStateAsUpdate(viewer.doc))
  await until(() => viewer.stored === viewer.sent)
  viewer.write('not mine to write')
  viewer.sendUpdate(Uint8Array.of(0, 2, 9))
  expect([viewer.closed, viewer.sent - viewer.stored]).toEqual([undefined, 2])
})

test('a change from this side is told to everybody, and what no plan is made of is not taken', async () => {
  const store = createFakePlanStore()
  const { room } = open(store)
  const one = enterRoom(room)
  await room.loaded
  const away = new Doc()
  away.getXmlFragment(planField).push([paragraph('by the server')])
  const author = { kind: 'person', userId: UserId.parse('u9') } as const
  expect(await room.change(encodeStateAsUpdate(away), author)).toBe('stored')
  expect(one.texts()).toEqual(['by the server'])
  const other = new Doc()
  other.getMap('settings').set('a', 1)
  expect(await room.change(encodeStateAsUpdate(other), author)).toBe('malformed')
})

test('closing stores what has come', async () => {
  const store = createFakePlanStore()
  const { room } = open(store)
  const one = enterRoom(room)
  await room.loaded
  one.write('just before')
  await room.close(1001, 'the server stops')
  expect([one.closed, paragraphsOf(store.document())]).toEqual([1001, ['just before']])
  const copy = new Doc()
  applyUpdate(copy, encodeStateAsUpdate(store.document()))
  expect(paragraphsOf(copy)).toEqual(['just before'])
})
