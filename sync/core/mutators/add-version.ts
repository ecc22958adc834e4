import type { Plan, PlanVersion } from '#shared/domain/plan.ts'
import { countWords } from '#shared/words.ts'
import { keys } from '../keys.ts'
import type { MutationContext } from '../mutator.ts'
import { putRow, type WriteTransaction } from '../transaction.ts'

/** Makes the next version of a plan, by the person who acts. */
export async function addVersion(
  tx: WriteTransaction,
  plan: Plan,
  version: Pick<PlanVersion, 'id' | 'origin' | 'label' | 'restoredFrom' | 'runId'> & { readonly markdown: string },
  { userId, teamId, now, effect, digest }: MutationContext,
): Promise<number> {
  const { markdown, ...rest } = version
  const n = plan.version + 1
  await putRow(tx, keys.plan(plan.id), { ...plan, version: n, untouched: undefined })
  await putRow(tx, keys.planVersion(plan.id, n), {
    ...rest,
    planId: plan.id,
    n,
    at: now,
    by: [{ kind: 'person', userId }],
    words: countWords(markdown),
    ...(digest === undefined ? {} : { digest: digest(markdown) }),
  } satisfies PlanVersion)
  effect({ type: 'plan_version', teamId, planId: plan.id, versionId: version.id, n, markdown })
  return n
}
