import type { Day, UsageCell, UsageSums } from '#shared/domain/usage-day.ts'
import type { RunId, TeamId, UserId } from '#shared/ids.ts'
import type { Queryable } from '../db/database.ts'

/** What usage can be told apart by. */
export const usageGroups = ['day', 'person', 'agent', 'model', 'sandbox', 'run'] as const
export type UsageGroup = (typeof usageGroups)[number]

export type UsageLine = Partial<Record<UsageGroup, string>> & UsageSums

/** Lines of one answer. */
export const usageLinesLimit = 5_000

const columnOf: Record<UsageGroup, string> = {
  day: 'day',
  person: 'user_id',
  agent: 'harness',
  model: 'model',
  sandbox: 'sandbox',
  run: 'run_id',
}

/** A correction may stand in the next day: what is below nothing is shown as nothing. */
const sums = `greatest(0, sum(input_tokens))::float8 as "inputTokens", greatest(0, sum(output_tokens))::float8 as "outputTokens",
  greatest(0, sum(cached_tokens))::float8 as "cachedTokens", greatest(0, sum(unpriced_tokens))::float8 as "unpricedTokens",
  greatest(0, sum(cost_usd))::float8 as "costUsd", sum(work_ms)::float8 as "workMs", sum(blocked_ms)::float8 as "blockedMs",
  sum(turns)::float8 as turns`

export type UsageStore = ReturnType<typeof createUsageStore>

/** The days of a team's usage. They are written by `drover_commit`. */
export function createUsageStore(db: Queryable) {
  return {
    /** Days of which devices have not got the newest numbers. */
    unshown: () =>
      db.query<{ teamId: TeamId; day: Day; change: number }>(
        `select team_id as "teamId", day, max(change)::float8 as change from usage_day where not shown
          group by team_id, day order by team_id, day desc limit 500`,
        [],
        { name: 'usage-unshown' },
      ),
    async shown(teamId: TeamId, day: Day, change: number): Promise<void> {
      await db.query(
        'update usage_day set shown = true where team_id = $1 and day = $2 and not shown and change <= $3',
        [teamId, day, change],
        { name: 'usage-shown' },
      )
    },
    cells: (teamId: TeamId, day: Day) =>
      db.query<UsageCell>(
        `select user_id as "userId", harness, model, sandbox, ${sums} from usage_day
          where team_id = $1 and day = $2 group by user_id, harness, model, sandbox order by user_id, harness, model, sandbox`,
        [teamId, day],
        { name: 'usage-cells' },
      ),
    /** What a month, as `2026-11`, has cost so far. */
    async month(teamId: TeamId, month: string): Promise<{ usd: number; people: { userId: UserId; usd: number }[] }> {
      const people = await db.query<{ userId: UserId; usd: number }>(
        `select user_id as "userId", greatest(0, sum(cost_usd))::float8 as usd from usage_day
          where team_id = $1 and day >= $2 and day <= $3 group by user_id order by 2 desc`,
        [teamId, `${month}-01`, `${month}-31`],
        { name: 'usage-month' },
      )
      return { usd: Math.round(people.reduce((sum, one) => sum + one.usd, 0) * 1e9) / 1e9, people }
    },
    /** Run of this team, or of this person, that spent last in these days. */
    async lastRun(teamId: TeamId, day: Day, userId?: UserId): Promise<RunId | undefined> {
      const [row] = await db.query<{ runId: RunId }>(
        `select run_id as "runId" from usage_day where team_id = $1 and day <= $2 and day >= left($2, 7)
            and cost_usd > 0 and ($3::text is null or user_id = $3) order by change desc limit 1`,
        [teamId, day, userId ?? null],
      )
      return row?.runId
    },
    /** Runs of the team that a runner holds. */
    held: (teamId: TeamId) =>
      db.query<{ runId: RunId; turn: number; harness: string }>(
        `select run_id as "runId", turn, harness from run_job where team_id = $1 and phase in ('assigned', 'held')`,
        [teamId],
        { name: 'usage-held' },
      ),
    /** Sums over these days, both with them, told apart by `groups`. */
    lines(teamId: TeamId, { from, to, groups }: { from: Day; to: Day; groups: readonly UsageGroup[] }) {
      const columns = groups.map((group) => `${columnOf[group]} as "${group}"`)
      const by = groups.map((group) => columnOf[group])
      return db.query<UsageLine>(
        `select ${[...columns, sums].join(', ')} from usage_day where team_id = $1 and day >= $2 and day <= $3
         ${by.length === 0 ? '' : `group by ${by.join(', ')} order by ${by.join(', ')}`} limit ${usageLinesLimit + 1}`,
        [teamId, from, to],
      )
    },
  }
}
