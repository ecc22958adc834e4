import {
  BudgetMonth,
  Budgets,
  callsNoModel,
  levelOf,
  limitOf,
  noBudgets,
  spentMonth,
  usdWords,
} from '#shared/domain/budget.ts'
import { AgentNotification } from '#shared/domain/notification.ts'
import { Run, hasEnded, isHeld } from '#shared/domain/run.ts'
import { Member } from '#shared/domain/team.ts'
import { canManageTeam } from '#shared/domain/policies.ts'
import {
  cellsLimit,
  dayBefore,
  monthOf,
  usageDayOf,
  usageDaysKept,
  utcDay,
  type Day,
} from '#shared/domain/usage-day.ts'
import { DeliveryId, type RunId, type TeamId, type UserId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, putRow, scanRows, type WriteTransaction } from '#sync/core/transaction.ts'
import { transact, type ServerTransaction, type TransactDeps } from '#sync/server/transact.ts'
import { stableId } from '../plans/stable-id.ts'
import { tellBudget } from '../runs/notify.ts'
import { createWorker, type Worker } from '../runs/worker.ts'
import { monthWords, spentWords } from './words.ts'
import type { UsageStore } from './usage-store.ts'

export type UsageWorkerDeps = TransactDeps & {
  readonly usage: UsageStore
  readonly onError: (error: unknown) => void
}

/** Also without a word from a commit: a process may have died after it. */
const everyMs = 15_000
/** What comes within this time is shown together. */
const restMs = 300

/**
 * Brings what was counted to the devices: a row for each day, and one for the month. Where a limit of the month is near it tells those whom it
 * concerns, once; where it is spent it stops what goes on. Everything is found again by what is not `shown` yet, so a process that dies loses nothing.
 */
export function createUsageWorker(deps: UsageWorkerDeps): Worker {
  const worker = createWorker({ everyMs, onError: deps.onError, round: () => showUsage(deps) })
  let due: ReturnType<typeof setTimeout> | undefined
  return {
    ...worker,
    wake() {
      due ??= setTimeout(() => {
        due = undefined
        worker.wake()
      }, restMs)
    },
    close() {
      clearTimeout(due)
      worker.close()
    },
  }
}

async function showUsage(deps: UsageWorkerDeps): Promise<void> {
  for (;;) {
    const unshown = await deps.usage.unshown()
    if (unshown.length === 0) return
    const months = new Map<TeamId, Day>()
    for (const { teamId, day, change } of unshown) {
      await showDay(deps, teamId, day)
      months.set(teamId, months.get(teamId) ?? day)
      if (utcDay(deps.now()).startsWith(monthOf(day))) await checkMonth(deps, teamId)
      await deps.usage.shown(teamId, day, change)
    }
    if (unshown.length < 500) return
  }
}

async function showDay(deps: UsageWorkerDeps, teamId: TeamId, day: Day): Promise<void> {
  const oldest = dayBefore(utcDay(deps.now()), usageDaysKept)
  await transact(deps, async (tx) => {
    const team = tx.space(teamSpace(teamId))
    // Read first: whoever writes the row between these two makes this one look again.
    const known = await team.scan(keys.usageDays)
    const cells = await deps.usage.cells(teamId, day)
    for (const [key] of known) if (key < keys.usageDay(oldest)) await team.del(key)
    if (day >= oldest) await putRow(team, keys.usageDay(day), usageDayOf(day, cells.slice(0, cellsLimit * 10)))
    return undefined
  })
}

/** The month's row, and what follows from it. */
export async function checkMonth(deps: UsageWorkerDeps, teamId: TeamId): Promise<void> {
  const today = utcDay(deps.now())
  const month = monthOf(today)
  const last = { team: await deps.usage.lastRun(teamId, today) }
  await transact(deps, async (tx) => {
    const team = tx.space(teamSpace(teamId))
    const known = await getRow(team, keys.budgetMonth, BudgetMonth)
    const budgets = (await getRow(team, keys.budgets, Budgets)) ?? noBudgets
    const { usd, people } = await deps.usage.month(teamId, month)
    const told = new Set(known?.month === month ? known.told : [])
    const tell = async (scope: UserId | undefined, spent: number, limit: number | undefined): Promise<void> => {
      const level = levelOf(spent, limit)
      if (level === 'within' || limit === undefined) return
      const mark = `${scope ?? 'team'}:${level}:${limit}`
      if (told.has(mark)) return
      told.add(mark)
      const runId = scope === undefined ? last.team : await deps.usage.lastRun(teamId, today, scope)
      if (runId !== undefined)
        await tellOf(tx, team, { runId, scope, level, text: spentWords(scope, spent, limit, month) })
    }
    await tell(undefined, usd, budgets.monthUsd)
    for (const one of people) await tell(one.userId, one.usd, limitOf(budgets, { kind: 'person', userId: one.userId }))
    const row: BudgetMonth = { month, usd, people: people.slice(0, 1000), told: [...told].slice(-2000) }
    await putRow(team, keys.budgetMonth, row)
    return undefined
  })
  await stopSpent(deps, teamId)
}

/** The team's limit is its admins' business, a person's their own. */
async function tellOf(
  tx: ServerTransaction,
  team: WriteTransaction,
  { runId, scope, level, text }: { runId: RunId; scope: UserId | undefined; level: string; text: string },
): Promise<void> {
  const run = await getRow(team, keys.run(runId), Run)
  if (run === undefined) return
  const members = await scanRows(team, keys.members, Member)
  const to = scope === undefined ? members.filter(({ role }) => canManageTeam(role)).map((one) => one.userId) : [scope]
  const id = AgentNotification.shape.id.parse(`budget-${level}-${scope === undefined ? 'team' : 'person'}`)
  for (const userId of to) await tellBudget(tx, team, run, userId, { id, text })
}

/** Turns of whoever has no money left come to a stop; they can be continued once the limit is raised. */
async function stopSpent(deps: UsageWorkerDeps, teamId: TeamId): Promise<void> {
  for (const { runId, turn, harness } of await deps.usage.held(teamId)) {
    if (callsNoModel(harness)) continue
    await transact(deps, async (tx) => {
      const team = tx.space(teamSpace(teamId))
      const month = await getRow(team, keys.budgetMonth, BudgetMonth)
      const budgets = await getRow(team, keys.budgets, Budgets)
      const run = await getRow(team, keys.run(runId), Run)
      if (month === undefined || budgets === undefined || run === undefined) return false
      const spent = spentMonth(budgets, month, run.createdBy)
      if (spent === undefined || run.turn !== turn || hasEnded(run.state) || !isHeld(run.state)) return false
      const whose = spent.scope === 'team' ? 'The team' : 'Whoever started this run'
      const text = `${whose} has spent ${usdWords(spent.usd)} of ${usdWords(spent.limitUsd)} for ${monthWords(month.month)}. An admin can raise it; then send a message to go on.`
      tx.effect({
        type: 'deliver',
        // One for each turn and limit: looking again changes nothing.
        deliveryId: DeliveryId.parse(
          stableId(`budget/${runId}/${turn}/${month.month}/${spent.scope}/${spent.limitUsd}`),
        ),
        runId,
        row: keys.run(runId),
        space: teamSpace(teamId),
        body: { type: 'stop', by: run.createdBy, reason: { code: 'budget_exceeded', text, retryable: true } },
      })
      return undefined
    })
  }
}
