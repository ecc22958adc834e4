import { Run } from '#shared/domain/run.ts'
import { accessOf, personOf, Share, shareRequestLimit, withPerson, type ShareAccess } from '#shared/domain/share.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { keys } from '#sync/core/keys.ts'
import type { Mutator } from '#sync/core/mutator.ts'
import { getRow, putRow, type WriteTransaction } from '#sync/core/transaction.ts'
import { transact, type ServerTransaction, type TransactDeps } from '#sync/server/transact.ts'
import type { Actor } from '../auth/actor.ts'
import type { Queryable } from '../db/database.ts'
import { tellAccess } from '../runs/notify.ts'
import type { OpenLink } from './links.ts'

export type GuestActsDeps = TransactDeps & { readonly database: Queryable }

const over = refusal('not_found', 'This run is not shared any more.')

/** Puts a guest's wish before those who share the run. Asking again for the same changes nothing. */
export function askForAccess(
  deps: GuestActsDeps,
  link: OpenLink,
  guest: Actor,
  wants: ShareAccess,
): Promise<Result<void, Refusal>> {
  return changeShare(deps, link, async (rows, share, tx) => {
    const access = accessOf(share, guest)
    if (access === 'steer' || access === wants) return ok()
    const known = share.requests.find(({ userId }) => userId === guest.userId)
    if (known?.wants === wants) return ok()
    const others = share.requests.filter((one) => one !== known)
    if (others.length >= shareRequestLimit)
      return err(refusal('too_many', 'Too many people wait for an answer here. Ask the person who sent you the link.'))
    const { userId, name, email } = guest
    const request = { userId, name: name.slice(0, 80), email: email.toLowerCase(), wants, at: tx.now }
    await putRow(rows, keys.share(link.runId), { ...share, requests: [...others, request] } satisfies Share)
    const run = await getRow(rows, keys.run(link.runId), Run)
    if (run !== undefined) await tellAccess(tx, rows, run, share, request)
    return ok()
  })
}

/** Ties an email that was named to the account that opened the link with it: a later account with this email is another person. */
export async function claimName(deps: GuestActsDeps, link: OpenLink, guest: Actor): Promise<void> {
  const named = personOf(link.share, guest)
  if (named === undefined || named.userId !== undefined) return
  await changeShare(deps, link, async (rows, share) => {
    const person = personOf(share, guest)
    if (person === undefined || person.userId !== undefined) return ok()
    const claimed = { ...person, userId: guest.userId, name: guest.name.slice(0, 80) }
    const people = withPerson(share.people, claimed) ?? share.people
    await putRow(rows, keys.share(link.runId), { ...share, people } satisfies Share)
    return ok()
  })
}

/**
 * Does what a member would do, by the very same mutator, as the guest themselves. That they may is read in the same transaction, so that
 * nothing happens after the end of sharing. The same press again has no second effect and gets the same answer.
 */
export async function steer<Args>(
  deps: GuestActsDeps,
  link: OpenLink,
  guest: Actor,
  { mutator, args, intentId }: { readonly mutator: Mutator<Args>; readonly args: Args; readonly intentId: string },
): Promise<Result<void, Refusal>> {
  const space = teamSpace(link.teamId)
  const receipts = {
    effect: `${guest.userId}/${mutator.intent?.(args) ?? intentId}`,
    press: `${guest.userId}/intent/${intentId}`,
  }
  const act = async (rows: WriteTransaction, share: Share, tx: ServerTransaction): Promise<Result<void, Refusal>> => {
    if (accessOf(share, guest) !== 'steer')
      return err(refusal('not_allowed', 'You can look at this run, not steer it.'))
    const done = await mutator.run(rows, args, {
      userId: guest.userId,
      role: 'member',
      guest: true,
      teamId: link.teamId,
      now: tx.now,
      side: 'server',
      effect: tx.effect,
    })
    // What has its effect already may look refusable by now: a run that was stopped has ended.
    return done.ok || (await isDone(deps, space, receipts.effect)) ? ok() : done
  }
  return await changeShare(deps, link, act, { user: guest.userId, intent: { space, ...receipts } })
}

/** Runs `body` over the team's rows while the link holds, and commits what it wrote unless it refuses. */
async function changeShare(
  deps: GuestActsDeps,
  { runId, teamId, share: seen }: OpenLink,
  body: (rows: WriteTransaction, share: Share, tx: ServerTransaction) => Promise<Result<void, Refusal>>,
  by?: Parameters<typeof transact>[2],
): Promise<Result<void, Refusal>> {
  let result: Result<void, Refusal> = ok()
  const outcome = await transact(
    deps,
    async (tx) => {
      const rows = tx.space(teamSpace(teamId))
      const share = await getRow(rows, keys.share(runId), Share)
      result = share === undefined || share.secret !== seen.secret ? err(over) : await body(rows, share, tx)
      return result.ok ? undefined : false
    },
    by,
  )
  return outcome.status === 'conflict' ? err(refusal('conflict')) : result
}

async function isDone({ database }: GuestActsDeps, space: string, effect: string): Promise<boolean> {
  const found = await database.query('select 1 from intent where space_id = $1 and id = $2', [space, effect])
  return found.length > 0
}
