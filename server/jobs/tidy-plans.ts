import { z } from 'zod'
import { Plan } from '#shared/domain/plan.ts'
import { Run, hasEnded } from '#shared/domain/run.ts'
import { Team } from '#shared/domain/team.ts'
import { PlanId, TeamId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, putRow } from '#sync/core/transaction.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { Database } from '../db/database.ts'
import { createWorker, type Worker } from '../runs/worker.ts'

/** What an agent planned, and nobody took up, stays in the lists so long after the end of its run. */
export const untouchedPlansMs = 7 * 24 * 60 * 60_000
const everyMs = 60 * 60_000
const batch = 200

export type TidyPlansDeps = TransactDeps & { readonly database: Database }

/** Puts plans of agents that nobody has taken up into the archive, in teams that want it so. */
export function createPlanTidying(deps: TidyPlansDeps & { readonly onError: (error: unknown) => void }): Worker {
  const worker = createWorker({ everyMs, onError: deps.onError, round: () => tidyPlans(deps) })
  worker.wake()
  return worker
}

export async function tidyPlans(deps: TidyPlansDeps): Promise<void> {
  for (;;) {
    const found = await untouchedPlans(deps.database, deps.now() - untouchedPlansMs)
    let archived = 0
    for (const plan of found) if (await archive(deps, plan)) archived++
    if (found.length < batch || archived === 0) return
  }
}

const Found = z.object({ teamId: TeamId, planId: PlanId })

async function untouchedPlans(database: Database, before: number): Promise<readonly z.infer<typeof Found>[]> {
  const rows = await database.query(
    `select substr(p.space_id, 6) as "teamId", substr(p.key, 6) as "planId"
       from space s
       join entry t on t.space_id = s.id and t.key = 'team' and t.deleted_at is null and t.value->>'agentPlans' = 'tidied'
       join entry p on p.space_id = s.id and p.key >= 'plan/' and p.key < 'plan0' and p.deleted_at is null
       left join entry r on r.space_id = s.id and r.key = 'run/' || (p.value->>'untouched') and r.deleted_at is null
      where p.value->>'untouched' is not null and p.value->>'archivedAt' is null
        and coalesce((r.value->>'endedAt')::bigint, case when r.key is null then (p.value->>'updatedAt')::bigint end) < $1
      limit ${batch}`,
    [before],
  )
  return rows.map((row) => Found.parse(row))
}

/** Looks again in the commit: somebody may have taken it up, or gone on with the run. */
async function archive(deps: TidyPlansDeps, { teamId, planId }: z.infer<typeof Found>): Promise<boolean> {
  const outcome = await transact(deps, async (tx) => {
    const rows = tx.space(teamSpace(teamId))
    const plan = await getRow(rows, keys.plan(planId), Plan)
    if (plan?.untouched === undefined || plan.archivedAt !== undefined) return false
    if ((await getRow(rows, keys.team, Team))?.agentPlans !== 'tidied') return false
    const run = await getRow(rows, keys.run(plan.untouched), Run)
    if (run !== undefined && !hasEnded(run.state)) return false
    await putRow(rows, keys.plan(planId), { ...plan, archivedAt: tx.now } satisfies Plan)
    return undefined
  })
  return outcome.status === 'committed'
}
