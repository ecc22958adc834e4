import { z } from 'zod'
import { UserId } from '../ids.ts'
import { BudgetUsd, type Run } from './run.ts'
import { UsageDay, monthOf } from './usage-day.ts'

/** What a limit is for: one run, the team's month, or a person's month (`userId` absent: everybody's who has none of their own). */
export const BudgetScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run') }),
  z.object({ kind: z.literal('month') }),
  z.object({ kind: z.literal('person'), userId: UserId.optional() }),
])
export type BudgetScope = z.infer<typeof BudgetScope>

/** People who can have a limit of their own. */
export const personBudgetsLimit = 500
/** Changes that are remembered. */
export const budgetChangesLimit = 50

/** Row `budgets`: limits in US dollars; what is absent is not limited. Months are those of the calendar in UTC. */
export const Budgets = z.object({
  /** Of a run that names none. */
  runUsd: BudgetUsd.optional(),
  monthUsd: BudgetUsd.optional(),
  personMonthUsd: BudgetUsd.optional(),
  people: z
    .array(z.object({ userId: UserId, usd: BudgetUsd }))
    .max(personBudgetsLimit)
    .optional(),
  /** Who set what, newest first. */
  changes: z
    .array(z.object({ scope: BudgetScope, usd: BudgetUsd.optional(), by: UserId, at: z.number() }))
    .max(budgetChangesLimit),
})
export type Budgets = z.infer<typeof Budgets>

export const noBudgets: Budgets = { changes: [] }

/** Row `budget-month`: what the month has cost so far, as the server knows it, and of which limits people were told. */
export const BudgetMonth = z.object({
  month: z.string().regex(/^\d{4}-\d{2}$/),
  usd: z.number().nonnegative(),
  people: z.array(z.object({ userId: UserId, usd: z.number().nonnegative() })).max(1000),
  told: z.array(z.string().max(120)).max(2000),
})
export type BudgetMonth = z.infer<typeof BudgetMonth>

/** The part of a limit at which people hear that it is near. */
export const nearShare = 0.8

export type Level = 'within' | 'near' | 'spent'

export function levelOf(usd: number, limitUsd: number | undefined): Level {
  if (limitUsd === undefined) return 'within'
  if (usd >= limitUsd) return 'spent'
  return usd >= limitUsd * nearShare ? 'near' : 'within'
}

export function limitOf(budgets: Budgets, scope: BudgetScope): number | undefined {
  switch (scope.kind) {
    case 'run':
      return budgets.runUsd
    case 'month':
      return budgets.monthUsd
    case 'person':
      return scope.userId === undefined
        ? budgets.personMonthUsd
        : (budgets.people?.find(({ userId }) => userId === scope.userId)?.usd ?? budgets.personMonthUsd)
  }
}

/** With a limit set, or taken away (`undefined`). */
export function withLimit(
  budgets: Budgets,
  scope: BudgetScope,
  usd: number | undefined,
  { by, at }: { readonly by: UserId; readonly at: number },
): Budgets {
  const { runUsd, monthUsd, personMonthUsd, people, changes } = budgets
  const set = usd === undefined ? {} : { usd }
  const next = { changes: [{ scope, ...set, by, at }, ...changes].slice(0, budgetChangesLimit) }
  const limits = { runUsd, monthUsd, personMonthUsd, people }
  switch (scope.kind) {
    case 'run':
      return tidy({ ...limits, runUsd: usd }, next)
    case 'month':
      return tidy({ ...limits, monthUsd: usd }, next)
    case 'person': {
      if (scope.userId === undefined) return tidy({ ...limits, personMonthUsd: usd }, next)
      const others = (people ?? []).filter(({ userId }) => userId !== scope.userId)
      return tidy({ ...limits, people: usd === undefined ? others : [...others, { userId: scope.userId, usd }] }, next)
    }
  }
}

type Limits = { readonly [Key in 'runUsd' | 'monthUsd' | 'personMonthUsd' | 'people']: Budgets[Key] | undefined }

function tidy({ runUsd, monthUsd, personMonthUsd, people }: Limits, rest: Pick<Budgets, 'changes'>): Budgets {
  return {
    ...rest,
    ...(runUsd === undefined ? {} : { runUsd }),
    ...(monthUsd === undefined ? {} : { monthUsd }),
    ...(personMonthUsd === undefined ? {} : { personMonthUsd }),
    ...(people === undefined || people.length === 0 ? {} : { people }),
  }
}

/** What stands in the way of another turn: a month's limit that is spent. */
export function spentMonth(
  budgets: Budgets,
  month: Pick<BudgetMonth, 'usd' | 'people'>,
  userId: UserId,
): { readonly scope: 'team' | 'person'; readonly usd: number; readonly limitUsd: number } | undefined {
  const { monthUsd } = budgets
  if (monthUsd !== undefined && month.usd >= monthUsd) return { scope: 'team', usd: month.usd, limitUsd: monthUsd }
  const limitUsd = limitOf(budgets, { kind: 'person', userId })
  const usd = month.people.find((one) => one.userId === userId)?.usd ?? 0
  return limitUsd !== undefined && usd >= limitUsd ? { scope: 'person', usd, limitUsd } : undefined
}

/** What a month has cost by the rows that a device has. */
export function spentIn(month: string, days: readonly UsageDay[]): number {
  const cells = days.filter(({ day }) => monthOf(day) === month).flatMap((day) => day.cells)
  return Math.round(cells.reduce((sum, { costUsd }) => sum + costUsd, 0) * 1e9) / 1e9
}

/** Agents that call no model: no limit on money holds them up. */
export const callsNoModel = (harness: string): boolean => harness === 'runbook'

/** How much a "Go on" adds: what the run had at first, so that each answer is worth the same. */
export function moreUsdOf(firstLimitUsd: number): number {
  return Math.max(0.01, Math.round(firstLimitUsd * 100) / 100)
}

/** A run whose limit is reached, by what its row says. */
export function budgetLevel(run: Pick<Run, 'usage' | 'budget'>): Level {
  return levelOf(run.usage?.costUsd ?? 0, run.budget?.limitUsd)
}

/** "$4.00", with as many decimals as tell something of a small amount. For sentences of the server and the runner. */
export function usdWords(usd: number): string {
  return `$${usd !== 0 && Math.abs(usd) < 0.1 ? usd.toFixed(4) : usd.toFixed(2)}`
}

/** What a run has spent of its limit. */
export function budgetSentence(usd: number, limitUsd: number): string {
  return `This run has spent ${usdWords(usd)} of ${usdWords(limitUsd)}.`
}
