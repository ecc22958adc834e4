import { createEffect, on, onCleanup } from 'solid-js'
import { isUnread, type InboxItem } from './inbox.ts'
import { createLiveMoments } from './live-moments.ts'
import { usePlatform } from './platform.ts'
import { useTeamData } from './team-data.ts'
import { useWorkspace } from './workspace.ts'

/**
 * Calls `onNews` for each unread notification that arrives while this page is open and up to date, oldest first; what it returns
 * is called once that is no news any more: read, answered or put away, here or elsewhere. Needs an owner.
 */
export function useNews(onNews: (item: InboxItem) => (() => void) | undefined): void {
  const { inbox } = useTeamData()
  const platform = usePlatform()
  const moments = createLiveMoments(platform.openedAt)
  onCleanup(useWorkspace().subscribeStatus((status) => moments.follow(status)))
  /** When each was made: one may take the place of an older one, such as somebody who asks again. */
  let known: ReadonlyMap<string, number> | undefined
  const told = new Map<string, () => void>()
  const takeBack = (key: string): void => {
    told.get(key)?.()
    told.delete(key)
  }
  createEffect(
    on([inbox.loaded, inbox.all], ([loaded, all]) => {
      if (!loaded) return
      const before = known
      known = new Map(all.map(({ key, note }) => [key, note.at]))
      for (const key of told.keys()) {
        const item = inbox.get(key)
        if (item === undefined || !isUnread(item) || item.note.archived === true) takeBack(key)
      }
      if (before === undefined || !moments.isLive(platform.now())) return
      for (const item of all.toReversed()) {
        if (before.get(item.key) === item.note.at || !isUnread(item) || item.note.archived === true) continue
        const dismiss = onNews(item)
        if (dismiss !== undefined) told.set(item.key, dismiss)
      }
    }),
  )
  onCleanup(() => {
    for (const key of told.keys()) takeBack(key)
  })
}
