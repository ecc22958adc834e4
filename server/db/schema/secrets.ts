import { bigint, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

/** Sealed values; `migrations/0012_secrets.sql` says why. */
export const secretValue = pgTable(
  'secret_value',
  {
    teamId: text('team_id').notNull(),
    owner: text('owner').notNull(),
    secretId: text('secret_id').notNull(),
    keyId: text('key_id').notNull(),
    sealed: text('sealed').notNull(),
    /** ms since epoch */
    changedAt: bigint('changed_at', { mode: 'number' }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.teamId, table.owner, table.secretId] }),
    index('secret_value_by_key').on(table.keyId),
  ],
)
