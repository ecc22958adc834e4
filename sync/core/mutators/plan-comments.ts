import { z } from 'zod'
import { Plan } from '#shared/domain/plan.ts'
import {
  openThreadsLimit,
  PlanAnchor,
  PlanComment,
  planCommentLimit,
  planCommentsLimit,
  PlanSuggestion,
  threadRepliesLimit,
} from '#shared/domain/plan-comment.ts'
import { canEditPlans, canRemoveComment } from '#shared/domain/policies.ts'
import { PlanCommentId, PlanId } from '#shared/ids.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator, type MutationContext } from '../mutator.ts'
import { getRow, putRow, scanRows, type ReadTransaction, type WriteTransaction } from '../transaction.ts'
import { markSent } from './mark-sent.ts'
import { SendPromptArgs, sendPrompt } from './send-prompt.ts'
import { touchPlan } from './touch-plan.ts'

const about = { planId: PlanId, commentId: PlanCommentId }
const text = z.string().trim().min(1).max(planCommentLimit)

export const AddPlanCommentArgs = z
  .object({
    ...about,
    /** The thread that it answers; absent: it begins one. */
    thread: PlanCommentId.optional(),
    /** What a new thread is about; absent: the plan as a whole. */
    anchor: PlanAnchor.optional(),
    /** Other words for those that a new thread is about. It needs no text beside. */
    suggestion: PlanSuggestion.omit({ settled: true }).optional(),
    text: z.string().trim().max(planCommentLimit),
  })
  .refine(({ text: words, suggestion }) => words !== '' || suggestion !== undefined, { path: ['text'] })
export type AddPlanCommentArgs = z.infer<typeof AddPlanCommentArgs>

export const addPlanComment = defineMutator({
  name: 'addPlanComment',
  args: AddPlanCommentArgs,
  intent: (args) => `plan-comment/${args.commentId}`,
  async run(tx, args, { role, userId, now }) {
    if (!canEditPlans(role)) return err(refusal('not_allowed'))
    if ((await getRow(tx, keys.plan(args.planId), Plan)) === undefined) return err(refusal('not_found', 'plan'))
    const all = await commentsOf(tx, args.planId)
    const known = all.find(({ id }) => id === args.commentId)
    if (known !== undefined) return isOwn(known, userId) ? ok() : err(refusal('conflict', 'this comment exists'))
    return await putNewComment(tx, { ...args, by: { kind: 'person', userId }, at: now }, all)
  },
})

/** Writes a comment that is not there yet, within the bounds of its plan. `all`: the comments of the plan. */
export async function putNewComment(
  tx: WriteTransaction,
  given: AddPlanCommentArgs & Pick<PlanComment, 'by' | 'at'>,
  all: readonly PlanComment[],
): Promise<Result<void, Refusal>> {
  const { planId, commentId, thread, anchor, suggestion, text: words, by, at } = given
  if (all.length >= planCommentsLimit) return err(refusal('too_many', `${planCommentsLimit} comments of a plan`))
  const comment = { id: commentId, planId, text: words, by, at } as const
  const key = keys.planComment(planId, commentId)
  if (thread === undefined) {
    if (suggestion !== undefined && (anchor === undefined || suggestion.from === suggestion.to))
      return err(refusal('invalid', 'a suggestion is about words, and says others'))
    const open = all.filter((one) => one.thread === undefined && one.resolved === undefined)
    if (open.length >= openThreadsLimit) return err(refusal('too_many', `${openThreadsLimit} open threads`))
    await putRow(tx, key, {
      ...comment,
      anchor,
      ...(suggestion === undefined ? {} : { suggestion }),
    } satisfies PlanComment)
    await touchPlan(tx, planId)
    return ok()
  }
  const first = all.find((one) => one.id === thread && one.thread === undefined)
  if (first === undefined) return err(refusal('not_found', 'thread'))
  if (all.filter((one) => one.thread === thread).length >= threadRepliesLimit)
    return err(refusal('too_many', `${threadRepliesLimit} answers in a thread`))
  await putRow(tx, key, { ...comment, thread } satisfies PlanComment)
  // What is answered is not settled: nobody would see the answer.
  if (first.resolved !== undefined) await putRow(tx, keys.planComment(planId, thread), reopened(first))
  await touchPlan(tx, planId)
  return ok()
}

export const EditPlanCommentArgs = z.object({ ...about, text })
export type EditPlanCommentArgs = z.infer<typeof EditPlanCommentArgs>

