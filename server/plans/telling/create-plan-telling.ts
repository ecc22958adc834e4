import type { RunId } from '#shared/ids.ts'
import type { Database } from '../../db/database.ts'
import { createWorker, type Worker } from '../../runs/worker.ts'
import type { PlanTimes } from '../times.ts'
import { tellChange, type TellChangeDeps } from './tell-change.ts'
import { tellableRuns } from './tellable-runs.ts'

export type PlanTellingDeps = Omit<TellChangeDeps, 'everyMs'> & {
  readonly database: Database
  readonly times: Pick<PlanTimes, 'tellQuietMs' | 'tellEveryMs' | 'tellLookMs'>
  readonly onError: (error: unknown) => void
}

/**
 * Tells runs what is changed in their plans, where a plan says so. All that it goes by is in the database, so it does not matter which process looks, how
 * many, or how often.
 */
export function createPlanTelling(deps: PlanTellingDeps): Worker {
  const { times } = deps
  /** Up to what each run has been told; only to look less often. It holds no more than the runs that go on. */
  const told = new Map<RunId, string>()
  const worker = createWorker({
    everyMs: times.tellLookMs,
    onError: deps.onError,
    async round() {
      const runs = await tellableRuns(deps.database, deps.now() - times.tellQuietMs)
      const going = new Set(runs.map(({ runId }) => runId))
      for (const runId of told.keys()) if (!going.has(runId)) told.delete(runId)
      for (const run of runs) {
        const upTo = `${run.seq}/${run.tellsAt}`
        if (told.get(run.runId) === upTo) continue
        const isDone = await tellChange({ ...deps, everyMs: times.tellEveryMs }, run).catch((error: unknown) => {
          deps.onError(error)
          return false
        })
        if (isDone) told.set(run.runId, upTo)
      }
    },
  })
  worker.wake()
  return worker
}
