import type { RunId, TeamId } from '#shared/ids.ts'
import type { Queryable } from '../db/database.ts'

/** Which team a run belongs to; it never changes, so what was found is remembered. */
export type RunAccess = {
  teamOf(runId: RunId): Promise<TeamId | undefined>
}

const remembered = 10_000

export function createRunAccess(db: Queryable): RunAccess {
  const known = new Map<RunId, TeamId>()
  return {
    async teamOf(runId) {
      const found = known.get(runId)
      if (found !== undefined) return found
      const [row] = await db.query<{ teamId: TeamId }>(
        'select team_id as "teamId" from run_job where run_id = $1',
        [runId],
        { name: 'run-team' },
      )
      if (row === undefined) return undefined
      if (known.size >= remembered) known.delete(known.keys().next().value ?? runId)
      known.set(runId, row.teamId)
      return row.teamId
    },
  }
}
