import { isOpen, isUnread, type InboxItem } from '../../state/inbox.ts'
import type { InboxFilter } from '../../state/inbox-search.ts'
import { inboxWords } from '../../words/inbox.ts'
import { dayWords, startOfDay } from '../../words/time.ts'

/** What stands in the list: a heading, or a notification named by its key. `pinned`: above the days, because it waits. */
export type InboxEntry =
  | { readonly type: 'group'; readonly key: string; readonly label: string; readonly count: number | undefined }
  | { readonly type: 'item'; readonly key: string; readonly item: InboxItem; readonly pinned: boolean }

export function isUnder(item: InboxItem, filter: InboxFilter): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'unread':
      return isUnread(item)
    case 'errors':
      return item.note.type === 'error'
  }
}

/** Questions that wait for an answer come first, then the days, each newest first. `today` is any moment of the current day (ms). */
export function inboxEntries(items: readonly InboxItem[], today: number): readonly InboxEntry[] {
  const waiting = items.filter(isOpen)
  const days = Map.groupBy(
    items.filter((item) => !isOpen(item)),
    (item) => startOfDay(item.note.at),
  )
  const entries: InboxEntry[] = []
  const add = (key: string, label: string, members: readonly InboxItem[], count?: number): void => {
    if (members.length === 0) return
    entries.push({ type: 'group', key, label, count })
    for (const item of members) entries.push({ type: 'item', key: item.key, item, pinned: count !== undefined })
  }
  add('group/needs', inboxWords.needs, waiting, waiting.length)
  for (const [day, members] of days) add(`group/${day}`, dayWords(day, today), members)
  return entries
}

/** The filters that lead somewhere, and the one that is on: it does not go while it is looked at. */
export function filtersOf(
  counts: Readonly<Record<Exclude<InboxFilter, 'all'>, number>>,
  chosen: InboxFilter,
): readonly InboxFilter[] {
  return (['all', 'unread', 'errors'] as const).filter(
    (filter) => filter === 'all' || filter === chosen || counts[filter] > 0,
  )
}
