import { PlanComment, planCommentLimit, type PlanAnchor } from '#shared/domain/plan-comment.ts'
import { guestCommentsLimit, guestThreadsLimit, type GuestId } from '#shared/domain/plan-guest.ts'
import { Plan } from '#shared/domain/plan.ts'
import type { PlanCommentId } from '#shared/ids.ts'
import type { GuestComment } from '#shared/protocol/shared-plan.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '#sync/core/keys.ts'
import { commentsOf, dropComment, putNewComment } from '#sync/core/mutators/plan-comments.ts'
import { getRow, putRow, type WriteTransaction } from '#sync/core/transaction.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import { anchorAt } from '../plans/agent/comments.ts'
import type { Plans } from '../plans/create-plans.ts'
import { openShare, type OpenPlan } from './links.ts'

export type GuestCommentsDeps = TransactDeps & { readonly plans: Pick<Plans, 'read'> }

const over = refusal('not_found', 'This plan is not shared any more.')
const notTheirs = refusal('not_found', 'There is no such comment of yours here.')

/** A comment of somebody with the link. That they may is read in the same transaction, so nothing comes after the end of sharing. */
export async function addGuestComment(
  deps: GuestCommentsDeps,
  link: OpenPlan,
  guestId: GuestId,
  given: GuestComment,
): Promise<Result<void, Refusal>> {
  const { about } = given
  const found =
    about === undefined ? undefined : await deps.plans.read(link, (doc) => anchorAt(doc, about.quote, about.nth))
  const anchor = typeof found === 'object' ? found : undefined
  return await change(deps, link, async (rows, all, now) => {
    const known = all.find(({ id }) => id === given.id)
    if (known !== undefined) return isBy(known, guestId) ? ok() : err(refusal('conflict', 'this comment exists'))
    const ofGuests = all.filter(({ by }) => by.kind === 'guest')
    const begun = ofGuests.filter(({ thread, resolved }) => thread === undefined && resolved === undefined)
    if (ofGuests.length >= guestCommentsLimit || (given.thread === undefined && begun.length >= guestThreadsLimit))
      return err(
        refusal('too_many', 'Guests have written as much here as they can. Ask the person who sent you the link.'),
      )
    const text = anchor === undefined && about !== undefined ? quoted(about.quote, given.text) : given.text
    return await putNewComment(
      rows,
      {
        planId: link.planId,
        commentId: given.id,
        text,
        by: { kind: 'guest', guestId, name: given.name },
        at: now,
        ...placeOf(given.thread, anchor),
      },
      all,
    )
  })
}

/** People change their own words. The same again changes nothing. */
export function editGuestComment(
  deps: GuestCommentsDeps,
  link: OpenPlan,
  guestId: GuestId,
  { id, text }: { readonly id: PlanCommentId; readonly text: string },
): Promise<Result<void, Refusal>> {
  return change(deps, link, async (rows, all, now) => {
    const comment = all.find((one) => one.id === id)
    if (comment === undefined || comment.removed || !isBy(comment, guestId)) return err(notTheirs)
    if (comment.text !== text)
      await putRow(rows, keys.planComment(link.planId, id), { ...comment, text, editedAt: now } satisfies PlanComment)
    return ok()
  })
}

/** What is gone already is done. */
export function removeGuestComment(
  deps: GuestCommentsDeps,
  link: OpenPlan,
  guestId: GuestId,
  id: PlanCommentId,
): Promise<Result<void, Refusal>> {
  return change(deps, link, async (rows, all) => {
    const comment = all.find((one) => one.id === id)
    if (comment === undefined) return ok()
    if (!isBy(comment, guestId)) return err(notTheirs)
    if (!comment.removed) await dropComment(rows, comment, all)
    return ok()
  })
}

/** Runs `body` over the team's rows while the link lets people comment, and commits what it wrote unless it refuses. */
async function change(
  deps: GuestCommentsDeps,
  { teamId, planId, share: seen }: OpenPlan,
  body: (rows: WriteTransaction, all: readonly PlanComment[], now: number) => Promise<Result<void, Refusal>>,
): Promise<Result<void, Refusal>> {
  let result: Result<void, Refusal> = ok()
  const outcome = await transact(deps, async (tx) => {
    const rows = tx.space(teamSpace(teamId))
    const share = openShare(await rows.get(keys.planShare(planId)), seen.secret, tx.now)
    const plan = await getRow(rows, keys.plan(planId), Plan)
    result =
      share === undefined || plan === undefined
        ? err(over)
        : share.access !== 'comment'
          ? err(refusal('not_allowed', 'You can read this plan, not comment on it.'))
          : await body(rows, await commentsOf(rows, planId), tx.now)
    return result.ok ? undefined : false
  })
  return outcome.status === 'conflict' ? err(refusal('conflict')) : result
}

function isBy({ by }: PlanComment, guestId: GuestId): boolean {
  return by.kind === 'guest' && by.guestId === guestId
}

/** Of a place that was not found. The words are the guest's then, since nobody can say that they ever stood in the plan. */
function quoted(quote: string, text: string): string {
  // What was written is never cut for it.
  const room = planCommentLimit - text.length - '“”\n\n'.length
  return room <= 0 ? text : `“${quote.slice(0, room)}”\n\n${text}`
}

function placeOf(
  thread: PlanCommentId | undefined,
  anchor: PlanAnchor | undefined,
): { thread?: PlanCommentId; anchor?: PlanAnchor } {
  if (thread !== undefined) return { thread }
  return anchor === undefined ? {} : { anchor }
}
