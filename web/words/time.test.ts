import { describe, expect, test } from 'vitest'
import { agoWords, dayWords, shortSpanWords, spanWords, whenWords } from './time.ts'

const at = (text: string) => new Date(text).getTime()
const now = at('2026-11-23T14:09:00')

describe('how long ago', () => {
  test.each([
    ['2026-11-23T14:08:59.600', 'now'],
    ['2026-11-23T14:08:58', '2 s ago'],
    ['2026-11-23T14:00:00', '9 min'],
    ['2026-11-23T11:20:00', '11:20'],
    ['2026-11-22T17:00:00', 'yesterday 17:00'],
    ['2026-11-20T17:00:00', 'Fri 17:00'],
    ['2026-11-03T17:00:00', '3 Nov'],
    ['2025-11-03T17:00:00', '3 Nov 2025'],
  ])('%s reads "%s"', (moment, words) => expect(agoWords(at(moment), now)).toBe(words))

  test('a device whose clock is behind says now, never a time to come', () =>
    expect(agoWords(now + 5000, now)).toBe('now'))

  test('yesterday is a matter of the calendar, not of 24 hours', () => {
    const early = at('2026-11-23T00:05:00')
    expect(whenWords(at('2026-11-22T23:58:00'), early)).toBe('yesterday 23:58')
  })
})

describe('spans', () => {
  test.each([
    [14_000, '14 s'],
    [42 * 60_000, '42 min'],
    [185 * 60_000, '3 h 5 min'],
    [180 * 60_000, '3 h'],
    [52 * 3_600_000, '2 d 4 h'],
    [-5, '0 s'],
  ])('%i ms read "%s"', (ms, words) => expect(spanWords(ms)).toBe(words))

  test('a column keeps the first unit', () => expect(shortSpanWords(185 * 60_000)).toBe('3 h'))
})

test('days have names near by and dates far off', () => {
  expect(dayWords(now, now)).toBe('Today')
  expect(dayWords(at('2026-11-22T01:00:00'), now)).toBe('Yesterday')
  expect(dayWords(at('2026-11-19T01:00:00'), now)).toBe('Thursday 19 November')
  expect(dayWords(at('2025-11-19T01:00:00'), now)).toBe('19 Nov 2025')
})
