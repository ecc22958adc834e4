import { z } from 'zod'

export const inboxFilters = ['all', 'unread', 'errors'] as const
export const InboxFilter = z.enum(inboxFilters)
export type InboxFilter = z.infer<typeof InboxFilter>

/** What the inbox shows, kept in its address: `/inbox?show=unread`. */
export const InboxSearch = z.object({
  show: InboxFilter.exclude(['all']).optional().catch(undefined),
})
export type InboxSearch = z.infer<typeof InboxSearch>
