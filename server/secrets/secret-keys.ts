import type { SecretKey } from '#shared/domain/secret.ts'
import { SecretKey as SecretKeyRow } from '#shared/domain/secret.ts'
import { TeamId } from '#shared/ids.ts'
import { canonicalJson } from '#shared/json.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, putRow, toJson } from '#sync/core/transaction.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { Database } from '../db/database.ts'
import { createWorker, type Worker } from '../runs/worker.ts'
import type { KeyPair } from './key-pair.ts'
import type { Keyring } from './keyring.ts'
import { tendKeys, type RotateDeps } from './rotate-key.ts'

const everyMs = 60_000

export type SecretKeys = Worker & {
  /** One that this process does not know may have been made by another: it is looked up. */
  find(id: string): Promise<KeyPair | undefined>
}

/**
 * Keeps the keys of secrets in order: makes the first one, tells every team the one to seal to, and after a change of it (which
 * another process makes, `drover secrets rotate-key`) seals anew what came in meanwhile.
 */
export function createSecretKeys(
  deps: TransactDeps &
    RotateDeps & { readonly database: Pick<Database, 'query'>; readonly onError: (error: unknown) => void },
): SecretKeys {
  let known: Keyring = []

  async function round(): Promise<void> {
    known = await tendKeys(deps)
    const [current, ...older] = known
    if (current === undefined) return
    const row: SecretKey = {
      id: current.id,
      publicKey: current.publicKey,
      older: older.map(({ id }) => id),
    }
    for (const teamId of await teamsWithout(deps.database, row)) await tell(deps, teamId, row)
  }

  return {
    ...createWorker({ round, everyMs, onError: deps.onError }),
    async find(id) {
      const here = known.find((key) => key.id === id)
      if (here !== undefined) return here
      known = await deps.keyring.read()
      return known.find((key) => key.id === id)
    },
  }
}

/** Teams whose row does not say this. */
async function teamsWithout(database: Pick<Database, 'query'>, row: SecretKey): Promise<TeamId[]> {
  const teams = await database.query<{ id: string; value: unknown }>(
    `select t.id, e.value from organization t
      left join entry e on e.space_id = 'team/' || t.id and e.key = $1 and e.deleted_at is null`,
    [keys.secretKey],
  )
  return teams.flatMap(({ id, value }) => {
    const told = SecretKeyRow.safeParse(value)
    return told.success && isSame(told.data, row) ? [] : [TeamId.parse(id)]
  })
}

async function tell(deps: TransactDeps, teamId: TeamId, row: SecretKey): Promise<void> {
  await transact(deps, async (tx) => {
    const rows = tx.space(teamSpace(teamId))
    const told = await getRow(rows, keys.secretKey, SecretKeyRow)
    if (told !== undefined && isSame(told, row)) return false
    await putRow(rows, keys.secretKey, row)
    return undefined
  })
}

function isSame(a: SecretKey, b: SecretKey): boolean {
  return canonicalJson(toJson(a)) === canonicalJson(toJson(b))
}
