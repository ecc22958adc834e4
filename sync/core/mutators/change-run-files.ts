import { z } from 'zod'
import { canReviewRuns } from '#shared/domain/policies.ts'
import { FileOp, fileOpsLimit, ReviewChange, reviewChangesKept, summaryOf } from '#shared/domain/review-change.ts'
import { Run } from '#shared/domain/run.ts'
import { Member } from '#shared/domain/team.ts'
import { keptTextBytes } from '#shared/domain/transcript.ts'
import { DeliveryId, ReviewChangeId, RunId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow, scanRows, type WriteTransaction } from '../transaction.ts'

export const ChangeRunFilesArgs = z.object({
  runId: RunId,
  changeId: ReviewChangeId,
  deliveryId: DeliveryId,
  ops: z.array(FileOp).min(1).max(fileOpsLimit),
})
export type ChangeRunFilesArgs = z.infer<typeof ChangeRunFilesArgs>

/**
 * Changes files in the workspace of a run, all of them or none: the machine that has the workspace does it, whether the
 * agent works, rests or has ended, and only on the very contents that the person saw.
 */
export const changeRunFiles = defineMutator({
  name: 'changeRunFiles',
  args: ChangeRunFilesArgs,
  intent: (args) => `review-change/${args.changeId}`,
  async run(tx, { runId, changeId, deliveryId, ops }, context) {
    const { role, userId, now } = context
    if (!canReviewRuns(role)) return err(refusal('not_allowed'))
    const run = await getRow(tx, keys.run(runId), Run)
    if (run === undefined) return err(refusal('not_found', 'run'))
    const key = keys.reviewChange(runId, changeId)
    if ((await tx.get(key)) !== undefined) return ok()
    if (new Set(ops.map((op) => op.path)).size < ops.length)
      return err(refusal('invalid', 'each file once in one change'))
    const units = ops.reduce((sum, op) => sum + (op.kind === 'write' ? op.text.length : 0), 0)
    if (units > keptTextBytes) return err(refusal('too_large', `${keptTextBytes / 1000} KB at once`))
    const known = await scanRows(tx, keys.reviewChangesOf(runId), ReviewChange)
    if (known.filter(isUnderWay).length >= reviewChangesKept)
      return err(refusal('too_many', `${reviewChangesKept} changes wait already`))
    await forgetOldest(tx, known)
    await putRow(tx, key, {
      id: changeId,
      runId,
      by: userId,
      at: now,
      ops: summaryOf(ops),
      count: ops.length,
      state: 'accepted',
    } satisfies ReviewChange)
    const member = await getRow(tx, keys.member(userId), Member)
    const name = context.guest === true ? undefined : member?.name
    context.effect({
      type: 'deliver',
      deliveryId,
      runId,
      row: key,
      body: { type: 'files', changeId, by: userId, name: (name ?? '').trim().slice(0, 120), ops },
    })
    return ok()
  },
})

function isUnderWay({ state }: ReviewChange): boolean {
  return state === 'accepted' || state === 'delivered'
}

/** So that one more has room. Those under way stay: their outcome has to be shown somewhere. */
async function forgetOldest(tx: WriteTransaction, known: readonly ReviewChange[]): Promise<void> {
  const settled = known.filter((one) => !isUnderWay(one)).toSorted((a, b) => a.at - b.at)
  for (const { runId, id } of settled.slice(0, Math.max(0, known.length + 1 - reviewChangesKept)))
    await tx.del(keys.reviewChange(runId, id))
}
