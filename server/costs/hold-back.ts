import { Budgets, callsNoModel, noBudgets, spentMonth, usdWords } from '#shared/domain/budget.ts'
import { isSwitchedOff, switchedOffWords } from '#shared/domain/team-agents.ts'
import { Run } from '#shared/domain/run.ts'
import { Team } from '#shared/domain/team.ts'
import { monthOf, utcDay } from '#shared/domain/usage-day.ts'
import type { TeamId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { Job } from '../db/job-store.ts'
import type { UsageStore } from './usage-store.ts'
import { monthWords } from './words.ts'

export type HoldBackDeps = {
  readonly store: Pick<SpaceStore, 'read'>
  readonly usage: Pick<UsageStore, 'month'>
  readonly now: () => number
}

/** What keeps a turn from being given to a runner at all, as a sentence; `undefined`: nothing. */
export type HoldBack = (job: Job) => Promise<string | undefined>

/** Rules of the team, for one look at the queue: what it reads of a team is read once. */
export function createHoldBack({ store, usage, now }: HoldBackDeps): HoldBack {
  const rules = new Map<TeamId, ReturnType<typeof readRules>>()
  const months = new Map<TeamId, ReturnType<UsageStore['month']>>()
  const month = monthOf(utcDay(now()))

  async function readRules(teamId: TeamId): Promise<{ team: Team | undefined; budgets: Budgets }> {
    const { rows } = await store.read(teamSpace(teamId), [keys.team, keys.budgets])
    const of = (key: string): unknown => rows.find((row) => row.key === key)?.value
    return { team: Team.safeParse(of(keys.team)).data, budgets: Budgets.safeParse(of(keys.budgets)).data ?? noBudgets }
  }

  return async (job) => {
    const known = rules.get(job.teamId) ?? readRules(job.teamId)
    rules.set(job.teamId, known)
    const { team, budgets } = await known
    if (team !== undefined && isSwitchedOff(team, job.harness)) return `Waits: ${switchedOffWords(job.harness)}`
    const limited =
      budgets.monthUsd !== undefined || budgets.personMonthUsd !== undefined || budgets.people !== undefined
    if (!limited || callsNoModel(job.harness)) return undefined
    const spending = months.get(job.teamId) ?? usage.month(job.teamId, month)
    months.set(job.teamId, spending)
    const { rows } = await store.read(teamSpace(job.teamId), [keys.run(job.runId)])
    const run = Run.safeParse(rows[0]?.value)
    const spent = run.success ? spentMonth(budgets, await spending, run.data.createdBy) : undefined
    if (spent === undefined) return undefined
    const whose = spent.scope === 'team' ? 'the team’s budget' : 'its person’s budget'
    return `Waits: ${whose} for ${monthWords(month)} is spent (${usdWords(spent.usd)} of ${usdWords(spent.limitUsd)}); an admin can raise it`
  }
}
