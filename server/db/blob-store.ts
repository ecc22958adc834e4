import { teamAttachmentBytesLimit } from '#shared/domain/attachment.ts'
import type { Database } from './database.ts'

/** Content by its hash, once for each team. */
export type BlobStore = {
  put(teamId: string, hash: string, content: Uint8Array, now: number): Promise<void>
  /** What a runner handed in, or a person attached. */
  get(teamId: string, hash: string): Promise<Uint8Array | undefined>
  has(teamId: string, hash: string): Promise<boolean>
  /** Keeps what a person attached. `false`: the team has no room for it. */
  attach(teamId: string, hash: string, content: Uint8Array, now: number): Promise<boolean>
}

/** What people attached stands under a name of its own, which is no team's, so that its bound is counted by the table's key. */
const attachedOf = (teamId: string): string => `attached/${teamId}`

export function createBlobStore(db: Database, attachedBytes: number = teamAttachmentBytesLimit): BlobStore {
  const insert = `insert into blob (team_id, hash, bytes, content, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing`
  return {
    async put(teamId, hash, content, now) {
      await db.query(insert, [teamId, hash, content.byteLength, Buffer.from(content), now])
    },
    async get(teamId, hash) {
      const [row] = await db.query<{ content: Buffer }>(
        'select content from blob where team_id in ($1, $2) and hash = $3 limit 1',
        [teamId, attachedOf(teamId), hash],
      )
      return row?.content
    },
    async has(teamId, hash) {
      const rows = await db.query('select 1 from blob where team_id in ($1, $2) and hash = $3', [
        teamId,
        attachedOf(teamId),
        hash,
      ])
      return rows.length > 0
    },
    attach: (teamId, hash, content, now) =>
      db.tx(async (tx) => {
        const key = attachedOf(teamId)
        // One at a time for a team, so that several at once do not each find the room of the last.
        await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [key])
        const [used] = await tx.query<{ bytes: number }>(
          'select coalesce(sum(bytes), 0)::bigint as bytes from blob where team_id = $1 and hash <> $2',
          [key, hash],
        )
        if ((used?.bytes ?? 0) + content.byteLength > attachedBytes) return false
        await tx.query(insert, [key, hash, content.byteLength, Buffer.from(content), now])
        return true
      }),
  }
}
