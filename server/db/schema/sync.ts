import { bigint, index, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

/** What syncing keeps; `migrations/0002_sync.sql` says why. Written by `drover_commit` alone. Times are ms since epoch. */
const count = (name: string) => bigint(name, { mode: 'number' })

export const space = pgTable('space', {
  id: text('id').primaryKey(),
  version: count('version').notNull().default(0),
  epoch: text('epoch').notNull(),
  prunedVersion: count('pruned_version').notNull().default(0),
})

export const entry = pgTable(
  'entry',
  {
    spaceId: text('space_id')
      .notNull()
      .references(() => space.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    value: json('value'),
    deletedAt: count('deleted_at'),
    version: count('version').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.spaceId, table.key] }),
    index('entry_by_version').on(table.spaceId, table.version),
  ],
)

export const clientGroup = pgTable('client_group', {
  id: text('id').primaryKey(),
  spaceId: text('space_id').notNull(),
  userId: text('user_id').notNull(),
  createdAt: count('created_at').notNull(),
})

export const client = pgTable(
  'client',
  {
    id: text('id').primaryKey(),
    groupId: text('group_id')
      .notNull()
      .references(() => clientGroup.id, { onDelete: 'cascade' }),
    lastMutationId: count('last_mutation_id').notNull(),
    version: count('version').notNull(),
    seenAt: count('seen_at').notNull(),
  },
  (table) => [index('client_by_group').on(table.groupId, table.version)],
)

export const intent = pgTable(
  'intent',
  { spaceId: text('space_id').notNull(), id: text('id').notNull(), at: count('at').notNull() },
  (table) => [primaryKey({ columns: [table.spaceId, table.id] }), index('intent_by_age').on(table.at)],
)
