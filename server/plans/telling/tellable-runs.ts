import { z } from 'zod'
import { PlanId, RunId, TeamId } from '#shared/ids.ts'
import type { Queryable } from '../../db/database.ts'

/** A run that works from a plan whose changes it is told by itself. */
export type TellableRun = z.infer<typeof TellableRun>
const TellableRun = z.object({
  teamId: TeamId,
  runId: RunId,
  planId: PlanId,
  /** The newest update of the plan's document. */
  seq: z.number(),
  /** Since when it is told by itself. */
  tellsAt: z.coerce.number(),
})

/** More can't work at once than runners have room for. */
const most = 1_000

/** Runs that go on, of plans that nobody has written in since `before`. */
export async function tellableRuns(db: Queryable, before: number): Promise<readonly TellableRun[]> {
  const rows = await db.query(
    `select j.team_id as "teamId", j.run_id as "runId", d.plan_id as "planId", d.seq,
            p.value->'tells'->>'at' as "tellsAt"
       from run_job j
       join entry r on r.space_id = 'team/' || j.team_id and r.key = 'run/' || j.run_id and r.deleted_at is null
       join plan_document d on d.team_id = j.team_id and d.plan_id = r.value->'plan'->>'planId'
       join entry p on p.space_id = r.space_id and p.key = 'plan/' || d.plan_id and p.deleted_at is null
      where (j.phase = 'waiting' or j.phase in ('assigned', 'held')) and p.value->'tells' is not null and d.changed_at <= $1
      order by d.changed_at limit ${most}`,
    [before],
    { name: 'plan-tellable' },
  )
  return rows.map((row) => TellableRun.parse(row))
}
