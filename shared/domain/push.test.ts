import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QuietHours, quietUntil } from './push.ts'

const at = (text: string): number => Date.parse(text)
const night: QuietHours = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }

test.each([
  // In November Berlin is an hour ahead of UTC.
  ['just before', '2026-11-26T20:59:59Z', undefined],
  ['at the start', '2026-11-26T21:00:00Z', '2026-11-27T06:00:00Z'],
  ['after midnight', '2026-11-27T05:59:59.999Z', '2026-11-27T06:00:00Z'],
  ['at the end', '2026-11-27T06:00:00Z', undefined],
  ['in summer time', '2026-07-01T20:30:00Z', '2026-07-02T05:00:00Z'],
])('%s of quiet hours over midnight', (_when, now, end) => {
  expect(quietUntil(night, at(now))).toBe(end === undefined ? undefined : at(end))
})

test('hours of the same day, none at all, and a zone of half an hour', () => {
  const noon = { from: '12:00', to: '13:00', timeZone: 'Asia/Kolkata' }
  expect(quietUntil(noon, at('2026-01-01T06:30:00Z'))).toBe(at('2026-01-01T07:30:00Z'))
  expect(quietUntil(noon, at('2026-01-01T07:30:00Z'))).toBeUndefined()
  expect(quietUntil({ ...noon, to: '12:00' }, at('2026-01-01T06:30:00Z'))).toBeUndefined()
  expect(quietUntil(undefined, 0)).toBeUndefined()
})

test('the end is ahead, within a day, and no quiet minute any more', () => {
  const time = fc
    .tuple(fc.nat(23), fc.nat(59))
    .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
  fc.assert(
    fc.property(
      time,
      time,
      fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
      (from, to, date) => {
        const quiet = { from, to, timeZone: 'UTC' }
        const end = quietUntil(quiet, date.getTime())
        if (end === undefined) return
        expect(end).toBeGreaterThan(date.getTime())
        expect(end - date.getTime()).toBeLessThanOrEqual(24 * 3600_000)
        expect(quietUntil(quiet, end)).toBeUndefined()
        expect(quietUntil(quiet, end - 1)).toBe(end)
      },
    ),
  )
})

test('times and zones that do not exist are refused', () => {
  for (const bad of [
    { ...night, from: '24:00' },
    { ...night, to: '7:00' },
    { ...night, timeZone: 'Mars/Olympus' },
  ])
    expect(QuietHours.safeParse(bad).success).toBe(false)
})
