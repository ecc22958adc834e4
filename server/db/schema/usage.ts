import { bigint, boolean, integer, numeric, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

const count = (name: string) => bigint(name, { mode: 'number' })

/** What runs used, by day; `migrations/0013_usage.sql` says why. */
export const usageDay = pgTable(
  'usage_day',
  {
    teamId: text('team_id').notNull(),
    day: text('day').notNull(),
    runId: text('run_id').notNull(),
    userId: text('user_id').notNull(),
    harness: text('harness').notNull(),
    sandbox: text('sandbox').notNull(),
    model: text('model').notNull(),
    inputTokens: count('input_tokens').notNull().default(0),
    outputTokens: count('output_tokens').notNull().default(0),
    cachedTokens: count('cached_tokens').notNull().default(0),
    unpricedTokens: count('unpriced_tokens').notNull().default(0),
    costUsd: numeric('cost_usd', { mode: 'number' }).notNull().default(0),
    workMs: count('work_ms').notNull().default(0),
    blockedMs: count('blocked_ms').notNull().default(0),
    turns: integer('turns').notNull().default(0),
    change: count('change').notNull(),
    shown: boolean('shown').notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.teamId, table.day, table.runId, table.harness, table.sandbox, table.model] }),
  ],
)
