import { z } from 'zod'
import { canRemoveReviewComment, canReviewRuns } from '#shared/domain/policies.ts'
import {
  ReviewAnchor,
  ReviewComment,
  reviewCommentLimit,
  reviewCommentsLimit,
  reviewRepliesLimit,
  reviewThreadsLimit,
} from '#shared/domain/review-comment.ts'
import { Run } from '#shared/domain/run.ts'
import { ReviewCommentId, RunId } from '#shared/ids.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow, scanRows, type ReadTransaction, type WriteTransaction } from '../transaction.ts'
import { SendPromptArgs, sendPrompt } from './send-prompt.ts'

const about = { runId: RunId, commentId: ReviewCommentId }
const text = z.string().trim().min(1).max(reviewCommentLimit)

export const AddReviewCommentArgs = z.object({
  ...about,
  /** The thread that it answers; absent: it begins one. */
  thread: ReviewCommentId.optional(),
  /** What a new thread is about; absent: the changes as a whole. */
  anchor: ReviewAnchor.optional(),
  text,
})
export type AddReviewCommentArgs = z.infer<typeof AddReviewCommentArgs>

/** A remark on the changes of a run. The agent hears of it when it is sent (`sendReviewComments`). */
export const addReviewComment = defineMutator({
  name: 'addReviewComment',
  args: AddReviewCommentArgs,
  intent: (args) => `review-comment/${args.commentId}`,
  async run(tx, { runId, commentId, thread, anchor, text: words }, { role, userId, now }) {
    if (!canReviewRuns(role)) return err(refusal('not_allowed'))
    if (!(await hasRun(tx, runId))) return err(refusal('not_found', 'run'))
    const all = await commentsOf(tx, runId)
    const known = all.find(({ id }) => id === commentId)
    if (known !== undefined) return known.by === userId ? ok() : err(refusal('conflict', 'this comment exists'))
    const room = roomFor(all, thread)
    if (!room.ok) return room
    const comment = { id: commentId, runId, text: words, by: userId, at: now }
    const begins = thread === undefined
    await putRow(
      tx,
      keys.reviewComment(runId, commentId),
      begins ? { ...comment, anchor } : ({ ...comment, thread } satisfies ReviewComment),
    )
    const first = all.find(({ id }) => id === thread)
    // What is answered is not settled: nobody would see the answer.
    if (first?.resolved !== undefined)
      await putRow(tx, keys.reviewComment(runId, first.id), { ...first, resolved: undefined })
    return ok()
  },
})

function roomFor(all: readonly ReviewComment[], thread: ReviewCommentId | undefined): Result<void, Refusal> {
  if (all.length >= reviewCommentsLimit) return err(refusal('too_many', `${reviewCommentsLimit} comments of a run`))
  if (thread === undefined) return openOf(all) < reviewThreadsLimit ? ok() : tooManyOpen
  if (!all.some(({ id, thread: of }) => id === thread && of === undefined)) return err(refusal('not_found', 'thread'))
  return all.filter((one) => one.thread === thread).length < reviewRepliesLimit
    ? ok()
    : err(refusal('too_many', `${reviewRepliesLimit} answers in a thread`))
}

const tooManyOpen = err(refusal('too_many', `${reviewThreadsLimit} open threads`))

function openOf(all: readonly ReviewComment[]): number {
  return all.filter(({ thread, resolved }) => thread === undefined && resolved === undefined).length
}

export const EditReviewCommentArgs = z.object({ ...about, text })
export type EditReviewCommentArgs = z.infer<typeof EditReviewCommentArgs>

export const editReviewComment = defineMutator({
  name: 'editReviewComment',
  args: EditReviewCommentArgs,
  async run(tx, { runId, commentId, text: words }, { role, userId, now }) {
    if (!canReviewRuns(role)) return err(refusal('not_allowed'))
    if (!(await hasRun(tx, runId))) return err(refusal('not_found', 'run'))
    const key = keys.reviewComment(runId, commentId)
    const comment = await getRow(tx, key, ReviewComment)
    if (comment === undefined || comment.removed) return err(refusal('not_found', 'comment'))
    if (comment.by !== userId) return err(refusal('not_allowed', 'people edit their own comments'))
    if (comment.text !== words)
      await putRow(tx, key, { ...comment, text: words, editedAt: now } satisfies ReviewComment)
    return ok()
  },
})

