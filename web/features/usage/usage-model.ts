import {
  addUsage,
  dayBefore,
  daysBetween,
  monthOf,
  noUsage,
  utcDay,
  type Day,
  type UsageCell,
  type UsageSums,
} from '#shared/domain/usage-day.ts'

export const groups = ['model', 'agent', 'person', 'sandbox'] as const
export type Group = (typeof groups)[number]

export const periods = ['7', '30', '90', 'month', 'last-month', 'own'] as const
export type Period = (typeof periods)[number]

export type Range = { readonly from: Day; readonly to: Day }

/** What was used on a day, as rows and the server's answers have it. */
export type DayCell = UsageCell & { readonly day: Day }

/** The days of a period, both ends with them. */
export function rangeOf(period: Exclude<Period, 'own'>, now: number): Range {
  const today = utcDay(now)
  switch (period) {
    case 'month':
      return { from: `${monthOf(today)}-01`, to: today }
    case 'last-month': {
      const to = dayBefore(`${monthOf(today)}-01`, 1)
      return { from: `${monthOf(to)}-01`, to }
    }
    default:
      return { from: dayBefore(today, Number(period) - 1), to: today }
  }
}

/** Bars of more days than this stand for months. */
const mostBars = 92

/** What a bar stands for: each day, or each month of a long period. */
export function barsOf({ from, to }: Range): readonly string[] {
  const days = daysBetween(from, to)
  return days.length <= mostBars ? days : [...new Set(days.map(monthOf))]
}

export const keyOf = (cell: UsageCell, group: Group): string => {
  switch (group) {
    case 'model':
      return cell.model
    case 'agent':
      return cell.harness
    case 'person':
      return cell.userId ?? ''
    case 'sandbox':
      return cell.sandbox
  }
}

export type Line = UsageSums & { readonly key: string }

/** One line for each of what is told apart. Time is told for whole turns, so a model that is only named with a turn's time is left out. */
export function linesOf(cells: readonly DayCell[], group: Group): readonly Line[] {
  const lines = new Map<string, UsageSums>()
  for (const cell of cells) lines.set(keyOf(cell, group), addUsage(lines.get(keyOf(cell, group)) ?? noUsage, cell))
  return [...lines]
    .map(([key, sums]) => ({ key, ...sums }))
    .filter((line) => group !== 'model' || line.costUsd > 0 || tokensOf(line) > 0)
    .toSorted(byCost)
}

export const tokensOf = (sums: UsageSums): number => sums.inputTokens + sums.outputTokens + sums.cachedTokens

const byCost = (a: Line, b: Line): number =>
  b.costUsd - a.costUsd || tokensOf(b) - tokensOf(a) || (a.key < b.key ? -1 : 1)

export const sortColumns = ['key', 'costUsd', 'inputTokens', 'cachedTokens', 'outputTokens', 'workMs', 'turns'] as const
export type SortColumn = (typeof sortColumns)[number]
export type Sorting = { readonly column: SortColumn; readonly down: boolean }

export function sorted(
  lines: readonly Line[],
  { column, down }: Sorting,
  nameOf: (key: string) => string,
): readonly Line[] {
  const order =
    column === 'key'
      ? (a: Line, b: Line) => nameOf(a.key).localeCompare(nameOf(b.key))
      : (a: Line, b: Line) => a[column] - b[column] || nameOf(b.key).localeCompare(nameOf(a.key))
  return lines.toSorted(down ? (a, b) => order(b, a) : order)
}

/** Parts of a bar that are told apart; the dearest, and one for the others. */
export const seriesLimit = 5
export const others = '\u0000others'

export type Bar = {
  readonly key: string
  readonly usd: number
  /** In the order of the series, from the ground up; parts without cost are left out. */
  readonly parts: readonly { readonly series: number; readonly usd: number; readonly from: number }[]
}
export type Chart = { readonly series: readonly string[]; readonly bars: readonly Bar[]; readonly top: number }

/** Stacked bars. `top` is a round amount that no bar is higher than. */
export function chartOf(cells: readonly DayCell[], bars: readonly string[], group: Group): Chart {
  const lines = linesOf(cells, group).filter(({ costUsd }) => costUsd > 0)
  const named = lines.slice(0, lines.length > seriesLimit ? seriesLimit : lines.length).map(({ key }) => key)
  const series = lines.length > named.length ? [...named, others] : named
  const isMonths = bars[0] !== undefined && bars[0].length === 7
  const sums = new Map<string, number[]>(bars.map((bar) => [bar, series.map(() => 0)]))
  for (const cell of cells) {
    const amounts = sums.get(isMonths ? monthOf(cell.day) : cell.day)
    const at = named.indexOf(keyOf(cell, group))
    const place = at === -1 ? series.indexOf(others) : at
    if (amounts !== undefined && place !== -1) amounts[place] = (amounts[place] ?? 0) + cell.costUsd
  }
  const made = bars.map((key): Bar => {
    let from = 0
    const parts = (sums.get(key) ?? []).flatMap((usd, at) => {
      if (usd <= 0) return []
      const part = { series: at, usd, from }
      from += usd
      return [part]
    })
    return { key, usd: from, parts }
  })
  return { series, bars: made, top: roundTop(Math.max(0, ...made.map(({ usd }) => usd))) }
}

/** 1, 2 or 5 times a power of ten, at least as much. */
export function roundTop(usd: number): number {
  if (usd <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(usd))
  const factor = [1, 2, 5, 10].find((one) => one * power >= usd - 1e-9) ?? 10
  return Number((factor * power).toPrecision(3))
}
