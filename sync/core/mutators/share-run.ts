import { z } from 'zod'
import { canShareRun, canSteerRuns } from '#shared/domain/policies.ts'
import { Run } from '#shared/domain/run.ts'
import {
  Share,
  ShareAccess,
  ShareEmail,
  ShareSecret,
  sharePeopleLimit,
  withPerson,
  type SharePerson,
  type ShareRequest,
} from '#shared/domain/share.ts'
import { RunId, UserId } from '#shared/ids.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator, type MutationContext } from '../mutator.ts'
import { settleAccess } from '../notifications.ts'
import { getRow, putRow, type ReadTransaction } from '../transaction.ts'

export const ShareRunArgs = z.object({
  runId: RunId,
  /** Begins to share, where the run is not shared; a new one each time, so that an old link stays dead. */
  secret: ShareSecret.optional(),
  anyone: z.boolean().optional(),
  /** Names somebody, or changes what they may. */
  person: z.object({ email: ShareEmail, access: ShareAccess }).optional(),
  /** Takes out the person with this email. */
  remove: ShareEmail.optional(),
})
export type ShareRunArgs = z.infer<typeof ShareRunArgs>

/**
 * Shares a run beyond its team, or changes with whom. Each press says only what it changes, so that two people who change different
 * things at once both have their way. A change that comes after the end of sharing does not begin it again.
 */
export const shareRun = defineMutator({
  name: 'shareRun',
  args: ShareRunArgs,
  intent: (args) => (args.secret === undefined ? undefined : `share/${args.secret}`),
  async run(tx, args, context) {
    const allowed = await sharedBy(tx, args.runId, context)
    if (!allowed.ok) return allowed
    const key = keys.share(args.runId)
    const share = (await getRow(tx, key, Share)) ?? newShare(args, context)
    if (share === undefined) return err(refusal('stale', 'the run is not shared any more'))
    const people = changedPeople(share.people, args)
    if (people === undefined) return err(refusal('too_many', `${sharePeopleLimit} people are named already`))
    // Who is named now for what they asked need not be asked about any more.
    const isGranted = ({ email, wants }: ShareRequest): boolean =>
      people.some((one) => one.email === email && (one.access === 'steer' || wants === 'view'))
    const requests = share.requests.filter((one) => !isGranted(one))
    for (const { userId, wants } of share.requests.filter(isGranted))
      await settleAccess(tx, allowed.value, share, userId, { answer: wants, by: context.userId, at: context.now })
    await putRow(tx, key, {
      ...share,
      anyone: args.anyone ?? share.anyone,
      people,
      requests,
    } satisfies Share)
    return ok()
  },
})

export const StopSharingArgs = z.object({ runId: RunId })
export type StopSharingArgs = z.infer<typeof StopSharingArgs>

/** The link is dead from here on, for everybody, also where it is open. */
export const stopSharing = defineMutator({
  name: 'stopSharing',
  args: StopSharingArgs,
  async run(tx, args, context) {
    const allowed = await sharedBy(tx, args.runId, context)
    if (!allowed.ok) return allowed
    const share = await getRow(tx, keys.share(args.runId), Share)
    if (share === undefined) return ok()
    const over = { answer: 'over', by: context.userId, at: context.now } as const
    for (const { userId } of share.requests) await settleAccess(tx, allowed.value, share, userId, over)
    await tx.del(keys.share(args.runId))
    return ok()
  },
})

export const AnswerAccessRequestArgs = z.object({
  runId: RunId,
  userId: UserId,
  answer: z.enum([...ShareAccess.options, 'deny']),
})
export type AnswerAccessRequestArgs = z.infer<typeof AnswerAccessRequestArgs>

/** Grants a request, by naming that very account, or denies it. The first answer counts. */
export const answerAccessRequest = defineMutator({
  name: 'answerAccessRequest',
  args: AnswerAccessRequestArgs,
  async run(tx, args, context) {
    const allowed = await sharedBy(tx, args.runId, context)
    if (!allowed.ok) return allowed
    const key = keys.share(args.runId)
    const share = await getRow(tx, key, Share)
    if (share === undefined) return err(refusal('stale', 'the run is not shared any more'))
    const request = share.requests.find(({ userId }) => userId === args.userId)
    if (request === undefined) return err(refusal('already_answered'))
    const { userId, name, email } = request
    await settleAccess(tx, allowed.value, share, userId, { answer: args.answer, by: context.userId, at: context.now })
    const people =
      args.answer === 'deny'
        ? share.people
        : withPerson(share.people, { email: email.toLowerCase(), access: args.answer, userId, name })
    if (people === undefined) return err(refusal('too_many', `${sharePeopleLimit} people are named already`))
    const requests = share.requests.filter((one) => one !== request)
    await putRow(tx, key, { ...share, people, requests } satisfies Share)
    return ok()
  },
})

/** `undefined` for a change of something that is over. */
function newShare({ runId, secret }: ShareRunArgs, { userId, now }: MutationContext): Share | undefined {
  if (secret === undefined) return undefined
  return { runId, secret, anyone: false, people: [], requests: [], createdBy: userId, createdAt: now }
}

/** The run, for whoever may share it. */
async function sharedBy(
  tx: ReadTransaction,
  runId: RunId,
  { role, userId }: MutationContext,
): Promise<Result<Run, Refusal>> {
  if (!canSteerRuns(role)) return err(refusal('not_allowed'))
  const run = await getRow(tx, keys.run(runId), Run)
  if (run === undefined) return err(refusal('not_found', 'run'))
  if (!canShareRun(role, userId, run.createdBy))
    return err(refusal('not_allowed', 'only who started a run, and admins, share it'))
  return ok(run)
}

/** `undefined` where there is no room for one more. */
function changedPeople(
  people: readonly SharePerson[],
  { person, remove }: Pick<ShareRunArgs, 'person' | 'remove'>,
): SharePerson[] | undefined {
  const left = remove === undefined ? [...people] : people.filter(({ email }) => email !== remove)
  return person === undefined ? left : withPerson(left, person)
}