export const RemoveReviewCommentArgs = z.object(about)
export type RemoveReviewCommentArgs = z.infer<typeof RemoveReviewCommentArgs>

/** The first of a thread goes with the last of its answers: until then it stands without its text. */
export const removeReviewComment = defineMutator({
  name: 'removeReviewComment',
  args: RemoveReviewCommentArgs,
  async run(tx, { runId, commentId }, { role, userId }) {
    if (!canReviewRuns(role)) return err(refusal('not_allowed'))
    if (!(await hasRun(tx, runId))) return err(refusal('not_found', 'run'))
    const all = await commentsOf(tx, runId)
    const comment = all.find(({ id }) => id === commentId)
    if (comment === undefined) return ok()
    if (!canRemoveReviewComment(role, userId, comment.by))
      return err(refusal('not_allowed', 'only its author, and admins, delete a comment'))
    const thread = comment.thread ?? commentId
    const others = all.filter((one) => one.thread === thread && one.id !== commentId)
    const key = keys.reviewComment(runId, commentId)
    if (comment.thread === undefined && others.length > 0) {
      await putRow(tx, key, { ...comment, text: '', removed: true } satisfies ReviewComment)
      return ok()
    }
    await tx.del(key)
    const isLeft = all.some((one) => one.id === thread && one.id !== commentId && one.removed)
    if (isLeft && others.length === 0) await tx.del(keys.reviewComment(runId, thread))
    return ok()
  },
})

export const ResolveReviewThreadArgs = z.object({ runId: RunId, thread: ReviewCommentId, resolved: z.boolean() })
export type ResolveReviewThreadArgs = z.infer<typeof ResolveReviewThreadArgs>

/** Settles a thread, or opens it again. */
export const resolveReviewThread = defineMutator({
  name: 'resolveReviewThread',
  args: ResolveReviewThreadArgs,
  async run(tx, { runId, thread, resolved }, { role, userId, now }) {
    if (!canReviewRuns(role)) return err(refusal('not_allowed'))
    if (!(await hasRun(tx, runId))) return err(refusal('not_found', 'run'))
    const key = keys.reviewComment(runId, thread)
    const first = await getRow(tx, key, ReviewComment)
    if (first === undefined || first.thread !== undefined) return err(refusal('not_found', 'thread'))
    if ((first.resolved !== undefined) === resolved) return ok()
    if (!resolved && openOf(await commentsOf(tx, runId)) >= reviewThreadsLimit) return tooManyOpen
    await putRow(tx, key, { ...first, resolved: resolved ? { by: userId, at: now } : undefined })
    return ok()
  },
})

export const SendReviewCommentsArgs = SendPromptArgs.omit({ attachments: true }).extend({
  /** Those that are in the text. */
  comments: z.array(ReviewCommentId).min(1).max(reviewCommentsLimit),
})
export type SendReviewCommentsArgs = z.infer<typeof SendReviewCommentsArgs>

/** Gives comments to the agent of their run, as one message, and writes down that it has them. */
export const sendReviewComments = defineMutator({
  name: 'sendReviewComments',
  args: SendReviewCommentsArgs,
  intent: (args) => `prompt/${args.promptId}`,
  async run(tx, { comments, ...prompt }, context) {
    const sent = await sendPrompt.run(tx, prompt, context)
    if (!sent.ok) return sent
    for (const id of comments) {
      const key = keys.reviewComment(prompt.runId, id)
      const comment = await getRow(tx, key, ReviewComment)
      // One that went meanwhile is passed over: its words are in the message.
      if (comment === undefined) continue
      const { promptId } = prompt
      await putRow(tx, key, {
        ...comment,
        sent: { promptId, by: context.userId, at: context.now },
      } satisfies ReviewComment)
    }
    return ok()
  },
})

function commentsOf(tx: ReadTransaction, runId: RunId): Promise<readonly ReviewComment[]> {
  return scanRows(tx, keys.reviewCommentsOf(runId), ReviewComment)
}

export async function hasRun(tx: ReadTransaction | WriteTransaction, runId: RunId): Promise<boolean> {
  return (await getRow(tx, keys.run(runId), Run)) !== undefined
}
