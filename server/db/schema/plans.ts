import { bigint, customType, foreignKey, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

/** The documents of plans and their pictures; `migrations/0008_plans.sql` and `0009_plan_images.sql` say why. Times are ms since epoch. */
const count = (name: string) => bigint(name, { mode: 'number' })
const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

export const planDocument = pgTable(
  'plan_document',
  {
    teamId: text('team_id').notNull(),
    planId: text('plan_id').notNull(),
    seq: count('seq').notNull(),
    baseSeq: count('base_seq').notNull().default(0),
    base: bytes('base'),
    changedAt: count('changed_at').notNull(),
    changedBy: jsonb('changed_by').notNull(),
    writers: jsonb('writers').notNull().default({}),
    projectedSeq: count('projected_seq').notNull().default(0),
    versionedSeq: count('versioned_seq').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.planId] })],
)

export const planUpdate = pgTable(
  'plan_update',
  {
    teamId: text('team_id').notNull(),
    planId: text('plan_id').notNull(),
    seq: count('seq').notNull(),
    content: bytes('content').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.teamId, table.planId, table.seq] }),
    foreignKey({
      columns: [table.teamId, table.planId],
      foreignColumns: [planDocument.teamId, planDocument.planId],
    }).onDelete('cascade'),
  ],
)

export const planSuggestion = pgTable(
  'plan_suggestion',
  {
    teamId: text('team_id').notNull(),
    planId: text('plan_id').notNull(),
    commentId: text('comment_id').notNull(),
    createdAt: count('created_at').notNull(),
    tries: integer('tries').notNull().default(0),
    takenUntil: count('taken_until').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.planId, table.commentId] })],
)

export const planVersion = pgTable(
  'plan_version',
  {
    teamId: text('team_id').notNull(),
    planId: text('plan_id').notNull(),
    id: text('id').notNull(),
    markdown: text('markdown').notNull(),
    createdAt: count('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.planId, table.id] })],
)

export const planImage = pgTable(
  'plan_image',
  {
    teamId: text('team_id').notNull(),
    hash: text('hash').notNull(),
    type: text('type').notNull(),
    bytes: count('bytes').notNull(),
    content: bytes('content').notNull(),
    addedBy: text('added_by').notNull(),
    createdAt: count('created_at').notNull(),
    namedAt: count('named_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.hash] }), index('plan_image_by_age').on(table.namedAt)],
)
