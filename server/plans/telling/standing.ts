import { Plan, PlanVersion } from '#shared/domain/plan.ts'
import type { RunPlan } from '#shared/domain/plan-run.ts'
import { canSteerRuns } from '#shared/domain/policies.ts'
import { Prompt } from '#shared/domain/prompt.ts'
import { Run, hasEnded } from '#shared/domain/run.ts'
import { Member } from '#shared/domain/team.ts'
import type { PlanId, PromptId, RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, type ReadTransaction } from '#sync/core/transaction.ts'

export type VersionRef = Pick<RunPlan, 'version' | 'versionId'>

/** What a run follows now, as the rows say. */
export type Standing = {
  readonly run: Run & { readonly plan: RunPlan }
  readonly plan: Plan & { readonly tells: NonNullable<Plan['tells']> }
  /** The version that its agent knows. */
  readonly base: VersionRef
  /** What was told last and still waits in the queue: what is told now takes its place. */
  readonly waiting: Prompt | undefined
}

/** Versions that are looked through for the agent's own. */
const looksBack = 50

/** @returns `undefined` where nothing is to be told, or there is nobody in whose name. */
export async function readStanding(
  rows: ReadTransaction,
  { runId, planId }: { readonly runId: RunId; readonly planId: PlanId },
  /** Whether the run goes on, or has gone on, with this message. */
  isDispatched: (promptId: PromptId) => Promise<boolean>,
): Promise<Standing | undefined> {
  const run = await getRow(rows, keys.run(runId), Run)
  const plan = await getRow(rows, keys.plan(planId), Plan)
  if (run?.plan?.planId !== planId || hasEnded(run.state) || run.stop !== undefined) return undefined
  // Who only commits the text follows nothing.
  if (plan?.tells === undefined || run.plan.commit !== undefined) return undefined
  const member = await getRow(rows, keys.member(plan.tells.by), Member)
  if (!canSteerRuns(member?.role)) return undefined
  const { told } = run.plan
  const written = await ownVersion(rows, runId, plan, (told ?? run.plan).version)
  const last = told?.own === undefined ? undefined : await getRow(rows, keys.prompt(runId, told.own.promptId), Prompt)
  const isWaiting =
    written === undefined &&
    last?.state === 'accepted' &&
    last.mode === 'queue' &&
    last.automatic === true &&
    !(await isDispatched(last.id))
  const follows = isWaiting ? (told?.own?.from ?? run.plan) : (told ?? run.plan)
  const { version, versionId } = written ?? follows
  return {
    run: { ...run, plan: run.plan },
    plan: { ...plan, tells: plan.tells },
    base: { version, versionId },
    waiting: isWaiting ? last : undefined,
  }
}

/** The newest version since `after` that the agent of this run made: what stands in it, it knows. */
async function ownVersion(
  rows: ReadTransaction,
  runId: RunId,
  plan: Plan,
  after: number,
): Promise<VersionRef | undefined> {
  for (let n = plan.version; n > after && n > plan.version - looksBack; n--) {
    const version = await getRow(rows, keys.planVersion(plan.id, n), PlanVersion)
    if (version?.origin === 'agent' && version.runId === runId) return { version: n, versionId: version.id }
  }
  return undefined
}
