import {
  AgentNotification,
  peopleOf,
  sharersOf,
  type AccessWanted,
  type RequestOutcome,
} from '#shared/domain/notification.ts'
import type { Run } from '#shared/domain/run.ts'
import type { Share } from '#shared/domain/share.ts'
import type { PermissionId, UserId } from '#shared/ids.ts'
import { keys } from './keys.ts'
import { getRow, putRow, type WriteTransaction } from './transaction.ts'

/**
 * A question that was answered, or can't be answered any more, is no news to anybody; how it ended stays to be read. On a device
 * only its person's own row is there to be marked.
 */
export async function settleRequest(
  tx: WriteTransaction,
  run: Pick<Run, 'id' | 'createdBy' | 'participants'>,
  permissionId: PermissionId,
  outcome: RequestOutcome,
): Promise<void> {
  for (const userId of peopleOf(run)) {
    const key = keys.notification(userId, run.id, permissionId)
    const row = await getRow(tx, key, AgentNotification)
    if (row === undefined || row.outcome !== undefined) continue
    await putRow(tx, key, { ...row, readAt: row.readAt ?? outcome.at, outcome } satisfies AgentNotification)
  }
}

export const accessNotificationId = (guest: UserId): string => `access-${guest}`

/** A wish for access that was granted or denied, or can't be any more: no news to anybody, how it ended stays to be read. */
export async function settleAccess(
  tx: WriteTransaction,
  run: Pick<Run, 'id' | 'createdBy'>,
  share: Pick<Share, 'createdBy'>,
  guest: UserId,
  outcome: Required<Pick<AccessWanted, 'answer'>> & { readonly by: UserId; readonly at: number },
): Promise<void> {
  for (const userId of sharersOf(run, share)) {
    const key = keys.notification(userId, run.id, accessNotificationId(guest))
    const row = await getRow(tx, key, AgentNotification)
    if (row?.access === undefined || row.access.answer !== undefined) continue
    const access = { ...row.access, answer: outcome.answer, by: outcome.by }
    await putRow(tx, key, { ...row, access, readAt: row.readAt ?? outcome.at } satisfies AgentNotification)
  }
}
