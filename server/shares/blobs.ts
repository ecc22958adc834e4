import type { BlobHash } from '#shared/ids.ts'
import type { Json } from '#shared/json.ts'
import { runSpace, teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { Queryable } from '../db/database.ts'
import type { Reading } from './view.ts'

/** Rows of one run that name a hash; more than a few are a text about hashes. */
const maxRows = 20

/**
 * Whether what this reader may see of the run leads to that content. A hash that merely stands in a text, as where an agent was made to
 * print it, leads nowhere.
 */
export async function leadsTo(
  deps: { readonly database: Queryable; readonly store: SpaceStore },
  { opened, presenter }: Reading,
  hash: BlobHash,
): Promise<boolean> {
  const { runId, teamId } = opened
  const found = await deps.database.query<{ key: string }>(
    `select key from entry where space_id = $1 and deleted_at is null and position($2 in value::text) > 0 limit ${maxRows}`,
    [runSpace(runId), `"${hash}"`],
  )
  const [transcript, asks] = await Promise.all([
    found.length === 0
      ? { rows: [] }
      : deps.store.read(
          runSpace(runId),
          found.map(({ key }) => key),
        ),
    opened.granted === 'steer' ? deps.store.scan(teamSpace(teamId), keys.permissionsOf(runId)) : { rows: [] },
  ])
  return [...transcript.rows, ...asks.rows].some(
    ({ key, value }) => value !== undefined && names(presenter.row(key, value), hash),
  )
}

function names(value: Json | undefined, hash: BlobHash): boolean {
  if (value === undefined || value === null || typeof value !== 'object') return false
  if (Array.isArray(value)) return value.some((one) => names(one, hash))
  return Object.entries(value).some(([key, one]) => (key === 'blob' ? one === hash : names(one, hash)))
}
