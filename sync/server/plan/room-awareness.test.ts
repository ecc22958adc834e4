import { expect, test } from 'vitest'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { UserId } from '#shared/ids.ts'
import { roomBounds } from '#shared/protocol/plan-room.ts'
import type { AwarenessEntry } from './awareness-entry.ts'
import { createRoomAwareness, type RoomAwareness, type RoomPerson } from './room-awareness.ts'

const mara: RoomPerson = { userId: UserId.parse('u1'), name: 'Mara' }
const noor: RoomPerson = { userId: UserId.parse('u2'), name: 'Noor' }
type Entry = readonly [client: number, clock: number, state: unknown]

function states(...entries: readonly Entry[]): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, entries.length)
    for (const [client, clock, state] of entries) {
      encoding.writeVarUint(encoder, client)
      encoding.writeVarUint(encoder, clock)
      encoding.writeVarString(encoder, JSON.stringify(state))
    }
  })
}
function read(bytes: Uint8Array | undefined): readonly Entry[] {
  if (bytes === undefined) return []
  const decoder = decoding.createDecoder(bytes)
  return Array.from({ length: decoding.readVarUint(decoder) }, () => [
    decoding.readVarUint(decoder),
    decoding.readVarUint(decoder),
    JSON.parse(decoding.readVarString(decoder)),
  ])
}
function told(taken: ReturnType<RoomAwareness['take']>): readonly Entry[] {
  if (taken === 'forged') throw new Error('it was taken for forged')
  return parsed(taken.told)
}
const parsed = (entries: readonly AwarenessEntry[]): readonly Entry[] =>
  entries.map(({ client, clock, json }) => [client, clock, JSON.parse(json)])
const here = (person: RoomPerson, more: object = {}) => ({ user: { userId: person.userId, name: 'X', ...more } })

test('tells who is here, by the name that they have, and when they have left', () => {
  const [awareness, device] = [createRoomAwareness(), {}]
  const said = { ...here(mara, { color: 'hsl(210 50% 50%)', hue: 2, role: 'owner' }), cursor: { anchor: 1 } }
  const entry = [
    7,
    1,
    { user: { color: 'hsl(210 50% 50%)', hue: 2, userId: 'u1', name: 'Mara' }, cursor: { anchor: 1 } },
  ]
  expect(told(awareness.take(device, mara, states([7, 1, said])))).toEqual([entry])
  expect(read(awareness.all())).toEqual([entry])
  expect(parsed(awareness.leave(device))).toEqual([[7, 1, null]])
  expect(awareness.all()).toBeUndefined()
  expect(awareness.leave(device)).toEqual([])
})

test('a colour that could be more than a colour is left out', () => {
  const awareness = createRoomAwareness()
  for (const [n, color] of ['url(//evil.test/x)', 'red;background:blue', 'x'.repeat(65), 7].entries()) {
    const taken = told(awareness.take({}, mara, states([n, 1, here(mara, { color, hue: 'x' })])))
    expect(taken).toEqual([[n, 1, { user: { userId: 'u1', name: 'Mara' } }]])
  }
})

test('nobody speaks as somebody else: not as another person, nor for the client of one who is here', () => {
  const [awareness, one, other] = [createRoomAwareness(), {}, {}]
  awareness.take(one, mara, states([7, 5, here(mara)]))
  awareness.take(other, noor, states([8, 1, here(noor)]))
  expect(awareness.take(other, noor, states([8, 2, here(mara)]))).toBe('forged')
  expect(awareness.take(other, noor, states([7, 6, here(noor)]))).toBe('forged')
  expect(awareness.take(other, noor, states([7, 6, null]))).toBe('forged')
  expect(awareness.take({}, noor, states([7, 6, here(noor)]))).toBe('forged')
  expect(read(awareness.all()).map(([client, clock]) => [client, clock])).toEqual([
    [7, 5],
    [8, 1],
  ])
})

test('what a provider repeats of others is passed over, also of those who have left', () => {
  const [awareness, one, other] = [createRoomAwareness(), {}, {}]
  awareness.take(one, mara, states([7, 5, here(mara)]))
  awareness.take(other, noor, states([8, 1, here(noor)]))
  expect(told(awareness.take(other, noor, states([7, 5, here(mara)], [8, 2, here(noor)])))).toEqual([
    [8, 2, expect.anything()],
  ])
  awareness.leave(one)
  expect(told(awareness.take(other, noor, states([7, 5, here(mara)])))).toEqual([])
  expect(told(awareness.take({}, noor, states([7, 5, here(mara)])))).toEqual([])
  expect(read(awareness.all())).toEqual([[8, 2, expect.anything()]])
})

