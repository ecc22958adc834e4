import { bigint, pgTable, text } from 'drizzle-orm/pg-core'

/** What several servers on one database share beside people's data; `migrations/0006_server_secret.sql` says why. */
export const serverSecret = pgTable('server_secret', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
  /** ms since epoch */
  createdAt: bigint('created_at', { mode: 'number' }).notNull(),
})
