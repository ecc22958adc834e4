import { describe, expect, test } from 'vitest'
import { PlanVersion } from '#shared/domain/plan.ts'
import { uuidv7 } from '#shared/ids.ts'
import { choose, isShown, letterOf, sidesOf } from './history-model.ts'

const id = uuidv7(1_700_000_000_000, new Uint8Array(10))
const version = (more: object) =>
  PlanVersion.parse({ planId: id, n: 1, id, at: 0, by: [{ kind: 'server' }], origin: 'pause', words: 0, ...more })

describe('choosing versions', () => {
  test('puts the earlier one on the side of A, whatever was chosen first', () => {
    const choice = choose(choose([], 7), 3)
    expect(sidesOf(choice)).toEqual({ a: 3, b: 7 })
    expect([letterOf(choice, 3), letterOf(choice, 7), letterOf(choice, 5)]).toEqual(['A', 'B', undefined])
  })

  test('lets go of the first of three, and of one that is chosen again', () => {
    expect(choose([3, 7], 9)).toEqual([7, 9])
    expect(choose([3, 7], 3)).toEqual([7])
    expect(sidesOf([7])).toEqual({ a: 7 })
    expect(sidesOf([])).toBeUndefined()
  })
})

describe('filters', () => {
  const mara = { kind: 'person', userId: 'mara' }
  const agent = { kind: 'agent', runId: id, harness: 'codex' }

  test('tell agents, people and names apart, and a version of both is both', () => {
    const both = version({ by: [mara, agent], label: 'Approved' })
    expect([isShown(both, 'agents'), isShown(both, 'people'), isShown(both, 'named')]).toEqual([true, true, true])
    const pause = version({})
    expect([isShown(pause, 'all'), isShown(pause, 'agents'), isShown(pause, 'people')]).toEqual([true, false, false])
  })
})
