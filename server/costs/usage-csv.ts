import type { UsageGroup, UsageLine } from './usage-store.ts'

const numbers = [
  'inputTokens',
  'cachedTokens',
  'outputTokens',
  'unpricedTokens',
  'costUsd',
  'workMs',
  'blockedMs',
  'turns',
] as const satisfies readonly (keyof UsageLine)[]

/** RFC 4180. Names come from agents: one that a spreadsheet would take for a formula begins with an apostrophe. */
export function usageCsv(groups: readonly UsageGroup[], lines: readonly UsageLine[]): string {
  const head = [...groups, ...numbers].join(',')
  const rows = lines.map((line) =>
    [...groups.map((group) => field(line[group] ?? '')), ...numbers.map((name) => plain(line[name]))].join(','),
  )
  return `${[head, ...rows].join('\r\n')}\r\n`
}

function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Without an exponent, and without the dust of binary fractions. */
function plain(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(9).replace(/0+$/, '').replace(/\.$/, '')
}
