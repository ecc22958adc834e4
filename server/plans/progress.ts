import { sameStep } from '#shared/domain/plan-run.ts'
import { Run } from '#shared/domain/run.ts'
import { RunTasks } from '#shared/domain/transcript.ts'
import type { RunId, TeamId } from '#shared/ids.ts'
import { runSpace, teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { readBody } from '#sync/core/plan/body.ts'
import { partOf } from '#sync/core/plan/scope.ts'
import { tickSteps } from '#sync/core/plan/tick-steps.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { Database } from '../db/database.ts'
import type { Plans } from './create-plans.ts'

/** Runs looked at again after a start: what a process that died had not ticked yet. */
const lookBackMs = 24 * 60 * 60_000
const lookBackRuns = 500
/** Runs of which it is known what was ticked for them. */
const rememberedRuns = 500

export type PlanProgressDeps = {
  readonly store: Pick<SpaceStore, 'read'>
  readonly plans: Pick<Plans, 'read' | 'change'>
  readonly database: Database
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

/** Ticks the steps of plans as the tasks of the runs that execute them are done. */
export type PlanProgress = {
  /** The tasks of this run may have changed. */
  note(run: { readonly teamId: TeamId; readonly runId: RunId }): void
  /** Resolves when everything noted is done. */
  close(): Promise<void>
}

export function createPlanProgress(deps: PlanProgressDeps): PlanProgress {
  const ticked = new Map<RunId, Set<string>>()
  /** Runs to look at; one at a time, so a run that reports quickly is looked at once for what came meanwhile. */
  const waiting = new Map<RunId, TeamId>()
  let working: Promise<void> | undefined
  let closed = false

  async function work(): Promise<void> {
    for (let next = waiting.entries().next(); next.done !== true && !closed; next = waiting.entries().next()) {
      const [runId, teamId] = next.value
      waiting.delete(runId)
      const before = ticked.get(runId) ?? new Set()
      // The run that was looked at last is the newest.
      ticked.delete(runId)
      ticked.set(runId, before)
      for (const oldest of ticked.keys()) if (ticked.size > rememberedRuns) ticked.delete(oldest)
      await tick(deps, { teamId, runId }, before).catch(deps.onError)
    }
    working = undefined
  }
  const note = ({ teamId, runId }: { teamId: TeamId; runId: RunId }): void => {
    waiting.set(runId, teamId)
    working ??= work()
  }

  async function lookBack(): Promise<void> {
    const rows = await deps.database.query<{ teamId: TeamId; runId: RunId }>(
      `select team_id as "teamId", run_id as "runId" from run_job where queued_at > $1 order by queued_at desc limit $2`,
      [deps.now() - lookBackMs, lookBackRuns],
    )
    for (const row of rows) note(row)
  }
  const looking = lookBack().catch(deps.onError)

  return {
    note,
    async close() {
      closed = true
      await looking
      await working
    },
  }
}

/** `ticked`: steps that were ticked for this run already. One that a person has opened again since stays open. */
async function tick(
  deps: PlanProgressDeps,
  { teamId, runId }: { readonly teamId: TeamId; readonly runId: RunId },
  ticked: Set<string>,
): Promise<void> {
  const [team, own] = await Promise.all([
    deps.store.read(teamSpace(teamId), [keys.run(runId)]),
    deps.store.read(runSpace(runId), [keys.tasks]),
  ])
  const run = Run.safeParse(team.rows[0]?.value).data
  const tasks = RunTasks.safeParse(own.rows[0]?.value).data?.tasks ?? []
  const done = tasks.filter(({ status }) => status === 'completed')
  if (run?.plan === undefined || run.plan.commit !== undefined || done.length === 0) return
  const { planId, scope } = run.plan
  const plan = { teamId, planId }
  const openIn = (doc: Parameters<Parameters<typeof deps.plans.read>[1]>[0]): ReadonlySet<string> => {
    const steps = partOf(readBody(doc), scope)?.steps ?? []
    const isDone = (text: string): boolean => done.some((task) => sameStep(text, task.text))
    const isNew = (id: string | null): id is string => id !== null && !ticked.has(id)
    return new Set(steps.flatMap(({ id, text, checked }) => (isNew(id) && !checked && isDone(text) ? [id] : [])))
  }
  const open = await deps.plans.read(plan, openIn)
  if (open.size === 0) return
  const author = { kind: 'agent', runId, harness: run.config.harness } as const
  const changed = await deps.plans.change(plan, author, (doc) => void tickSteps(doc, open), { version: false })
  if (changed.outcome === 'stored') for (const id of open) ticked.add(id)
}
