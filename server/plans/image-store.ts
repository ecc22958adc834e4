import { ImageType, teamImageBytesLimit } from '#shared/domain/plan-image.ts'
import type { BlobHash, TeamId, UserId } from '#shared/ids.ts'
import type { Database } from '../db/database.ts'

export type NewImage = {
  readonly teamId: TeamId
  readonly hash: BlobHash
  readonly type: ImageType
  readonly content: Uint8Array
  readonly addedBy: UserId
}

/** Pictures of plans, each once for a team. */
export type ImageStore = {
  /** `false`: the team has no room for it. */
  put(image: NewImage, now: number): Promise<boolean>
  /** Whether it is there; it counts as handed in again. */
  renew(teamId: TeamId, hash: BlobHash, now: number): Promise<boolean>
  get(teamId: TeamId, hash: BlobHash): Promise<{ readonly type: ImageType; readonly content: Uint8Array } | undefined>
}

export function createImageStore(database: Database, teamBytes: number = teamImageBytesLimit): ImageStore {
  return {
    put: ({ teamId, hash, type, content, addedBy }, now) =>
      database.tx(async (tx) => {
        // One at a time for a team, so that several at once do not each find the room of the last.
        await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`plan_image/${teamId}`])
        const [used] = await tx.query<{ bytes: number }>(
          'select coalesce(sum(bytes), 0)::bigint as bytes from plan_image where team_id = $1 and hash <> $2',
          [teamId, hash],
        )
        if ((used?.bytes ?? 0) + content.byteLength > teamBytes) return false
        await tx.query(
          `insert into plan_image (team_id, hash, type, bytes, content, added_by, created_at, named_at)
           values ($1, $2, $3, $4, $5, $6, $7, $7) on conflict (team_id, hash) do update set named_at = excluded.named_at`,
          [teamId, hash, type, content.byteLength, Buffer.from(content), addedBy, now],
        )
        return true
      }),
    async renew(teamId, hash, now) {
      const rows = await database.query(
        'update plan_image set named_at = $3 where team_id = $1 and hash = $2 returning 1',
        [teamId, hash, now],
      )
      return rows.length > 0
    },
    async get(teamId, hash) {
      const [row] = await database.query<{ type: string; content: Buffer }>(
        'select type, content from plan_image where team_id = $1 and hash = $2',
        [teamId, hash],
      )
      return row && { type: ImageType.parse(row.type), content: row.content }
    },
  }
}
