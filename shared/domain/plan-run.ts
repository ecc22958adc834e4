import { z } from 'zod'
import { PlanId, PlanVersionId, PromptId } from '../ids.ts'
import { planTitleLimit } from './plan.ts'

/** Names a section or a step within its plan: the attribute `id` of a heading or of a box of a check list. */
export const PlanPartId = z.string().min(1).max(64)
export type PlanPartId = z.infer<typeof PlanPartId>

/** Steps that can be chosen one by one. */
export const chosenStepsLimit = 100

/** What of a plan is to be done. */
export const PlanScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('whole') }),
  z.object({ kind: z.literal('section'), id: PlanPartId }),
  z.object({ kind: z.literal('steps'), ids: z.array(PlanPartId).min(1).max(chosenStepsLimit) }),
])
export type PlanScope = z.infer<typeof PlanScope>

/** Number and id of a version. */
const versionRef = { version: z.number().int().positive(), versionId: PlanVersionId }
/** Where a run writes the plan's text, instead of executing it. What may stand here is checked where the run is made (`plan-commit.ts`). */
export const RunPlanCommit = z.object({ path: z.string().min(1).max(300), branch: z.string().min(1).max(250) })
export type RunPlanCommit = z.infer<typeof RunPlanCommit>

/** The plan that a run executes: that very version, whatever becomes of the plan meanwhile. */
export const RunPlan = z.object({
  planId: PlanId,
  /** Of the version that the run was started from. */
  ...versionRef,
  title: z.string().max(planTitleLimit),
  scope: PlanScope,
  /** The section's heading, or the first of the steps; absent: the whole plan. */
  part: z.string().max(planTitleLimit).optional(),
  commit: RunPlanCommit.optional(),
  /** The newest version that the agent was told of, where that is a later one. */
  told: z
    .object({
      ...versionRef,
      /** Absent: told before this was written down. */
      at: z.number().optional(),
      /** By itself: the message, and the version that it speaks of as the one before. */
      own: z.object({ promptId: PromptId, from: z.object(versionRef) }).optional(),
    })
    .optional(),
})
export type RunPlan = z.infer<typeof RunPlan>

/** What an agent is told when its plan has changed. `changes`: unified diff of the Markdown. */
export function planChangePrompt(title: string, changes: string): string {
  return `The plan “${title}” has changed since you began. Follow the plan as it is now; say so if work that is done already has to be undone.\n\n\`\`\`diff\n${changes.trimEnd()}\n\`\`\``
}

/** How the text of a step and that of a task of a run are compared: without marks, space and case. */
export function sameStep(step: string, task: string): boolean {
  return plainStep(step) === plainStep(task) && plainStep(step) !== ''
}

function plainStep(text: string): string {
  return text
    .replace(/^\s*\[[ xX]\]\s+/, '')
    .replace(/[*_`~]/g, '')
    .replace(/\s+/g, ' ')
    .replace(/[.:;,]+$/, '')
    .trim()
    .toLowerCase()
}
