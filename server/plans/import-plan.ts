import { randomBytes } from 'node:crypto'
import { applyUpdate } from 'yjs'
import { planMarkdownLimit, type Plan } from '#shared/domain/plan.ts'
import { PlanId, PlanVersionId, uuidv7 } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import type { MutationContext } from '#sync/core/mutator.ts'
import { createPlan, savePlanVersion } from '#sync/core/mutators/plans.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { Actor } from '../auth/actor.ts'
import type { Plans } from './create-plans.ts'
import { textDigest } from './text-digest.ts'

export type ImportPlanDeps = TransactDeps & { readonly plans: Plans }

export type NewPlan = {
  readonly title?: string | undefined
  readonly folder?: string | undefined
  readonly markdown: string
}

/**
 * A plan made of a Markdown file. The document comes first: if the rest fails nobody sees any of it, and what was stored goes with what is pruned.
 */
export async function importPlan(
  deps: ImportPlanDeps,
  actor: Actor,
  { title, folder = '', markdown }: NewPlan,
): Promise<Result<{ readonly id: Plan['id'] }, Refusal>> {
  const random = (): string => uuidv7(deps.now(), randomBytes(10))
  const planId = PlanId.parse(random())
  const plan = { teamId: actor.teamId, planId }
  const update = await deps.plans.writePlan({ title, markdown })
  const author = { kind: 'person', userId: actor.userId } as const
  const changed = await deps.plans.change(plan, author, (doc) => applyUpdate(doc, update))
  if (changed.outcome === 'full' || changed.outcome === 'malformed')
    return err(refusal('too_large', 'This is longer than a plan may be.'))
  if (changed.outcome === 'busy') return err(refusal('rate_limited', 'Too many plans are open. Try again in a moment.'))
  const { reading: stored } = await deps.plans.readPlan(plan)
  if (stored.markdown.length > planMarkdownLimit) return err(refusal('too_large', 'This is longer than a plan may be.'))
  let refused: Refusal | undefined
  await transact(
    deps,
    async (tx) => {
      const rows = tx.space(teamSpace(actor.teamId))
      const context: MutationContext = {
        userId: actor.userId,
        role: actor.role,
        teamId: actor.teamId,
        now: tx.now,
        side: 'server',
        effect: (effect) => tx.effect(effect),
        digest: textDigest,
      }
      const made = await createPlan.run(rows, { planId, title: stored.title, folder }, context)
      const kept = made.ok
        ? await savePlanVersion.run(
            rows,
            { planId, versionId: PlanVersionId.parse(random()), origin: 'import', markdown: stored.markdown },
            context,
          )
        : made
      refused = kept.ok ? undefined : kept.error
      return kept.ok ? undefined : false
    },
    { user: actor.userId },
  )
  if (refused !== undefined) return err(refused)
  await deps.plans.projector.project(plan)
  return ok({ id: planId })
}
