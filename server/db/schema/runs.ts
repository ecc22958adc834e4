import { bigint, customType, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

/** What the server keeps of runs beside their synced rows; `migrations/0003_runs.sql` says why. Times are ms since epoch. */
const count = (name: string) => bigint(name, { mode: 'number' })
const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

export const runJob = pgTable('run_job', {
  runId: text('run_id').primaryKey(),
  teamId: text('team_id').notNull(),
  turn: integer('turn').notNull(),
  phase: text('phase', { enum: ['waiting', 'assigned', 'held', 'ended'] }).notNull(),
  host: text('host'),
  harness: text('harness').notNull(),
  sandbox: text('sandbox').notNull(),
  assignment: jsonb('assignment').notNull(),
  runnerId: text('runner_id'),
  leaseUntil: count('lease_until'),
  queuedAt: count('queued_at').notNull(),
  ackedSeq: count('acked_seq').notNull().default(0),
})

export const runTransition = pgTable(
  'run_transition',
  {
    id: count('id').primaryKey().generatedAlwaysAsIdentity(),
    runId: text('run_id').notNull(),
    event: text('event').notNull(),
    fromState: text('from_state'),
    toState: text('to_state').notNull(),
    reason: jsonb('reason'),
    userId: text('user_id'),
    at: count('at').notNull(),
  },
  (table) => [index('run_transition_by_run').on(table.runId, table.id)],
)

export const delivery = pgTable('delivery', {
  id: text('id').primaryKey(),
  runId: text('run_id').notNull(),
  spaceId: text('space_id').notNull(),
  rowKey: text('row_key').notNull(),
  body: jsonb('body').notNull(),
  state: text('state', { enum: ['accepted', 'delivered', 'done', 'refused'] })
    .notNull()
    .default('accepted'),
  createdAt: count('created_at').notNull(),
})

export const runner = pgTable(
  'runner',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    keyId: text('key_id').notNull(),
    name: text('name').notNull(),
    hostName: text('host_name').notNull(),
    lastSeenAt: count('last_seen_at').notNull(),
  },
  (table) => [index('runner_by_team').on(table.teamId)],
)

export const blob = pgTable(
  'blob',
  {
    teamId: text('team_id').notNull(),
    hash: text('hash').notNull(),
    bytes: count('bytes').notNull(),
    content: bytes('content').notNull(),
    createdAt: count('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.hash] })],
)

/** What people send with messages; `migrations/0014_attachments.sql` says why it is apart. */
export const attachment = pgTable(
  'attachment',
  {
    teamId: text('team_id').notNull(),
    hash: text('hash').notNull(),
    bytes: count('bytes').notNull(),
    content: bytes('content').notNull(),
    createdAt: count('created_at').notNull(),
    namedAt: count('named_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.hash] }), index('attachment_by_age').on(table.namedAt)],
)
