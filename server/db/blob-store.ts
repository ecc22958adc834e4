import type { Queryable } from './database.ts'

/** Content by its hash, once for each team. */
export type BlobStore = {
  put(teamId: string, hash: string, content: Uint8Array, now: number): Promise<void>
  get(teamId: string, hash: string): Promise<Uint8Array | undefined>
  has(teamId: string, hash: string): Promise<boolean>
}

export function createBlobStore(db: Queryable): BlobStore {
  return {
    async put(teamId, hash, content, now) {
      await db.query(
        `insert into blob (team_id, hash, bytes, content, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
        [teamId, hash, content.byteLength, Buffer.from(content), now],
      )
    },
    async get(teamId, hash) {
      const [row] = await db.query<{ content: Buffer }>('select content from blob where team_id = $1 and hash = $2', [
        teamId,
        hash,
      ])
      return row?.content
    },
    async has(teamId, hash) {
      const rows = await db.query('select 1 from blob where team_id = $1 and hash = $2', [teamId, hash])
      return rows.length > 0
    },
  }
}
