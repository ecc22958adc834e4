import { bigint, foreignKey, index, pgTable, text } from 'drizzle-orm/pg-core'
import { member } from './auth.ts'

/** Keys with which a program acts as one person; `migrations/0015_personal_keys.sql` says why. Times are ms since epoch. */
const at = (name: string) => bigint(name, { mode: 'number' })

export const personalKey = pgTable(
  'personal_key',
  {
    id: text('id').primaryKey(),
    userId: text('user_id').notNull(),
    teamId: text('team_id').notNull(),
    name: text('name').notNull(),
    start: text('start').notNull(),
    hash: text('hash').notNull().unique(),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at'),
    lastUsedAt: at('last_used_at'),
  },
  (table) => [
    foreignKey({
      columns: [table.teamId, table.userId],
      foreignColumns: [member.organizationId, member.userId],
    }).onDelete('cascade'),
    index('personal_key_by_user').on(table.userId),
    index('personal_key_by_member').on(table.teamId, table.userId),
  ],
)
