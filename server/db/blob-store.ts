import { teamAttachmentBytesLimit } from '#shared/domain/attachment.ts'
import type { Database } from './database.ts'

/** Content by its hash, once for each team. */
export type BlobStore = {
  put(teamId: string, hash: string, content: Uint8Array, now: number): Promise<void>
  /** What a runner handed in, or a person attached. */
  get(teamId: string, hash: string): Promise<Uint8Array | undefined>
  has(teamId: string, hash: string): Promise<boolean>
  /** A file that is here comes with a message again. `false`: it is not here. */
  attachAgain(teamId: string, hash: string, now: number): Promise<boolean>
  /** Bytes of each that is there. */
  sizes(teamId: string, hashes: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** Keeps what a person attached. `false`: the team has no room for it. */
  attach(teamId: string, hash: string, content: Uint8Array, now: number): Promise<boolean>
}

export function createBlobStore(db: Database, attachedBytes: number = teamAttachmentBytesLimit): BlobStore {
  return {
    async put(teamId, hash, content, now) {
      await db.query(
        'insert into blob (team_id, hash, bytes, content, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing',
        [teamId, hash, content.byteLength, Buffer.from(content), now],
      )
    },
    async get(teamId, hash) {
      const [row] = await db.query<{ content: Buffer }>(
        `select content from blob where team_id = $1 and hash = $2
         union all select content from attachment where team_id = $1 and hash = $2 limit 1`,
        [teamId, hash],
      )
      return row?.content
    },
    async has(teamId, hash) {
      const rows = await db.query(
        `select 1 from blob where team_id = $1 and hash = $2
         union all select 1 from attachment where team_id = $1 and hash = $2`,
        [teamId, hash],
      )
      return rows.length > 0
    },
    async attachAgain(teamId, hash, now) {
      const rows = await db.query(
        `with used as (update attachment set named_at = greatest(named_at, $3) where team_id = $1 and hash = $2 returning 1)
         select from used union all select from blob where team_id = $1 and hash = $2`,
        [teamId, hash, now],
      )
      return rows.length > 0
    },
    async sizes(teamId, hashes) {
      const rows = await db.query<{ hash: string; bytes: number }>(
        'select hash, bytes from blob where team_id = $1 and hash = any($2)',
        [teamId, [...hashes]],
      )
      return new Map(rows.map(({ hash, bytes }) => [hash, bytes]))
    },
    attach: (teamId, hash, content, now) =>
      db.tx(async (tx) => {
        // One at a time for a team, so that several at once do not each find the room of the last.
        await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`attachment/${teamId}`])
        const [used] = await tx.query<{ bytes: number }>(
          'select coalesce(sum(bytes), 0)::bigint as bytes from attachment where team_id = $1 and hash <> $2',
          [teamId, hash],
        )
        if ((used?.bytes ?? 0) + content.byteLength > attachedBytes) return false
        await tx.query(
          `insert into attachment (team_id, hash, bytes, content, created_at, named_at) values ($1, $2, $3, $4, $5, $5)
           on conflict (team_id, hash) do update set named_at = greatest(attachment.named_at, $5)`,
          [teamId, hash, content.byteLength, Buffer.from(content), now],
        )
        return true
      }),
  }
}
