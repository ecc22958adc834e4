import { z } from 'zod'
import { Permission, PermissionAnswer } from '#shared/domain/permission.ts'
import { canAnswer } from '#shared/domain/policies.ts'
import { withAsk } from '#shared/domain/ask.ts'
import type { RequestOutcome } from '#shared/domain/notification.ts'
import { Run } from '#shared/domain/run.ts'
import { DeliveryId, PermissionId, RunId, type UserId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { settleRequest } from '../notifications.ts'
import { getRow, putRow, scanRows, type WriteTransaction } from '../transaction.ts'

export const AnswerPermissionArgs = z.object({
  runId: RunId,
  permissionId: PermissionId,
  deliveryId: DeliveryId,
  /** Digest of the request that was on the screen. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  answer: PermissionAnswer,
})
export type AnswerPermissionArgs = z.infer<typeof AnswerPermissionArgs>

/** The first answer wins; one to another command than the one shown is stale. */
export const answerPermission = defineMutator({
  name: 'answerPermission',
  args: AnswerPermissionArgs,
  intent: (args) => `delivery/${args.deliveryId}`,
  async run(tx, args, context) {
    if (!canAnswer(context.role)) return err(refusal('not_allowed'))
    const key = keys.permission(args.runId, args.permissionId)
    const permission = await getRow(tx, key, Permission)
    if (permission === undefined) return err(refusal('not_found', 'question'))
    if (permission.state === 'lapsed') return err(refusal('run_ended'))
    if (permission.state === 'answered' && isSameAnswer(permission, args, context.userId)) return ok()
    if (permission.state === 'answered') return err(refusal('already_answered', permission.answeredBy))
    if (permission.request.digest !== args.digest) return err(refusal('stale'))
    if (args.answer.kind === 'allow_similar' && permission.request.similar === undefined)
      return err(refusal('invalid', 'this question has no pattern to allow'))
    if (
      args.answer.kind === 'option' &&
      !permission.request.options.some((option) => option.optionId === args.answer.optionId)
    )
      return err(refusal('invalid', 'no such option'))
    await putRow(tx, key, {
      ...permission,
      state: 'answered',
      answer: args.answer,
      answeredBy: context.userId,
      answeredAt: context.now,
      delivery: 'accepted',
    } satisfies Permission)
    await raiseBudget(tx, permission, args, context)
    await clearAsk(tx, args, answeredBy(permission, args.answer, context))
    context.effect({
      type: 'deliver',
      deliveryId: args.deliveryId,
      runId: args.runId,
      row: key,
      body: {
        type: 'answer',
        permissionId: args.permissionId,
        digest: args.digest,
        answer: args.answer,
        by: context.userId,
        at: context.now,
      },
    })
    return ok()
  },
})

/** Whoever lets a run go on whose money is spent gives it more. */
async function raiseBudget(
  tx: WriteTransaction,
  { request: { subject, options } }: Permission,
  { runId, answer }: AnswerPermissionArgs,
  { userId, now }: { readonly userId: UserId; readonly now: number },
): Promise<void> {
  if (subject.kind !== 'question' || subject.budget === undefined) return
  const chosen = options.find(({ optionId }) => optionId === answer.optionId)?.kind
  const goesOn =
    answer.kind === 'option' ? chosen === 'allow_once' || chosen === 'allow_always' : answer.kind !== 'deny'
  const run = await getRow(tx, keys.run(runId), Run)
  if (!goesOn || run === undefined) return
  const limitUsd = (run.budget?.limitUsd ?? subject.budget.limitUsd) + subject.budget.moreUsd
  await putRow(tx, keys.run(runId), {
    ...run,
    budget: { limitUsd: Math.min(1_000_000, Math.round(limitUsd * 1e6) / 1e6), by: userId, at: now },
  } satisfies Run)
}

/** An intent that comes a second time, from a page that was killed after the first. */
function isSameAnswer(permission: Permission, args: AnswerPermissionArgs, userId: UserId): boolean {
  return permission.answeredBy === userId && permission.answer?.kind === args.answer.kind
}

function answeredBy(
  { request }: Permission,
  { message: _message, ...answer }: PermissionAnswer,
  { userId, now }: { readonly userId: UserId; readonly now: number },
): RequestOutcome {
  const option = request.options.find(({ optionId }) => optionId === answer.optionId)?.name
  return { kind: 'answered', answer, ...(option === undefined ? {} : { option }), by: userId, at: now }
}

/** The run's row shows the next open question, or none. */
async function clearAsk(tx: WriteTransaction, args: AnswerPermissionArgs, outcome: RequestOutcome): Promise<void> {
  const run = await getRow(tx, keys.run(args.runId), Run)
  if (run === undefined) return
  await settleRequest(tx, run, args.permissionId, outcome)
  if (run.asks?.permissionId !== args.permissionId) return
  const open = (await scanRows(tx, keys.permissionsOf(args.runId), Permission)).filter((one) => one.state === 'open')
  await putRow(tx, keys.run(args.runId), withAsk(run, open))
}
