import { AgentNotification, peopleOf, type RequestOutcome } from '#shared/domain/notification.ts'
import type { Run } from '#shared/domain/run.ts'
import type { PermissionId } from '#shared/ids.ts'
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
