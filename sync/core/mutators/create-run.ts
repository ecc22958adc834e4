import { z } from 'zod'
import { Attachments } from '#shared/domain/attachment.ts'
import { Budgets, callsNoModel } from '#shared/domain/budget.ts'
import { canStartRuns } from '#shared/domain/policies.ts'
import { plainMentions } from '#shared/domain/plan-mention.ts'
import { promptLimit } from '#shared/domain/prompt.ts'
import { Run, RunConfig, RunSource, titleFromPrompt } from '#shared/domain/run.ts'
import { Plan, planMarkdownLimit, planTitleLimit } from '#shared/domain/plan.ts'
import { openThreadsLimit } from '#shared/domain/plan-comment.ts'
import { modelFor } from '#shared/domain/team-agents.ts'
import { PlanScope, RunPlanCommit, type RunPlan } from '#shared/domain/plan-run.ts'
import { PlanCommentId, PlanId, PlanVersionId, PromptId, RunId } from '#shared/ids.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator, type MutationContext } from '../mutator.ts'
import { useEnvironment } from './use-environment.ts'
import { dispatchOf } from './next-turn.ts'
import { withPictures } from './prompt-attachments.ts'
import { mayUse } from './team-agents.ts'
import { markSent } from './mark-sent.ts'
import { addVersion } from './add-version.ts'
import { getRow, putRow, type WriteTransaction } from '../transaction.ts'

export const CreateRunArgs = z.object({
  runId: RunId,
  /** Names the first message, so that a repeated start can't send it twice. */
  promptId: PromptId,
  prompt: z.string().min(1).max(promptLimit),
  attachments: Attachments.optional(),
  title: z.string().min(1).max(200).optional(),
  source: RunSource.default('WEB_APP'),
  config: RunConfig,
  /** Starts from a plan: the version is made with the run, of the text that its person saw. */
  plan: z
    .object({
      planId: PlanId,
      versionId: PlanVersionId,
      scope: PlanScope,
      part: z.string().max(planTitleLimit).optional(),
      commit: RunPlanCommit.optional(),
      /** All of the plan. */
      markdown: z.string().max(planMarkdownLimit),
    })
    .optional(),
  /** Open threads that the prompt gives to its agent. */
  planThreads: z.object({ planId: PlanId, threads: z.array(PlanCommentId).min(1).max(openThreadsLimit) }).optional(),
})
export type CreateRunArgs = z.infer<typeof CreateRunArgs>

export const createRun = defineMutator({
  name: 'createRun',
  args: CreateRunArgs,
  intent: (args) => `run/${args.runId}`,
  async run(tx, args, context) {
    if (!canStartRuns(context.role)) return err(refusal('not_allowed'))
    const key = keys.run(args.runId)
    const known = await getRow(tx, key, Run)
    if (known !== undefined)
      return known.createdBy === context.userId ? ok() : err(refusal('conflict', 'this run exists'))
    const inside = await useEnvironment(tx, args, context)
    if (!inside.ok) return inside
    const allowed = await mayUse(tx, args.config)
    if (!allowed.ok) return allowed
    const model = modelFor(allowed.value, args.config)
    const limitUsd = await limitOfRun(tx, args.config)
    const config: RunConfig = {
      ...args.config,
      ...(model === undefined ? {} : { model }),
      ...(limitUsd === undefined ? {} : { budgetUsd: limitUsd }),
    }
    const plan = args.plan === undefined ? undefined : await startPlan(tx, args.runId, args.plan, context)
    if (plan !== undefined && !plan.ok) return plan
    const run: Run = {
      id: args.runId,
      teamId: context.teamId,
      title: args.title ?? titleFromPrompt(args.prompt),
      prompt: plainMentions(args.prompt).slice(0, 300),
      createdBy: context.userId,
      source: args.source,
      config,
      ...(limitUsd === undefined ? {} : { budget: { limitUsd } }),
      ...(plan === undefined ? {} : { plan: plan.value }),
      state: 'QUEUED',
      stateAt: context.now,
      turn: 1,
      createdAt: context.now,
      updatedAt: context.now,
    }
    const full = withPictures(run, args.attachments)
    if (!full.ok) return full
    await putRow(tx, key, full.value)
    if (args.planThreads !== undefined) await markSent(tx, { ...args.planThreads, runId: run.id }, context)
    context.effect({ type: 'transition', runId: run.id, event: 'create', from: null, to: 'QUEUED' })
    context.effect(
      dispatchOf(run, { id: args.promptId, text: args.prompt, by: context.userId, attachments: args.attachments }),
    )
    return ok()
  },
})

/** What it may spend before it asks: what was asked for, else what the team has set. */
async function limitOfRun(tx: WriteTransaction, config: RunConfig): Promise<number | undefined> {
  if (callsNoModel(config.harness)) return undefined
  return config.budgetUsd ?? (await getRow(tx, keys.budgets, Budgets))?.runUsd
}

/** Pins what is to be done: from here on the plan may change, the version does not. */
async function startPlan(
  tx: WriteTransaction,
  runId: RunId,
  { planId, versionId, scope, part, commit, markdown }: NonNullable<CreateRunArgs['plan']>,
  context: MutationContext,
): Promise<Result<RunPlan, Refusal>> {
  const plan = await getRow(tx, keys.plan(planId), Plan)
  if (plan === undefined) return err(refusal('not_found', 'plan'))
  // What is only written down somewhere is not being done.
  const going = commit === undefined ? ({ ...plan, state: 'executing', updatedAt: context.now } as const) : plan
  const version = await addVersion(tx, going, { id: versionId, origin: 'execute', runId, markdown }, context)
  return ok({
    planId,
    version,
    versionId,
    title: plan.title,
    scope,
    ...(part === undefined ? {} : { part }),
    ...(commit === undefined ? {} : { commit }),
  })
}
