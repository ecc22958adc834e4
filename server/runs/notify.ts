import { AgentNotification, isNotified, notificationLimit, peopleOf, sharersOf } from '#shared/domain/notification.ts'
import { askLine, type PermissionRequest } from '#shared/domain/permission.ts'
import type { Run } from '#shared/domain/run.ts'
import type { Share, ShareRequest } from '#shared/domain/share.ts'
import type { UserId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { accessNotificationId } from '#sync/core/notifications.ts'
import { putRow, scanRows, type WriteTransaction } from '#sync/core/transaction.ts'
import type { ServerTransaction } from '#sync/server/transact.ts'

/** An agent waits for a person. */
export async function tellRequest(
  tx: ServerTransaction,
  team: WriteTransaction,
  run: Run,
  request: PermissionRequest,
): Promise<void> {
  await tell(tx, team, run, {
    id: request.id,
    type: 'request',
    text: askLine(request),
    permissionId: request.id,
    asks: request.subject.kind,
  })
}

/** A turn is over for good: nothing of its queue goes on. What a person stopped is no news to them. `lastLine`: of the work. */
export async function tellEnd(
  tx: ServerTransaction,
  team: WriteTransaction,
  run: Run,
  lastLine: string | undefined,
): Promise<void> {
  const id = `turn-${run.turn}`
  if (run.state === 'SUCCEEDED') await tell(tx, team, run, { id, type: 'complete', text: lastLine ?? '' })
  if (run.state === 'FAILED' || run.state === 'ERROR')
    await tell(tx, team, run, { id, type: 'error', text: run.reason?.text ?? '' })
}

/** A limit of the team, or of one person, is near or reached. One that came to stand elsewhere since is told of anew. */
export async function tellBudget(
  tx: ServerTransaction,
  team: WriteTransaction,
  run: Run,
  userId: UserId,
  { id, text }: Pick<AgentNotification, 'id' | 'text'>,
): Promise<void> {
  await team.del(keys.notification(userId, run.id, id))
  await put(tx, team, run, userId, { id, type: 'budget', text })
}

/** Somebody waits to be let in. Who asks again, for more, is told of anew. */
export async function tellAccess(
  tx: ServerTransaction,
  team: WriteTransaction,
  run: Run,
  share: Share,
  { userId: guest, name, wants }: ShareRequest,
): Promise<void> {
  const id = accessNotificationId(guest)
  for (const userId of sharersOf(run, share)) {
    await team.del(keys.notification(userId, run.id, id))
    await put(tx, team, run, userId, { id, type: 'access', text: name, access: { userId: guest, name, wants } })
  }
}

/** One row for each person whom the run notifies, and the oldest ones make room. */
async function tell(tx: ServerTransaction, team: WriteTransaction, run: Run, what: News): Promise<void> {
  if (!isNotified(run)) return
  for (const userId of peopleOf(run)) {
    if ((await team.get(keys.notification(userId, run.id, what.id))) !== undefined) continue
    await put(tx, team, run, userId, what)
  }
}

type News = Pick<AgentNotification, 'id' | 'type' | 'text' | 'permissionId' | 'asks' | 'access'>

async function put(tx: ServerTransaction, team: WriteTransaction, run: Run, userId: UserId, what: News): Promise<void> {
  const row = keys.notification(userId, run.id, what.id)
  await makeRoom(team, userId)
  await putRow(team, row, {
    ...what,
    userId,
    runId: run.id,
    at: tx.now,
    title: run.title,
  } satisfies AgentNotification)
  tx.effect({ type: 'notify', teamId: run.teamId, userId, row })
}

async function makeRoom(team: WriteTransaction, userId: UserId): Promise<void> {
  const kept = await scanRows(team, keys.notificationsOf(userId), AgentNotification)
  const over = kept.length - notificationLimit + 1
  if (over <= 0) return
  const oldest = kept.toSorted((a, b) => a.at - b.at).slice(0, over)
  for (const one of oldest) await team.del(keys.notification(userId, one.runId, one.id))
}