test('a device that comes back is there at once, also before its old connection has ended', () => {
  const [awareness, old, fresh] = [createRoomAwareness(), {}, {}]
  awareness.take(old, mara, states([7, 5, here(mara)]))
  expect(told(awareness.take(fresh, mara, states([7, 5, here(mara)])))).toEqual([[7, 5, expect.anything()]])
  expect(awareness.leave(old)).toEqual([])
  awareness.leave(fresh)
  expect(told(awareness.take({}, mara, states([7, 5, here(mara)])))).toEqual([[7, 5, expect.anything()]])
})

test('pages of one person tell each other, and repeat it here, before the other page does', () => {
  const [awareness, one, other] = [createRoomAwareness(), {}, {}]
  awareness.take(one, mara, states([7, 1, here(mara)]))
  awareness.take(other, mara, states([8, 1, here(mara)]))
  expect(told(awareness.take(one, mara, states([8, 2, here(mara)])))).toEqual([])
  expect(told(awareness.take(other, mara, states([8, 2, here(mara)])))).toEqual([[8, 2, expect.anything()]])
})

test('who goes on without being seen, and comes back, is told so', () => {
  const [awareness, one] = [createRoomAwareness(), {}]
  awareness.take(one, mara, states([7, 1, here(mara)]))
  expect(told(awareness.take(one, mara, states([7, 2, null])))).toEqual([[7, 2, null]])
  expect(told(awareness.take(one, mara, states([7, 3, here(mara)])))).toEqual([[7, 3, expect.anything()]])
})

test('what is none, too much or too large is not taken', () => {
  const awareness = createRoomAwareness()
  const large = states([7, 1, { ...here(mara), text: 'x'.repeat(roomBounds.awarenessBytes) }])
  const broken = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarUint(encoder, 7)
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarString(encoder, '{"user":')
  })
  const many = states(...Array.from({ length: 500 }, (_, n): Entry => [n, 1, here(mara)]))
  for (const bytes of [large, broken, many, Uint8Array.of(), Uint8Array.of(200)])
    expect(awareness.take({}, mara, bytes)).toBe('forged')
  expect(told(awareness.take({}, mara, states([7, 1, 'a word'])))).toEqual([])
  expect(awareness.all()).toBeUndefined()
})

const elsewhere = (client: number, clock: number, user: object | null): AwarenessEntry => ({
  client,
  clock,
  json: JSON.stringify(user === null ? null : { user }),
})
const agent = { runId: '0192f0e4-0000-7000-8000-0000000000aa', harness: 'opencode', name: 'OpenCode', letters: 'OC' }

test('an agent is told like everybody, and its client is nobody’s to speak for', () => {
  const [awareness, device] = [createRoomAwareness(), {}]
  awareness.take(device, mara, states([7, 1, here(mara)]))
  expect(parsed(awareness.put([elsewhere(9, 1, agent)]))).toEqual([[9, 1, { user: agent }]])
  expect(read(awareness.all()).map(([client]) => client)).toEqual([7, 9])
  expect(awareness.take(device, mara, states([9, 2, { user: agent }]))).toBe('forged')
  expect(awareness.take(device, mara, states([9, 2, null]))).toBe('forged')
  expect(awareness.take({}, mara, states([9, 2, here(mara)]))).toBe('forged')
  expect(parsed(awareness.put([elsewhere(9, 1, null)]))).toEqual([[9, 1, null]])
  expect(awareness.put([elsewhere(9, 1, null)])).toEqual([])
})

test('nobody makes themselves an agent by what they say', () => {
  const awareness = createRoomAwareness()
  const said = { ...here(mara, agent), runId: agent.runId }
  expect(told(awareness.take({}, mara, states([7, 1, said])))).toEqual([
    [7, 1, { user: { userId: 'u1', name: 'Mara' }, runId: agent.runId }],
  ])
  // Without a person there is nobody who speaks.
  expect(told(awareness.take({}, noor, states([8, 1, { user: agent }])))).toEqual([])
  expect(read(awareness.all()).map(([client]) => client)).toEqual([7])
})

test('a device that goes over to another process is there once, and its old connection takes nothing away', () => {
  const [awareness, old] = [createRoomAwareness(), {}]
  awareness.take(old, mara, states([7, 5, here(mara)]))
  expect(parsed(awareness.put([elsewhere(7, 4, { userId: 'u1', name: 'Mara' })]))).toEqual([])
  expect(parsed(awareness.put([elsewhere(7, 5, { userId: 'u1', name: 'Mara' })]))).toHaveLength(1)
  expect(awareness.leave(old)).toEqual([])
  expect(read(awareness.all())).toHaveLength(1)
  expect(told(awareness.take({}, mara, states([7, 6, here(mara)])))).toHaveLength(1)
  // It is back here: what the other process says of it is over.
  expect(awareness.put([elsewhere(7, 5, null)])).toEqual([])
})
