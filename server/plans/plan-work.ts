import type { Effect } from '#sync/core/mutator.ts'
import type { TransactDeps } from '#sync/server/transact.ts'
import type { Database } from '../db/database.ts'
import type { JobStore } from '../db/job-store.ts'
import type { Worker } from '../runs/worker.ts'
import type { Plans } from './create-plans.ts'
import { createPlanSender, type PlanSender } from './mentions/send-plans.ts'
import { createPlanProgress } from './progress.ts'
import { createSuggestionJobs } from './suggestion-jobs.ts'
import { createSuggestions } from './suggestions.ts'
import { createPlanTelling } from './telling/create-plan-telling.ts'
import type { PlanTimes } from './times.ts'
import { createVersionBlocks } from './version-blocks.ts'

/** What a server does about plans by itself, after commits and in time. */
export type PlanWork = {
  readonly sender: PlanSender
  readonly telling: Pick<Worker, 'wake' | 'idle'>
  /** What a commit asks for. */
  note(effects: readonly Effect[]): void
  close(): Promise<void>
}

export function createPlanWork(
  deps: TransactDeps & {
    readonly plans: Plans
    readonly database: Database
    readonly jobs: JobStore
    readonly times: PlanTimes
    readonly report: (about: string) => (error: unknown) => void
  },
): PlanWork {
  const { database, now, plans, report, store, times } = deps
  const progress = createPlanProgress({
    store,
    plans,
    database,
    now,
    onError: report('ticking the steps of a plan failed'),
  })
  const telling = createPlanTelling({ ...deps, onError: report('telling an agent of a changed plan failed') })
  const versionBlocks = createVersionBlocks({
    ...deps,
    documents: plans.documents,
    compareTexts: plans.compareTexts,
    onError: report('comparing two versions of a plan failed'),
  })
  const suggestions = createSuggestions({
    ...deps,
    jobs: createSuggestionJobs(database),
    onError: report('putting a suggestion into its plan failed'),
  })
  return {
    sender: createPlanSender({
      plans,
      store,
      now,
      patienceMs: times.mentionMs,
      onError: report('a plan could not go with a message as it is'),
    }),
    telling,
    note(effects) {
      for (const effect of effects) {
        if (effect.type === 'plan_progress') progress.note(effect)
        else if (effect.type === 'plan_version') versionBlocks.note(effect)
      }
      if (effects.some(({ type }) => type === 'plan_suggestion')) suggestions.wake()
    },
    async close() {
      await suggestions.close()
      await versionBlocks.close()
      telling.close()
      await telling.idle()
      await progress.close()
    },
  }
}
