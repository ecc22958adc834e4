import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  displayState,
  endStates,
  hasEnded,
  isHeld,
  nextState,
  runEventNames,
  runStates,
  titleFromPrompt,
  type RunEventName,
  type RunState,
} from './run.ts'

/** The picture above `runStates`, written down a second time as rows. */
const moves: [RunState, RunEventName, RunState][] = [
  ['QUEUED', 'assign', 'PENDING'],
  ['PENDING', 'release', 'QUEUED'],
  ['PENDING', 'claim', 'CLAIMED'],
  ['CLAIMED', 'start', 'INPROGRESS'],
  ['CLAIMED', 'block', 'BLOCKED'],
  ['INPROGRESS', 'block', 'BLOCKED'],
  ['BLOCKED', 'unblock', 'INPROGRESS'],
  ['INPROGRESS', 'succeed', 'SUCCEEDED'],
  ...(['QUEUED', 'PENDING', 'CLAIMED', 'INPROGRESS', 'BLOCKED'] as const).flatMap(
    (state): [RunState, RunEventName, RunState][] => [
      [state, 'fail', 'FAILED'],
      [state, 'error', 'ERROR'],
      [state, 'cancel', 'CANCELLED'],
    ],
  ),
  ...(['SUCCEEDED', 'FAILED', 'ERROR', 'CANCELLED'] as const).map((state): [RunState, RunEventName, RunState] => [
    state,
    'continue',
    'QUEUED',
  ]),
]

describe('the state machine of a run', () => {
  test('has exactly the moves of its picture', () => {
    const found: string[] = []
    for (const state of runStates)
      for (const event of runEventNames) {
        const next = nextState(state, event)
        if (next.ok) found.push(`${state} ${event} ${next.value}`)
        else expect(next.error).toEqual({ code: 'conflict', detail: `a ${state} run can't ${event}` })
      }
    expect(found.sort()).toEqual(moves.map((move) => move.join(' ')).sort())
  })

  test('every state is reached from QUEUED, and from every state an end can be reached', () => {
    const reach = (from: RunState): Set<RunState> => {
      const seen = new Set<RunState>([from])
      for (const state of seen) for (const [a, , b] of moves) if (a === state) seen.add(b)
      return seen
    }
    expect(reach('QUEUED')).toEqual(new Set(runStates))
    for (const state of runStates) expect([...reach(state)].some((one) => endStates.has(one))).toBe(true)
  })

  test('whatever happens in whatever order, a run is in one state, and an ended one only goes on by a message', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...runEventNames), { maxLength: 60 }), (events) => {
        let state: RunState = 'QUEUED'
        for (const event of events) {
          const next = nextState(state, event)
          if (!next.ok) continue
          if (hasEnded(state)) expect(event).toBe('continue')
          expect(hasEnded(next.value) && isHeld(next.value)).toBe(false)
          state = next.value
        }
      }),
    )
  })

  test('a blocked run whose question was answered works again', () => {
    expect(displayState({ state: 'BLOCKED' })).toBe('working')
    expect(runStates.map((state) => displayState({ state }))).toEqual([
      'queued',
      'queued',
      'working',
      'working',
      'working',
      'done',
      'failed',
      'failed',
      'cancelled',
    ])
  })
})

describe('the title of a run without one', () => {
  test.each([
    ['Fix the build', 'Fix the build'],
    ['# Release\n\nSteps follow', 'Release'],
    ['\n\n  - [x] tidy', '[x] tidy'],
    ['```sh\nls -la\n```', 'ls -la'],
    ['   ', 'Untitled run'],
    ['x'.repeat(100), `${'x'.repeat(79)}…`],
    ['Do [Billing](drover:plan/01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b31) now', 'Do @Billing now'],
  ])('%j → %j', (prompt, title) => {
    expect(titleFromPrompt(prompt)).toBe(title)
  })
})
