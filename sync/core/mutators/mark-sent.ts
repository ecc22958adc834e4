import { PlanComment } from '#shared/domain/plan-comment.ts'
import type { PlanCommentId, PlanId, RunId } from '#shared/ids.ts'
import { keys } from '../keys.ts'
import type { MutationContext } from '../mutator.ts'
import { getRow, putRow, type WriteTransaction } from '../transaction.ts'

/** An agent was given these. A thread that went meanwhile is passed over: its words are in the message. */
export async function markSent(
  tx: WriteTransaction,
  {
    planId,
    threads,
    runId,
  }: { readonly planId: PlanId; readonly threads: readonly PlanCommentId[]; readonly runId: RunId },
  { userId, now }: MutationContext,
): Promise<void> {
  for (const thread of threads) {
    const key = keys.planComment(planId, thread)
    const first = await getRow(tx, key, PlanComment)
    if (first?.thread === undefined && first !== undefined)
      await putRow(tx, key, { ...first, sent: { runId, by: userId, at: now } } satisfies PlanComment)
  }
}
