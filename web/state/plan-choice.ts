import { z } from 'zod'
import { chosenStepsLimit, PlanPartId, type PlanScope } from '#shared/domain/plan-run.ts'
import { EnvironmentId, PlanId } from '#shared/ids.ts'
import type { Workspace } from '#sync/client/workspace.ts'

/**
 * A plan that a new run is to execute, kept in the address: `/new?plan=<id>&section=<id>` or `…&steps=<id>,<id>`. With `&comments=open` the run gets the open
 * comments of the plan, and does not execute it; with `&commit=<path>&branch=<name>&message=<text>` it commits its text.
 */
export const NewRunSearch = z.object({
  plan: PlanId.optional().catch(undefined),
  /** An environment that is chosen in the form. */
  environment: EnvironmentId.optional().catch(undefined),
  section: PlanPartId.optional().catch(undefined),
  steps: z.string().max(7_000).optional().catch(undefined),
  comments: z.literal('open').optional().catch(undefined),
  /** The path that its text is to be committed to, on which branch, and with which words. */
  commit: z.string().max(300).optional().catch(undefined),
  branch: z.string().max(250).optional().catch(undefined),
  message: z.string().max(2_000).optional().catch(undefined),
})
export type NewRunSearch = z.infer<typeof NewRunSearch>

export type PlanChoice = {
  readonly planId: PlanId
  readonly scope: PlanScope
  /** The run gets the open comments, and does not execute the plan. */
  readonly comments?: true
  /** As it was typed: it is checked before anything is done with it. */
  readonly commit?: { readonly path: string; readonly branch: string; readonly message: string }
}

export function choiceOf(search: NewRunSearch): PlanChoice | undefined {
  const { plan, section, steps, comments, commit: path, branch = '', message = '' } = search
  if (plan === undefined) return undefined
  if (path !== undefined) return { planId: plan, scope: { kind: 'whole' }, commit: { path, branch, message } }
  if (comments !== undefined) return { planId: plan, scope: { kind: 'whole' }, comments: true }
  const ids = (steps ?? '').split(',').flatMap((id) => PlanPartId.safeParse(id).data ?? [])
  if (ids.length > 0) return { planId: plan, scope: { kind: 'steps', ids: ids.slice(0, chosenStepsLimit) } }
  return { planId: plan, scope: section === undefined ? { kind: 'whole' } : { kind: 'section', id: section } }
}

export function searchOf({ planId, scope, commit, comments }: PlanChoice): NewRunSearch {
  if (commit !== undefined) return { plan: planId, commit: commit.path, branch: commit.branch, message: commit.message }
  if (comments) return { plan: planId, comments: 'open' }
  switch (scope.kind) {
    case 'whole':
      return { plan: planId }
    case 'section':
      return { plan: planId, section: scope.id }
    case 'steps':
      return { plan: planId, steps: scope.ids.join(',') }
  }
}

/** What was chosen, as this device has it now. */
export type ChosenPlan = {
  readonly title: string
  /** The section's heading, or the first of the steps; `undefined`: the whole plan. */
  readonly part: string | undefined
  /** Markdown of what was chosen, and of all of the plan. */
  readonly chosen: string
  readonly markdown: string
  readonly steps: { readonly open: number; readonly total: number }
}
export type ReadChoice =
  | { readonly outcome: 'read'; readonly plan: ChosenPlan }
  /** `text`: not on this device. `part`: the section or the steps are not in the plan any more. */
  | { readonly outcome: 'plan' | 'text' | 'part' }

/** The code that reads plans is large, so it comes when it is asked for. */
export async function readChoice(workspace: Workspace, choice: PlanChoice): Promise<ReadChoice> {
  const { readChosenPlan } = await import('./read-chosen-plan.ts')
  return readChosenPlan(workspace, choice)
}