export const editPlanComment = defineMutator({
  name: 'editPlanComment',
  args: EditPlanCommentArgs,
  async run(tx, { planId, commentId, text: words }, { role, userId, now }) {
    if (!canEditPlans(role)) return err(refusal('not_allowed'))
    const key = keys.planComment(planId, commentId)
    const comment = await getRow(tx, key, PlanComment)
    if (comment === undefined || comment.removed) return err(refusal('not_found', 'comment'))
    if (!isOwn(comment, userId)) return err(refusal('not_allowed', 'people edit their own comments'))
    if (comment.text !== words) await putRow(tx, key, { ...comment, text: words, editedAt: now } satisfies PlanComment)
    return ok()
  },
})

export const RemovePlanCommentArgs = z.object(about)
export type RemovePlanCommentArgs = z.infer<typeof RemovePlanCommentArgs>

/** The first of a thread goes with the last of its answers: until then it stands without its text. */
export const removePlanComment = defineMutator({
  name: 'removePlanComment',
  args: RemovePlanCommentArgs,
  async run(tx, { planId, commentId }, { role, userId }) {
    if (!canEditPlans(role)) return err(refusal('not_allowed'))
    const all = await commentsOf(tx, planId)
    const comment = all.find(({ id }) => id === commentId)
    if (comment === undefined) return ok()
    if (!canRemoveComment(role, userId, comment.by))
      return err(refusal('not_allowed', 'only its author, and admins, delete a comment'))
    await dropComment(tx, comment, all)
    return ok()
  },
})

/** `all`: the comments of its plan. */
export async function dropComment(
  tx: WriteTransaction,
  comment: PlanComment,
  all: readonly PlanComment[],
): Promise<void> {
  const { id, planId } = comment
  const key = keys.planComment(planId, id)
  const thread = comment.thread ?? id
  const others = all.filter((one) => one.thread === thread && one.id !== id)
  if (comment.thread === undefined && others.length > 0) {
    await putRow(tx, key, { ...comment, text: '', removed: true } satisfies PlanComment)
    return
  }
  await tx.del(key)
  const isLeft = all.some((one) => one.id === thread && one.id !== id && one.removed)
  if (isLeft && others.length === 0) await tx.del(keys.planComment(planId, thread))
}

export const ResolvePlanThreadArgs = z.object({ planId: PlanId, thread: PlanCommentId, resolved: z.boolean() })
export type ResolvePlanThreadArgs = z.infer<typeof ResolvePlanThreadArgs>

/** Settles a thread, or opens it again. */
export const resolvePlanThread = defineMutator({
  name: 'resolvePlanThread',
  args: ResolvePlanThreadArgs,
  async run(tx, { planId, thread, resolved }, { role, userId, now }) {
    if (!canEditPlans(role)) return err(refusal('not_allowed'))
    const key = keys.planComment(planId, thread)
    const first = await getRow(tx, key, PlanComment)
    if (first === undefined || first.thread !== undefined) return err(refusal('not_found', 'thread'))
    if ((first.resolved !== undefined) === resolved) return ok()
    if (!resolved) {
      const open = (await commentsOf(tx, planId)).filter(
        (one) => one.thread === undefined && one.resolved === undefined,
      )
      if (open.length >= openThreadsLimit) return err(refusal('too_many', `${openThreadsLimit} open threads`))
    }
    await putRow(
      tx,
      key,
      resolved ? ({ ...first, resolved: { by: userId, at: now } } satisfies PlanComment) : reopened(first),
    )
    return ok()
  },
})

export const SendPlanCommentsArgs = SendPromptArgs.omit({ attachments: true }).extend({
  planId: PlanId,
  /** The first comments of the threads that are in the text. */
  threads: z.array(PlanCommentId).min(1).max(openThreadsLimit),
})
export type SendPlanCommentsArgs = z.infer<typeof SendPlanCommentsArgs>

/** Gives open threads to the agent of a run, as one message, and writes down that it has them. */
export const sendPlanComments = defineMutator({
  name: 'sendPlanComments',
  args: SendPlanCommentsArgs,
  intent: (args) => `prompt/${args.promptId}`,
  async run(tx, { planId, threads, ...prompt }, context) {
    const sent = await sendPrompt.run(tx, prompt, context)
    if (!sent.ok) return sent
    await markSent(tx, { planId, threads, runId: prompt.runId }, context)
    return ok()
  },
})

/** A suggestion that was dismissed can be accepted again with it. */
function reopened(first: PlanComment): PlanComment {
  const { suggestion } = first
  if (suggestion?.settled?.as !== 'dismissed') return { ...first, resolved: undefined }
  return { ...first, resolved: undefined, suggestion: { ...suggestion, settled: undefined } }
}

export function commentsOf(tx: ReadTransaction, planId: PlanId): Promise<readonly PlanComment[]> {
  return scanRows(tx, keys.planCommentsOf(planId), PlanComment)
}

function isOwn({ by }: PlanComment, userId: MutationContext['userId']): boolean {
  return by.kind === 'person' && by.userId === userId
}
