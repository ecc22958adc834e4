import { z } from 'zod'
import { UserId } from '../ids.ts'

const count = z.number().int().nonnegative()

/** A day of the calendar in UTC, as `2026-11-26`. */
export const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)
export type Day = z.infer<typeof Day>

const usage = {
  inputTokens: count,
  outputTokens: count,
  cachedTokens: count,
  costUsd: z.number().nonnegative(),
  /** Tokens of which no price is known, so that the cost lacks them. */
  unpricedTokens: count,
  /** From the claim of a turn to its end, without the time in which it waited for a person. */
  workMs: count,
  blockedMs: count,
  turns: count,
}
export const UsageSums = z.object(usage)
export type UsageSums = z.infer<typeof UsageSums>

/** What one person's runs used of one model in one kind of place. */
export const UsageCell = z.object({
  /** Absent in the cell that holds all which had no room. */
  userId: UserId.optional(),
  harness: z.string().max(60),
  /** Empty: the harness did not say. */
  model: z.string().max(200),
  sandbox: z.string().max(20),
  ...usage,
})
export type UsageCell = z.infer<typeof UsageCell>

/** Cells of one day that are told apart; the dearest ones. */
export const cellsLimit = 200

/** Row `usage/<day>` of the team's space, for the last 90 days. Older ones are asked of the server. */
export const UsageDay = z.object({ day: Day, cells: z.array(UsageCell).max(cellsLimit + 1) })
export type UsageDay = z.infer<typeof UsageDay>

export const usageDaysKept = 90
const dayMs = 24 * 60 * 60_000

export const utcDay = (at: number): Day => new Date(at).toISOString().slice(0, 10)
export const startOfDay = (day: Day): number => Date.parse(`${day}T00:00:00.000Z`)
export const dayBefore = (day: Day, days: number): Day => utcDay(startOfDay(day) - days * dayMs)
/** `2026-11`. */
export const monthOf = (day: Day): string => day.slice(0, 7)

/** Every day from the first to the last, both with them. */
export function daysBetween(from: Day, to: Day): readonly Day[] {
  const days: Day[] = []
  for (let at = startOfDay(from); at <= startOfDay(to) && days.length < 3700; at += dayMs) days.push(utcDay(at))
  return days
}

export const noUsage: UsageSums = {
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  costUsd: 0,
  unpricedTokens: 0,
  workMs: 0,
  blockedMs: 0,
  turns: 0,
}

export function addUsage(a: UsageSums, b: UsageSums): UsageSums {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    costUsd: Math.round((a.costUsd + b.costUsd) * 1e9) / 1e9,
    unpricedTokens: a.unpricedTokens + b.unpricedTokens,
    workMs: a.workMs + b.workMs,
    blockedMs: a.blockedMs + b.blockedMs,
    turns: a.turns + b.turns,
  }
}

/** The day's row: its dearest cells, and one more with the sum of those that had no room. */
export function usageDayOf(day: Day, cells: readonly UsageCell[]): UsageDay {
  if (cells.length <= cellsLimit) return { day, cells: [...cells] }
  const order = cells.toSorted((a, b) => b.costUsd - a.costUsd || b.workMs - a.workMs)
  const rest = order.slice(cellsLimit).reduce<UsageSums>(addUsage, noUsage)
  return { day, cells: [...order.slice(0, cellsLimit), { harness: '', model: '', sandbox: '', ...rest }] }
}
