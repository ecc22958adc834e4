import { z } from 'zod'
import {
  Plan,
  PlanFolder,
  planLabelLimit,
  planMarkdownLimit,
  PlanState,
  PlanText,
  planTitleLimit,
} from '#shared/domain/plan.ts'
import { canDeletePlan, canEditPlans } from '#shared/domain/policies.ts'
import { PlanId, PlanVersionId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { addVersion } from './add-version.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow } from '../transaction.ts'

export const CreatePlanArgs = z.object({
  planId: PlanId,
  title: z.string().trim().max(planTitleLimit),
  folder: PlanFolder.default(''),
})
export type CreatePlanArgs = z.infer<typeof CreatePlanArgs>

/** A plan in the lists; its document comes from the device that makes it, when it reaches the plan's room. */
export const createPlan = defineMutator({
  name: 'createPlan',
  args: CreatePlanArgs,
  intent: (args) => `plan/${args.planId}`,
  async run(tx, { planId, title, folder }, { role, userId, now }) {
    if (!canEditPlans(role)) return err(refusal('not_allowed'))
    const known = await getRow(tx, keys.plan(planId), Plan)
    if (known !== undefined) return known.createdBy === userId ? ok() : err(refusal('conflict', 'this plan exists'))
    await putRow(tx, keys.plan(planId), {
      id: planId,
      title,
      folder,
      state: 'draft',
      createdBy: userId,
      createdAt: now,
      updatedAt: now,
      updatedBy: { kind: 'person', userId },
      excerpt: '',
      words: 0,
      steps: { done: 0, total: 0 },
      version: 0,
    } satisfies Plan)
    return ok()
  },
})

export const ChangePlanArgs = z.object({
  planId: PlanId,
  folder: PlanFolder.optional(),
  state: PlanState.optional(),
  archived: z.boolean().optional(),
  /** Whether runs at it are told of changes by themselves. */
  tells: z.boolean().optional(),
})
export type ChangePlanArgs = z.infer<typeof ChangePlanArgs>

/** Each press says only what it changes, so that two people who change different things both have their way. */
export const changePlan = defineMutator({
  name: 'changePlan',
  args: ChangePlanArgs,
  async run(tx, { planId, folder, state, archived, tells }, { role, userId, now }) {
    if (!canEditPlans(role)) return err(refusal('not_allowed'))
    const plan = await getRow(tx, keys.plan(planId), Plan)
    if (plan === undefined) return err(refusal('not_found', 'plan'))
    await putRow(tx, keys.plan(planId), {
      ...plan,
      folder: folder ?? plan.folder,
      state: state ?? plan.state,
      archivedAt: archived === undefined ? plan.archivedAt : archived ? (plan.archivedAt ?? now) : undefined,
      untouched: undefined,
      tells: tells === undefined ? plan.tells : tells ? (plan.tells ?? { by: userId, at: now }) : undefined,
      updatedAt: now,
      updatedBy: { kind: 'person', userId },
    })
    return ok()
  },
})

export const DeletePlanArgs = z.object({ planId: PlanId })
export type DeletePlanArgs = z.infer<typeof DeletePlanArgs>

export const deletePlan = defineMutator({
  name: 'deletePlan',
  args: DeletePlanArgs,
  async run(tx, { planId }, { role, userId }) {
    if (!canEditPlans(role)) return err(refusal('not_allowed'))
    const plan = await getRow(tx, keys.plan(planId), Plan)
    if (plan === undefined) return ok()
    if (!canDeletePlan(role, userId, plan.createdBy))
      return err(refusal('not_allowed', 'only who made a plan, and admins, delete it'))
    await tx.del(keys.plan(planId))
    if ((await getRow(tx, keys.planText(planId), PlanText)) !== undefined) await tx.del(keys.planText(planId))
    if ((await tx.get(keys.planShare(planId))) !== undefined) await tx.del(keys.planShare(planId))
    for (const rows of [keys.planVersionsOf(planId), keys.planCommentsOf(planId), keys.planReviewsOf(planId)])
      for (const [key] of await tx.scan(rows)) await tx.del(key)
    return ok()
  },
})

export const SavePlanVersionArgs = z.object({
  planId: PlanId,
  versionId: PlanVersionId,
  origin: z.enum(['named', 'restore', 'execute', 'import']),
  label: z.string().trim().min(1).max(planLabelLimit).optional(),
  restoredFrom: z.number().int().positive().optional(),
  /** The document as its maker saw it, whatever others write meanwhile. */
  markdown: z.string().max(planMarkdownLimit),
})
export type SavePlanVersionArgs = z.infer<typeof SavePlanVersionArgs>

/** Keeps what a person sees as a version. It holds their own text, so it is right also where it was made without a network. */
export const savePlanVersion = defineMutator({
  name: 'savePlanVersion',
  args: SavePlanVersionArgs,
  intent: (args) => `plan-version/${args.versionId}`,
  async run(tx, { planId, versionId, origin, label, restoredFrom, markdown }, context) {
    if (!canEditPlans(context.role)) return err(refusal('not_allowed'))
    const plan = await getRow(tx, keys.plan(planId), Plan)
    if (plan === undefined) return err(refusal('not_found', 'plan'))
    await addVersion(tx, plan, { id: versionId, origin, label, restoredFrom, markdown }, context)
    return ok()
  },
})
