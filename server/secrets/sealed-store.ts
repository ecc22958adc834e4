import { SealedValue } from '#shared/domain/secret.ts'
import { SecretId, TeamId, UserId } from '#shared/ids.ts'
import type { Queryable } from '../db/database.ts'

export type StoredValue = {
  readonly teamId: TeamId
  /** Whose own it is; `undefined`: the team's. */
  readonly owner: UserId | undefined
  readonly secretId: SecretId
  readonly keyId: string
  readonly sealed: SealedValue
}

type Row = { teamId: string; owner: string; secretId: string; keyId: string; sealed: string }

const columns = `team_id as "teamId", owner, secret_id as "secretId", key_id as "keyId", sealed`

export type SealedStore = ReturnType<typeof createSealedStore>

/** Sealed values. They are written by commits (`drover_commit`), here only read and sealed anew. */
export function createSealedStore(db: Queryable) {
  return {
    async ofTeam(teamId: TeamId, owner: UserId | undefined, ids: readonly SecretId[]): Promise<StoredValue[]> {
      const rows = await db.query<Row>(
        `select ${columns} from secret_value where team_id = $1 and owner = $2 and secret_id = any($3)`,
        [teamId, owner ?? '', ids],
        { name: 'secret-values' },
      )
      return rows.map(toStored)
    },
    /** Values that are sealed to another key than this one, in pages by what comes `after`. */
    async notSealedTo(keyId: string, after: readonly [string, string, string], limit: number): Promise<StoredValue[]> {
      const rows = await db.query<Row>(
        `select ${columns} from secret_value where key_id <> $1 and (team_id, owner, secret_id) > ($2, $3, $4)
          order by team_id, owner, secret_id limit $5`,
        [keyId, ...after, limit],
      )
      return rows.map(toStored)
    },
    /** Unless somebody has given it another value meanwhile. */
    async reseal(before: StoredValue, next: Pick<StoredValue, 'keyId' | 'sealed'>): Promise<boolean> {
      const done = await db.query(
        `update secret_value set key_id = $5, sealed = $6
          where team_id = $1 and owner = $2 and secret_id = $3 and sealed = $4 returning secret_id`,
        [before.teamId, before.owner ?? '', before.secretId, before.sealed, next.keyId, next.sealed],
      )
      return done.length > 0
    },
    async countOf(keyIds: readonly string[]): Promise<number> {
      const [row] = await db.query<{ count: number }>(
        'select count(*)::int as count from secret_value where key_id = any($1)',
        [keyIds],
      )
      return row?.count ?? 0
    },
  }
}

function toStored(row: Row): StoredValue {
  return {
    teamId: TeamId.parse(row.teamId),
    owner: row.owner === '' ? undefined : UserId.parse(row.owner),
    secretId: SecretId.parse(row.secretId),
    keyId: row.keyId,
    sealed: SealedValue.parse(row.sealed),
  }
}
