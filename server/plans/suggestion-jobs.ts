import { z } from 'zod'
import { PlanCommentId, PlanId, TeamId } from '#shared/ids.ts'
import type { PlanRef } from '#sync/server/plan/plan-store.ts'
import type { Queryable } from '../db/database.ts'

/** A suggestion that is to be put into its plan. `tries`: this one counts. */
export type SuggestionJob = { readonly plan: PlanRef; readonly commentId: PlanCommentId; readonly tries: number }

export type SuggestionJobs = {
  /** Those that nobody is at, the oldest first; until `until` they are the caller's. */
  take(now: number, until: number): Promise<readonly SuggestionJob[]>
  /** Gone, unless it was accepted anew meanwhile. */
  done(job: SuggestionJob): Promise<void>
}

/** Work of one round. */
const batch = 20

export function createSuggestionJobs(db: Queryable): SuggestionJobs {
  return {
    async take(now, until) {
      const rows = await db.query(
        `update plan_suggestion s set tries = s.tries + 1, taken_until = $2
           from (select team_id, plan_id, comment_id from plan_suggestion
                  where taken_until <= $1 order by created_at limit ${batch} for update skip locked) due
          where s.team_id = due.team_id and s.plan_id = due.plan_id and s.comment_id = due.comment_id
          returning s.team_id as "teamId", s.plan_id as "planId", s.comment_id as "commentId", s.tries`,
        [now, until],
        { name: 'plan-suggestions-take' },
      )
      return rows.map((row) => {
        const { teamId, planId, commentId, tries } = Row.parse(row)
        return { plan: { teamId, planId }, commentId, tries }
      })
    },
    async done({ plan, commentId, tries }) {
      await db.query(
        'delete from plan_suggestion where team_id = $1 and plan_id = $2 and comment_id = $3 and tries = $4',
        [plan.teamId, plan.planId, commentId, tries],
        { name: 'plan-suggestion-done' },
      )
    },
  }
}

const Row = z.object({ teamId: TeamId, planId: PlanId, commentId: PlanCommentId, tries: z.number() })
