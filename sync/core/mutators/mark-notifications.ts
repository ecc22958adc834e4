import { z } from 'zod'
import { AgentNotification, NotificationId } from '#shared/domain/notification.ts'
import { RunId } from '#shared/ids.ts'
import { ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow, scanRows } from '../transaction.ts'

export const ReadNotificationsArgs = z.object({
  /** Of this run only. */
  runId: RunId.optional(),
  /** ms since epoch: newer ones were not seen. */
  until: z.number(),
})
export type ReadNotificationsArgs = z.infer<typeof ReadNotificationsArgs>

/** What a person has seen, by the time of the newest that was shown. */
export const readNotifications = defineMutator({
  name: 'readNotifications',
  args: ReadNotificationsArgs,
  async run(tx, args, context) {
    const prefix =
      args.runId === undefined
        ? keys.notificationsOf(context.userId)
        : keys.notificationsAbout(context.userId, args.runId)
    for (const row of await scanRows(tx, prefix, AgentNotification)) {
      if (row.readAt !== undefined || row.at > args.until) continue
      await putRow(tx, keys.notification(context.userId, row.runId, row.id), { ...row, readAt: context.now })
    }
    return ok()
  },
})

export const MarkNotificationArgs = z.object({
  runId: RunId,
  id: NotificationId,
  read: z.boolean().optional(),
  archived: z.boolean().optional(),
})
export type MarkNotificationArgs = z.infer<typeof MarkNotificationArgs>

/** Read or unread, put away or back. One that is gone by then needs no mark. */
export const markNotification = defineMutator({
  name: 'markNotification',
  args: MarkNotificationArgs,
  async run(tx, args, context) {
    const key = keys.notification(context.userId, args.runId, args.id)
    const row = await getRow(tx, key, AgentNotification)
    if (row === undefined) return ok()
    const { readAt, archived, ...rest } = row
    const isRead = args.read ?? readAt !== undefined
    const isArchived = args.archived ?? archived === true
    await putRow(tx, key, {
      ...rest,
      ...(isRead ? { readAt: readAt ?? context.now } : {}),
      ...(isArchived ? { archived: true } : {}),
    } satisfies AgentNotification)
    return ok()
  },
})
