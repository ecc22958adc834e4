import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PlanId, RunId, TeamId, UserId } from '#shared/ids.ts'
import { gone, type AwarenessEntry } from './awareness-entry.ts'
import { createPlanBoard, type PlanBoard, type PlanParticipants } from './plan-board.ts'
import type { PlanRef } from './plan-store.ts'

const team = TeamId.parse('t1')
const plan: PlanRef = { teamId: team, planId: PlanId.parse('0192f0e4-0000-7000-8000-000000000001') }
const runId = RunId.parse('0192f0e4-0000-7000-8000-0000000000aa')
const [mara, noor] = [UserId.parse('u1'), UserId.parse('u2')]

const person = (client: number, userId: UserId, clock = 1): AwarenessEntry => ({
  client,
  clock,
  json: JSON.stringify({ user: { userId, name: 'X' }, cursor: { anchor: clock } }),
})
const agent = (client: number, clock = 1): AwarenessEntry => ({
  client,
  clock,
  json: JSON.stringify({ user: { runId, harness: 'opencode', name: 'OpenCode', letters: 'OC' } }),
})
const left = (client: number, clock = 1): AwarenessEntry => ({ client, clock, json: gone })

let now = 0
let board: PlanBoard
const [own, elsewhere]: [string[], string[]] = [[], []]
beforeEach(() => {
  vi.useFakeTimers()
  now = 0
  board = createPlanBoard({ now: () => now })
  board.onOwn((_plan, entries) => own.push(...entries.map(({ client, clock, json }) => told(client, clock, json))))
  board.onElsewhere((_plan, entries) =>
    elsewhere.push(...entries.map(({ client, clock, json }) => told(client, clock, json))),
  )
})
afterEach(() => {
  board.close()
  own.length = 0
  elsewhere.length = 0
  vi.useRealTimers()
})
const told = (client: number, clock: number, json: string): string =>
  `${client}@${clock}${json === gone ? ' left' : ''}`

test('what rooms here say goes to other processes, what those say to rooms here, and an agent’s to both', () => {
  board.say('room', plan, [person(1, mara)])
  board.say('process b', plan, [person(2, noor)])
  board.say('agent', plan, [agent(3)])
  expect([own, elsewhere]).toEqual([
    ['1@1', '3@1'],
    ['2@1', '3@1'],
  ])
  expect(board.elsewhere(plan).map(({ client }) => client)).toEqual([2, 3])
  expect(board.own().map(([, { client }]) => client)).toEqual([1, 3])
})

test('only who said that somebody is there says that they left', () => {
  board.say('process b', plan, [person(2, noor, 3)])
  board.say('process c', plan, [left(2, 9)])
  board.say('room', plan, [left(2, 9)])
  expect(board.elsewhere(plan)).toHaveLength(1)
  // A device goes over to process c: what b says of it is late.
  board.say('process c', plan, [person(2, noor, 4)])
  board.say('process b', plan, [person(2, noor, 3), left(2, 3)])
  expect(board.elsewhere(plan).map(({ clock }) => clock)).toEqual([4])
  board.say('process c', plan, [left(2, 4)])
  expect(board.elsewhere(plan)).toEqual([])
})

test('who was in a room of a process that says nothing any more is gone after a while', () => {
  board.say('process b', plan, [person(2, noor), person(3, mara)])
  board.say('room', plan, [person(1, mara)])
  now = 30_000
  board.say('process b', plan, [person(3, mara, 2)])
  now = 46_000
  board.sweep()
  expect(elsewhere.at(-1)).toBe('2@1 left')
  expect(board.elsewhere(plan).map(({ client }) => client)).toEqual([3])
  expect(board.own()).toHaveLength(1)
})

test('a team hears who is in its plans: each once, all at first, then what changed, several changes at once', () => {
  board.say('room', plan, [person(1, mara), person(2, mara)])
  const heard: [PlanParticipants, boolean][] = []
  const stop = board.watch(team, (participants, isWhole) => heard.push([participants, isWhole]))
  expect(heard).toEqual([[new Map([[plan.planId, [{ userId: mara }]]]), true]])
  board.say('room', plan, [person(1, mara, 2)])
  vi.runAllTimers()
  // A caret that moves changes nobody.
  expect(heard).toHaveLength(1)
  board.say('agent', plan, [agent(3)])
  board.say('process b', plan, [person(4, noor)])
  board.say('room', plan, [left(1)])
  vi.runAllTimers()
  expect(heard.slice(1)).toEqual([
    [new Map([[plan.planId, [{ userId: mara }, { runId, harness: 'opencode' }, { userId: noor }]]]), false],
  ])
  board.say('room', plan, [left(2)])
  board.say('agent', plan, [left(3)])
  board.say('process b', plan, [left(4)])
  vi.runAllTimers()
  expect(heard.at(-1)).toEqual([new Map([[plan.planId, []]]), false])
  stop()
  board.say('room', plan, [person(1, mara)])
  vi.runAllTimers()
  expect(heard).toHaveLength(3)
})

test('another team hears nothing of it, also of a plan with the same id', () => {
  const heard: PlanParticipants[] = []
  board.watch(TeamId.parse('t2'), (participants) => heard.push(participants))
  board.say('room', plan, [person(1, mara)])
  vi.runAllTimers()
  expect(heard).toEqual([new Map()])
})

test('of one plan no more devices are noted than a room takes twice', () => {
  for (let client = 0; client < 500; client++) board.say('process b', plan, [person(client, noor)])
  expect(board.elsewhere(plan)).toHaveLength(200)
})
