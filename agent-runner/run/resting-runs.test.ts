import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRestingRuns } from './resting-runs.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a run rests for its time, and the one that rests longest makes room', () => {
  const ended: string[] = []
  const resting = createRestingRuns({ mostMs: 1000, most: 2 })
  resting.rest(() => ended.push('a'))
  resting.rest(() => ended.push('b'))
  expect(ended).toEqual([])
  vi.advanceTimersByTime(500)
  resting.rest(() => ended.push('c'))
  expect(ended).toEqual(['a'])
  vi.advanceTimersByTime(500)
  expect(ended).toEqual(['a', 'b'])
  vi.advanceTimersByTime(500)
  expect(ended).toEqual(['a', 'b', 'c'])
})

test('a run that is taken up again is not ended, and takes no room', () => {
  const ended: string[] = []
  const resting = createRestingRuns({ mostMs: 1000, most: 1 })
  const wake = resting.rest(() => ended.push('a'))
  wake()
  resting.rest(() => ended.push('b'))
  vi.advanceTimersByTime(999)
  expect(ended).toEqual([])
  vi.advanceTimersByTime(1)
  expect(ended).toEqual(['b'])
})
