import { z } from 'zod'
import { ReviewChangeId, RunId, UserId } from '../ids.ts'
import { Refusal } from '../refusal.ts'
import { IntentState } from './run.ts'
import { keptTextBytes, ObjectId } from './transcript.ts'

export const fileOpsLimit = 500
export const hunksAtOnce = 500
/** Changes of one run whose outcome is kept; the oldest settled ones go. */
export const reviewChangesKept = 50

const path = z.string().min(1).max(1000)
const line = z.number().int().nonnegative()

/** The place of a hunk in both versions, as its header says it. */
export const HunkPlace = z.object({ oldStart: line, oldLines: line, newStart: line, newLines: line })
export type HunkPlace = z.infer<typeof HunkPlace>

/**
 * What a person does to a file that a run changed. `before` and `after` name the contents that were on the screen; a side
 * that there was not is absent. Where the workspace has another one by then, nothing is done, and the change is `stale`.
 */
export const FileOp = z.discriminatedUnion('kind', [
  /** As it was before the run: a new file goes, a deleted one comes back, a renamed one gets its old name. */
  z.object({ kind: z.literal('revert_file'), path, before: ObjectId.optional(), after: ObjectId.optional() }),
  z.object({
    kind: z.literal('revert_hunks'),
    path,
    before: ObjectId,
    after: ObjectId,
    hunks: z.array(HunkPlace).min(1).max(hunksAtOnce),
  }),
  z.object({ kind: z.literal('write'), path, after: ObjectId, text: z.string().max(keptTextBytes) }),
])
export type FileOp = z.infer<typeof FileOp>

const summary = z.object({ kind: z.enum(['revert_file', 'revert_hunks', 'write']), path, hunks: line.optional() })
const shownOps = 20

/** Row `review-change/<runId>/<id>`: what became of it. The content that was written does not stand in it. */
export const ReviewChange = z.object({
  id: ReviewChangeId,
  runId: RunId,
  by: UserId,
  at: z.number(),
  /** The first of its files. */
  ops: z.array(summary).min(1).max(shownOps),
  /** Files in all. */
  count: z.number().int().positive(),
  state: IntentState,
  refusal: Refusal.optional(),
})
export type ReviewChange = z.infer<typeof ReviewChange>

export function summaryOf(ops: readonly FileOp[]): ReviewChange['ops'] {
  return ops.slice(0, shownOps).map((op) => ({
    kind: op.kind,
    path: op.path,
    ...(op.kind === 'revert_hunks' ? { hunks: op.hunks.length } : {}),
  }))
}
