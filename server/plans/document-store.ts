import type { PlanAuthor } from '#shared/domain/plan.ts'
import { PlanId, TeamId } from '#shared/ids.ts'
import type { PlanRef, PlanStore } from '#sync/server/plan/plan-store.ts'
import { z } from 'zod'
import { PlanAuthor as PlanAuthorSchema } from '#shared/domain/plan.ts'
import type { Queryable } from '../db/database.ts'

/** Where a document stands: its newest update, whose it is, and how far rows and versions have come. */
export type DocumentFacts = {
  readonly seq: number
  readonly changedAt: number
  readonly changedBy: PlanAuthor
  readonly writers: readonly { readonly author: PlanAuthor; readonly at: number }[]
  readonly projectedSeq: number
  readonly versionedSeq: number
}

export type DocumentStore = PlanStore & {
  facts(plan: PlanRef): Promise<DocumentFacts | undefined>
  /** Rows say what the document does, up to and with this update. */
  projected(plan: PlanRef, seq: number): Promise<void>
  /** A version holds everything up to and with this update; who wrote up to then is named by it. */
  versioned(plan: PlanRef, seq: number, at: number): Promise<void>
  /** Documents that did not change since `before` and whose rows (or versions) are behind. */
  behind(what: 'rows' | 'versions', before: number): Promise<readonly PlanRef[]>
  /** The text of a version. */
  version(plan: PlanRef, id: string): Promise<string | undefined>
}

/** Work of one round. */
const maxBehind = 50

/** Documents in Postgres. With `channel`, each append is told there in its own transaction: `<team>/<plan>/<seq>`. */
export function createDocumentStore(db: Queryable, channel?: string): DocumentStore {
  return {
    async read({ teamId, planId }, after) {
      // One statement, so one moment: what was put together and what stands after it.
      const rows = await db.query<{ place: number; head: number; base: number; content: Buffer | null }>(
        `select 0 as place, d.seq as head, d.base_seq as base, coalesce(length(d.base), 0) as size,
                case when d.base_seq > $3 then d.base end as content
           from plan_document d where d.team_id = $1 and d.plan_id = $2
         union all
         select u.seq, 0, 0, length(u.content), case when u.seq > $3 then u.content end
           from plan_update u where u.team_id = $1 and u.plan_id = $2
         order by place`,
        [teamId, planId, after],
        { name: 'plan-read' },
      )
      const [head, ...log] = rows
      if (head === undefined) return { seq: 0, updates: [], logged: 0, bytes: 0 }
      return {
        seq: head.head,
        updates: rows.flatMap(({ content }) => (content === null ? [] : [content])),
        logged: log.length,
        bytes: rows.reduce((sum, row) => sum + Number(Reflect.get(row, 'size')), 0),
      }
    },

    async append({ teamId, planId }, { content, authors, at }) {
      const [last] = authors.slice(-1)
      const writers = Object.fromEntries(authors.map((author) => [nameOf(author), { author, at }]))
      const [row] = await db.query<{ seq: number; logged: number }>(
        `with head as (
           insert into plan_document as d (team_id, plan_id, seq, changed_at, changed_by, writers)
             values ($1, $2, 1, $4, coalesce($5::jsonb, '{"kind":"server"}'), $6::jsonb)
             on conflict (team_id, plan_id) do update
               set seq = d.seq + 1, changed_at = excluded.changed_at, changed_by = coalesce($5::jsonb, d.changed_by),
                   writers = d.writers || excluded.writers
             returning seq, base_seq),
         added as (
           insert into plan_update (team_id, plan_id, seq, content) select $1, $2, seq, $3 from head returning seq)
         select head.seq, head.seq - base_seq as logged${channel === undefined ? '' : `, pg_notify('${channel}', $1 || '/' || $2 || '/' || head.seq)`}
           from head, added`,
        [
          teamId,
          planId,
          Buffer.from(content),
          at,
          last === undefined ? null : JSON.stringify(last),
          JSON.stringify(writers),
        ],
        { name: channel === undefined ? 'plan-append' : 'plan-append-tell' },
      )
      if (row === undefined) throw new Error('an append gives its number')
      return { seq: row.seq, logged: row.logged }
    },

    async compact({ teamId, planId }, seq, whole) {
      await db.query(
        `with head as (
           update plan_document set base = $4, base_seq = $3
            where team_id = $1 and plan_id = $2 and base_seq < $3 returning 1)
         delete from plan_update where team_id = $1 and plan_id = $2 and seq <= $3 and exists (select from head)`,
        [teamId, planId, seq, Buffer.from(whole)],
        { name: 'plan-compact' },
      )
    },

    async facts({ teamId, planId }) {
      const [row] = await db.query(
        `select seq, changed_at as "changedAt", changed_by as "changedBy", writers, projected_seq as "projectedSeq",
                versioned_seq as "versionedSeq"
           from plan_document where team_id = $1 and plan_id = $2`,
        [teamId, planId],
        { name: 'plan-facts' },
      )
      if (row === undefined) return undefined
      const { writers, ...facts } = FactsRow.parse(row)
      return { ...facts, writers: Object.values(writers) }
    },

    async projected({ teamId, planId }, seq) {
      await db.query(
        `update plan_document set projected_seq = $3 where team_id = $1 and plan_id = $2 and projected_seq < $3`,
        [teamId, planId, seq],
        { name: 'plan-projected' },
      )
    },

    async versioned({ teamId, planId }, seq, at) {
      await db.query(
        `update plan_document set versioned_seq = greatest(versioned_seq, $3),
                writers = (select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(writers) where (value->>'at')::bigint > $4)
          where team_id = $1 and plan_id = $2`,
        [teamId, planId, seq, at],
        { name: 'plan-versioned' },
      )
    },

    async behind(what, before) {
      const rows = await db.query(
        `select team_id as "teamId", plan_id as "planId" from plan_document d
          where ${what === 'rows' ? 'projected_seq' : 'versioned_seq'} < seq and changed_at <= $1
            and exists (select from entry e where e.space_id = 'team/' || d.team_id and e.key = 'plan/' || d.plan_id
                          and e.deleted_at is null)
          order by changed_at limit ${maxBehind}`,
        [before],
        { name: `plan-behind-${what}` },
      )
      return rows.map((row) => Ref.parse(row))
    },

    async version({ teamId, planId }, id) {
      const [row] = await db.query<{ markdown: string }>(
        'select markdown from plan_version where team_id = $1 and plan_id = $2 and id = $3',
        [teamId, planId, id],
        { name: 'plan-version' },
      )
      return row?.markdown
    },
  }
}

const Ref = z.object({ teamId: TeamId, planId: PlanId })
const FactsRow = z.object({
  seq: z.number(),
  changedAt: z.number(),
  changedBy: PlanAuthorSchema,
  writers: z.record(z.string(), z.object({ author: PlanAuthorSchema, at: z.number() })),
  projectedSeq: z.number(),
  versionedSeq: z.number(),
})

function nameOf(author: PlanAuthor): string {
  switch (author.kind) {
    case 'person':
      return `person/${author.userId}`
    case 'agent':
      return `run/${author.runId}`
    case 'server':
      return 'server'
  }
}
