import { createEffect, createMemo } from 'solid-js'
import type { RunId } from '#shared/ids.ts'
import { isUnread } from './inbox.ts'
import { usePageVisible } from './page-visible.ts'
import { useTeamData } from './team-data.ts'
import { useWorkspace } from './workspace.ts'

/**
 * While the caller's page of a run is seen, its notifications are read: each once, so that one that a person marks unread again
 * stays so. A question is read too; that it waits for an answer is told until it has one.
 */
export function useReadOnVisit(runId: RunId): void {
  const workspace = useWorkspace()
  const { inbox } = useTeamData()
  const visible = usePageVisible()
  /** Newest first, so this is the newest that was not seen. */
  const unreadAt = createMemo(() => inbox.items().find((item) => item.note.runId === runId && isUnread(item))?.note.at)
  let seenUntil = -Infinity
  createEffect(() => {
    const until = unreadAt()
    if (!visible() || until === undefined || until <= seenUntil) return
    seenUntil = until
    // What the device can't keep stays unread, which is what it says.
    workspace.mutate.readNotifications({ runId, until }).catch(() => undefined)
  })
}
