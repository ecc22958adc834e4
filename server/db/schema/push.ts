import { bigint, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { session, user } from './auth.ts'

/** Notifications on their way to devices; `migrations/0007_push.sql` says why. Times are ms since epoch. */
const count = (name: string) => bigint(name, { mode: 'number' })

export const pushMessage = pgTable('push_message', {
  id: count('id').primaryKey().generatedAlwaysAsIdentity(),
  teamId: text('team_id').notNull(),
  userId: text('user_id').notNull(),
  rowKey: text('row_key').notNull(),
  createdAt: count('created_at').notNull(),
})

export const pushSubscription = pgTable(
  'push_subscription',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    endpoint: text('endpoint').notNull().unique(),
    p256dh: text('p256dh').notNull(),
    auth: text('auth').notNull(),
    settings: jsonb('settings').notNull(),
    createdAt: count('created_at').notNull(),
    lastSentAt: count('last_sent_at'),
    trouble: jsonb('trouble'),
  },
  (table) => [
    index('push_subscription_by_user').on(table.userId),
    index('push_subscription_by_session').on(table.sessionId),
  ],
)

export const pushToken = pgTable(
  'push_token',
  {
    hash: text('hash').primaryKey(),
    subscriptionId: text('subscription_id')
      .notNull()
      .references(() => pushSubscription.id, { onDelete: 'cascade' }),
    userId: text('user_id').notNull(),
    teamId: text('team_id').notNull(),
    runId: text('run_id').notNull(),
    permissionId: text('permission_id').notNull(),
    digest: text('digest').notNull(),
    deliveryId: text('delivery_id').notNull(),
    expiresAt: count('expires_at').notNull(),
    usedAs: text('used_as'),
  },
  (table) => [
    index('push_token_by_expiry').on(table.expiresAt),
    index('push_token_by_subscription').on(table.subscriptionId),
  ],
)
