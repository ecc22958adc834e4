import { numbers } from './count.ts'

/** Words of the page about what runs use. */
export const usageWords = {
  title: 'Usage',
  period: 'Period',
  periods: {
    '7': 'Last 7 days',
    '30': 'Last 30 days',
    '90': 'Last 90 days',
    month: 'This month',
    'last-month': 'Last month',
    own: 'From and to',
  },
  from: 'From',
  to: 'To',
  group: 'Told apart by',
  groups: { model: 'Model', agent: 'Agent', person: 'Person', sandbox: 'Place' },
  sandboxes: { direct: 'On the machine', docker: 'In a container' },
  unknownModel: 'Model not told',
  others: 'Others',
  somebody: 'Somebody who left',
  totals: 'Totals',
  cost: 'Cost',
  input: 'Input',
  cached: 'Cached input',
  output: 'Output',
  tokens: 'Tokens',
  time: 'Working time',
  waited: (span: string) => `${span} more waiting for people`,
  turns: 'Turns',
  ofMonth: (spent: string, limit: string) => `${spent} of ${limit} this month`,
  chart: (by: string) => `Cost by day and ${by.toLowerCase()}`,
  chartMonths: (by: string) => `Cost by month and ${by.toLowerCase()}`,
  chartKeys: 'Left and right arrows move from bar to bar.',
  barOf: (day: string, cost: string) => `${day}: ${cost}`,
  noneOn: (day: string) => `${day}: nothing`,
  asTable: 'The chart as a table',
  day: 'Day',
  month: 'Month',
  sum: 'Sum',
  table: (by: string) => `By ${by.toLowerCase()}`,
  sortBy: (column: string) => `Sort by ${column}`,
  runs: 'Runs',
  runsNote: 'The dearest runs that were at work in this period, each with all that it has cost.',
  noRuns: 'No run of this period has told a cost.',
  csv: 'Download as CSV',
  empty: 'Nothing was used in this period.',
  older: 'More than 90 days ago is asked of the server.',
  loading: 'Asking the server for these days',
  offline: 'The server can’t be reached, and this device knows the last 90 days only.',
  tryAgain: 'Try again',
  wrongRange: 'Choose two days, the first not after the second.',
  unpriced: (tokens: string, models: string) =>
    `${tokens} tokens are without a price (${models}), so the cost lacks them.`,
  setPrices: 'Set prices',
  setBudgets: 'Budgets',
  utc: 'Days are those of UTC.',
} as const

/** "950", "12.4 k", "1.2 M" */
export function tokenWords(tokens: number): string {
  if (tokens < 1000) return numbers.format(tokens)
  const [value, unit] =
    tokens < 999_500 ? [tokens / 1000, 'k'] : tokens < 999_500_000 ? [tokens / 1e6, 'M'] : [tokens / 1e9, 'B']
  return `${value < 99.95 ? value.toFixed(1) : Math.round(value)} ${unit}`
}
