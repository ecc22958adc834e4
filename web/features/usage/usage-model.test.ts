import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UserId } from '#shared/ids.ts'
import { noUsage } from '#shared/domain/usage-day.ts'
import { barsOf, chartOf, linesOf, others, rangeOf, roundTop, sorted, type DayCell } from './usage-model.ts'

const mara = UserId.parse('mara')
const cell = (day: string, model: string, costUsd: number, more: Partial<DayCell> = {}): DayCell => ({
  ...noUsage,
  day,
  userId: mara,
  harness: 'codex',
  model,
  sandbox: 'docker',
  costUsd,
  inputTokens: Math.round(costUsd * 1000),
  ...more,
})

test('a period has its days in UTC, whatever the clock on the wall says', () => {
  const now = Date.parse('2026-03-01T00:30:00Z')
  expect(rangeOf('7', now)).toEqual({ from: '2026-02-23', to: '2026-03-01' })
  expect(rangeOf('month', now)).toEqual({ from: '2026-03-01', to: '2026-03-01' })
  expect(rangeOf('last-month', now)).toEqual({ from: '2026-02-01', to: '2026-02-28' })
})

test('a long period has a bar for each month', () => {
  expect(barsOf({ from: '2026-02-27', to: '2026-03-01' })).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
  expect(barsOf({ from: '2025-11-20', to: '2026-03-01' })).toEqual([
    '2025-11',
    '2025-12',
    '2026-01',
    '2026-02',
    '2026-03',
  ])
})

describe('the chart', () => {
  test('has the dearest models from the ground up, and one part for the others', () => {
    const cells = Array.from({ length: 8 }, (_, at) => cell('2026-03-01', `m${at}`, 8 - at))
    const chart = chartOf(cells, ['2026-02-28', '2026-03-01'], 'model')
    expect(chart.series).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', others])
    expect(chart.top).toBe(50)
    expect(chart.bars[0]).toEqual({ key: '2026-02-28', usd: 0, parts: [] })
    expect(chart.bars[1]?.parts.at(-1)).toEqual({ series: 5, usd: 6, from: 30 })
  })

  test('never loses or makes up an amount, and no bar is higher than its top', () => {
    const days = ['2026-03-01', '2026-03-02', '2026-03-03']
    const any = fc.record({
      day: fc.constantFrom(...days),
      model: fc.constantFrom(...'abcdefghij'),
      cents: fc.nat(9999),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), (made) => {
        const cells = made.map(({ day, model, cents }) => cell(day, model, cents / 100))
        const chart = chartOf(cells, days, 'model')
        const sum = cells.reduce((all, { costUsd }) => all + costUsd, 0)
        expect(chart.bars.reduce((all, { usd }) => all + usd, 0)).toBeCloseTo(sum, 6)
        expect(chart.top).toBeGreaterThanOrEqual(Math.max(0, ...chart.bars.map(({ usd }) => usd)) - 1e-6)
      }),
    )
  })

  test('ends at a round amount', () => {
    expect([0, 0.0042, 0.2, 3, 5, 5.01, 99].map(roundTop)).toEqual([1, 0.005, 0.2, 5, 5, 10, 100])
  })
})

test('the table sums what is told apart, leaves out a turn’s time without a model, and sorts', () => {
  const cells = [
    cell('2026-03-01', 'a', 1),
    cell('2026-03-02', 'a', 2, { harness: 'claude' }),
    cell('2026-03-01', 'b', 5),
    cell('2026-03-01', '', 0, { workMs: 60_000, turns: 1 }),
  ]
  const lines = linesOf(cells, 'model')
  expect(lines.map(({ key, costUsd }) => [key, costUsd])).toEqual([
    ['b', 5],
    ['a', 3],
  ])
  expect(linesOf(cells, 'agent').find(({ key }) => key === 'codex')).toMatchObject({ workMs: 60_000, turns: 1 })
  const name = (key: string): string => key
  expect(sorted(lines, { column: 'key', down: false }, name).map(({ key }) => key)).toEqual(['a', 'b'])
  expect(sorted(lines, { column: 'costUsd', down: false }, name).map(({ key }) => key)).toEqual(['a', 'b'])
})
