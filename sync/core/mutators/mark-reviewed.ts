import { z } from 'zod'
import { canReviewRuns } from '#shared/domain/policies.ts'
import { FileMark, markedFilesLimit, ReviewMarks } from '#shared/domain/review-marks.ts'
import { RunId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow } from '../transaction.ts'
import { hasRun } from './review-comments.ts'

export const MarkReviewedArgs = z.object({
  runId: RunId,
  /** What holds of each file from now on; an empty mark takes it back. */
  marks: z
    .array(z.object({ path: z.string().min(1).max(1000), mark: FileMark }))
    .min(1)
    .max(markedFilesLimit),
})
export type MarkReviewedArgs = z.infer<typeof MarkReviewedArgs>

/** A person accepts files and hunks, or takes that back. It changes nothing in the workspace. */
export const markReviewed = defineMutator({
  name: 'markReviewed',
  args: MarkReviewedArgs,
  async run(tx, { runId, marks }, { role, userId, now }) {
    if (!canReviewRuns(role)) return err(refusal('not_allowed'))
    if (!(await hasRun(tx, runId))) return err(refusal('not_found', 'run'))
    const key = keys.reviewMarks(runId, userId)
    const known = await getRow(tx, key, ReviewMarks)
    const files = new Map(Object.entries(known?.files ?? {}))
    for (const { path, mark } of marks) {
      // At the end of the order, so that the oldest marks go first.
      files.delete(path)
      if (mark.file !== undefined || (mark.hunks?.length ?? 0) > 0) files.set(path, mark)
    }
    const kept = [...files].slice(-markedFilesLimit)
    await putRow(tx, key, { runId, userId, at: now, files: Object.fromEntries(kept) } satisfies ReviewMarks)
    return ok()
  },
})
