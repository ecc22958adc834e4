import { expect, test } from 'vitest'
import { createReadStates } from './read-states.ts'

const of = { runId: 'run-1', planId: 'plan-1' }
const bounds = { bytes: 100, states: 5, each: 2, ageMs: 1_000 }
const state = (bytes: number): Uint8Array => new Uint8Array(bytes)

test('a state is found by its revision, for the run and the plan that it was kept for alone', () => {
  const states = createReadStates(() => 0)
  const kept = state(3)
  const revision = states.keep(of, kept)
  expect(states.find(of, revision)).toBe(kept)
  expect(states.find({ ...of, runId: 'run-2' }, revision)).toBeUndefined()
  expect(states.find({ ...of, planId: 'plan-2' }, revision)).toBeUndefined()
  expect(states.find(of, 'none')).toBeUndefined()
})

test('of one plan for one run the newest are kept', () => {
  const states = createReadStates(() => 0, bounds)
  const other = states.keep({ ...of, planId: 'plan-2' }, state(1))
  const [first, second, third] = [1, 2, 3].map((bytes) => states.keep(of, state(bytes)))
  expect(states.find(of, first ?? '')).toBeUndefined()
  expect([second, third].map((revision) => states.find(of, revision ?? '')?.length)).toEqual([2, 3])
  expect(states.find({ ...of, planId: 'plan-2' }, other)).toBeDefined()
})

test('the oldest go when there are too many, too large or too old ones', () => {
  let now = 0
  const states = createReadStates(() => now, bounds)
  const names = [1, 2, 3, 4, 5, 6].map((n) => ({ runId: 'run-1', planId: `plan-${n}` }))
  const revisions = names.map((name) => states.keep(name, state(10)))
  const kept = (): boolean[] => names.map((name, at) => states.find(name, revisions[at] ?? '') !== undefined)
  expect(kept()).toEqual([false, true, true, true, true, true])
  states.keep(of, state(70))
  expect(kept()).toEqual([false, false, false, true, true, true])
  now = 1_001
  expect(kept()).toEqual(names.map(() => false))
})
