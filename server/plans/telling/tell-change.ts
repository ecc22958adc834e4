import { PlanVersion, type Plan, type PlanAuthor } from '#shared/domain/plan.ts'
import { planChangePrompt } from '#shared/domain/plan-run.ts'
import { Prompt, promptLimit, queueLimit } from '#shared/domain/prompt.ts'
import type { Run } from '#shared/domain/run.ts'
import { PlanVersionId, PromptId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { countWords } from '#shared/words.ts'
import { keys } from '#sync/core/keys.ts'
import { cutChanges } from '#sync/core/plan/changes.ts'
import { getRow, putRow, scanRows, type WriteTransaction } from '#sync/core/transaction.ts'
import { createRecordedTransaction } from '#sync/server/recorded-transaction.ts'
import { transact, type ServerTransaction, type TransactDeps } from '#sync/server/transact.ts'
import type { JobStore } from '../../db/job-store.ts'
import type { Plans } from '../create-plans.ts'
import type { DocumentFacts } from '../document-store.ts'
import { stableId } from '../stable-id.ts'
import { readStanding, type Standing, type VersionRef } from './standing.ts'
import type { TellableRun } from './tellable-runs.ts'

export type TellChangeDeps = TransactDeps & {
  readonly plans: Pick<Plans, 'documents' | 'readPlan' | 'comparePlans'>
  readonly jobs: Pick<JobStore, 'job'>
  /** A run is told at most once in so long. */
  readonly everyMs: number
}

/** Of `PlanVersion.by`. */
const maxAuthors = 20
/** For what stands around the changes in the message. */
const messageRoom = 1_000

/**
 * Tells the agent of a run, for after its turn, what is another in its plan than in the version that it knows. What it wrote itself it knows.
 * @returns `false`: it is too early, and is to be looked at again.
 */
export async function tellChange(deps: TellChangeDeps, found: TellableRun): Promise<boolean> {
  const { teamId, runId, planId, seq } = found
  const space = teamSpace(teamId)
  const plan = { teamId, planId }
  const isDispatched = async (promptId: PromptId): Promise<boolean> =>
    (await deps.jobs.job(runId))?.assignment.prompt.promptId === promptId
  const rows = createRecordedTransaction(deps.store, space)
  const seen = await readStanding(rows, found, isDispatched)
  if (seen === undefined) return true
  if (deps.now() - (seen.run.plan.told?.at ?? 0) < deps.everyMs) return false
  const before = await deps.plans.documents.version(plan, seen.base.versionId)
  const facts = await deps.plans.documents.facts(plan)
  if (before === undefined || facts === undefined) return true
  const { reading, seq: readSeq } = await deps.plans.readPlan(plan)
  // Somebody writes again.
  if (readSeq !== seq) return false
  const now = reading.markdown
  const changes = await deps.plans.comparePlans(before, now)
  if (changes === undefined && seen.waiting === undefined) return true
  const name = `${runId}/${seen.base.versionId}/${seq}`
  const newest = await getRow(rows, keys.planVersion(planId, seen.plan.version), PlanVersion)
  const isNewest = newest !== undefined && (await deps.plans.documents.version(plan, newest.id)) === now
  const told: Told = {
    promptId: PromptId.parse(stableId(`plan-told/${name}`)),
    title: reading.title,
    text: planChangePrompt(reading.title, cutChanges(changes ?? '', promptLimit - messageRoom)),
    markdown: now,
    version: isNewest ? { version: newest.n, versionId: newest.id } : undefined,
    versionId: PlanVersionId.parse(stableId(`plan-version/${name}`)),
    facts,
  }
  const outcome = await transact(
    deps,
    async (tx) => {
      const team = tx.space(space)
      const still = await readStanding(team, found, isDispatched)
      if (still === undefined || !isSame(still, seen)) return false
      if (still.waiting !== undefined) await team.del(keys.prompt(runId, still.waiting.id))
      return changes === undefined ? untell(tx, team, still) : tell(tx, team, still, told)
    },
    { intent: { space, effect: `prompt/${told.promptId}` } },
  )
  return outcome.status !== 'nothing'
}

type Told = {
  readonly promptId: PromptId
  readonly title: string
  readonly text: string
  readonly markdown: string
  /** The newest one, where it says the same; else one is made, with this id. */
  readonly version: VersionRef | undefined
  readonly versionId: PlanVersionId
  readonly facts: DocumentFacts
}

function isSame(a: Standing, b: Standing): boolean {
  return (
    a.base.versionId === b.base.versionId &&
    a.run.plan.told?.versionId === b.run.plan.told?.versionId &&
    a.waiting?.id === b.waiting?.id &&
    a.plan.version === b.plan.version
  )
}

async function tell(tx: ServerTransaction, rows: WriteTransaction, now: Standing, told: Told): Promise<void | false> {
  const { run, plan, base } = now
  const queue = await scanRows(rows, keys.promptsOf(run.id), Prompt)
  if (queue.length >= queueLimit) return false
  const version = told.version ?? (await makeVersion(tx, rows, now, told))
  await putRow(rows, keys.prompt(run.id, told.promptId), {
    id: told.promptId,
    runId: run.id,
    text: told.text,
    mode: 'queue',
    order: now.waiting?.order ?? Math.max(0, ...queue.map(({ order }) => order)) + 1,
    by: plan.tells.by,
    createdAt: tx.now,
    state: 'accepted',
    automatic: true,
    plans: [{ planId: plan.id, title: told.title, version: { n: version.version, id: version.versionId, at: tx.now } }],
  } satisfies Prompt)
  await putRow(rows, keys.run(run.id), {
    ...run,
    plan: { ...run.plan, told: { ...version, at: tx.now, own: { promptId: told.promptId, from: base } } },
  } satisfies Run)
  return undefined
}

async function makeVersion(
  tx: ServerTransaction,
  rows: WriteTransaction,
  { run, plan }: Standing,
  { versionId, markdown, facts }: Told,
): Promise<VersionRef> {
  const n = plan.version + 1
  await putRow(rows, keys.plan(plan.id), { ...plan, version: n } satisfies Plan)
  await putRow(rows, keys.planVersion(plan.id, n), {
    planId: plan.id,
    n,
    id: versionId,
    at: tx.now,
    by: authorsOf(facts),
    origin: 'mention',
    runId: run.id,
    words: countWords(markdown),
  } satisfies PlanVersion)
  tx.effect({ type: 'plan_version', teamId: run.teamId, planId: plan.id, versionId, n, markdown })
  return { version: n, versionId }
}

/** It was changed back before the agent heard of it. */
async function untell(tx: ServerTransaction, rows: WriteTransaction, { run, base }: Standing): Promise<void> {
  const { told: _told, ...plan } = run.plan
  const told = base.versionId === plan.versionId ? {} : { told: { ...base, at: tx.now } }
  await putRow(rows, keys.run(run.id), { ...run, plan: { ...plan, ...told } } satisfies Run)
}

function authorsOf({ changedBy, writers }: DocumentFacts): PlanAuthor[] {
  const wrote = writers.toSorted((a, b) => b.at - a.at).map(({ author }) => author)
  return wrote.length === 0 ? [changedBy] : wrote.slice(0, maxAuthors)
}
