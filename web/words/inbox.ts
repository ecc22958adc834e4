import type { AgentNotification } from '#shared/domain/notification.ts'
import { accessAsks } from './access.ts'
import { runsWords } from './runs.ts'
import { stateWords } from './states.ts'

type InboxFilter = 'all' | 'unread' | 'errors'

/** Words of the inbox, its mailbox and what is told of it elsewhere. */
export const inboxWords = {
  title: 'Inbox',
  list: 'Notifications',
  filters: 'Filters',
  filter: { all: 'All', unread: 'Unread', errors: 'Errors' } satisfies Record<InboxFilter, string>,
  needs: 'Needs you',
  unread: 'Unread',
  settled: 'Settled',
  waiting: (count: number) => (count === 1 ? '1 needs your attention' : `${count} need your attention`),
  readAll: 'Mark all as read',
  markRead: 'Mark as read',
  markUnread: 'Mark as unread',
  archive: 'Archive',
  archived: (title: string) => `Archived “${title}”`,
  undo: 'Undo',
  more: (title: string) => `More: ${title}`,
  open: 'Open the inbox',
  openPage: 'Open as a page',
  empty: 'Nothing here. When an agent asks, ends or fails, you read it here.',
  toRuns: 'Go to runs',
  noneUnder: { unread: 'Everything is read.', errors: 'Nothing has failed.' } satisfies Record<
    Exclude<InboxFilter, 'all'>,
    string
  >,
  showAll: 'Show all',
  waits: 'Waiting for the first answer of the server. Nothing is kept on this device yet.',
  waitsOffline: 'Offline, and nothing is kept on this device yet. Notifications appear once it reaches the server.',
  news: 'News of your runs ({hotkey})',
} as const

/** What a notification says in one sentence, where there is no room for more. */
export function noticeText({
  asks,
  access,
  ...note
}: Pick<AgentNotification, 'type' | 'text' | 'asks' | 'access'>): string {
  switch (note.type) {
    case 'request':
      return `${asks === undefined || asks === 'question' ? runsWords.asks : `${runsWords.wants[asks]}:`} ${note.text}`
    case 'access':
      return access === undefined ? note.text : accessAsks(access.name, access.wants)
    case 'complete':
      return note.text === '' ? stateWords.done : `${stateWords.done}: ${note.text}`
    case 'error':
      return note.text === '' ? stateWords.failed : `${stateWords.failed}: ${note.text}`
    case 'budget':
      return note.text
  }
}
