import type { Database } from '../db/database.ts'
import { createWorker, type Worker } from '../runs/worker.ts'
import { pruneAttachments } from './prune-attachments.ts'
import { pruneImages } from './prune-images.ts'

/** Deletions, receipts and devices are remembered so long: a device that comes back later starts anew. */
export const rememberMs = 90 * 24 * 60 * 60_000
/** What was written in a plan outlives its deletion by so much. */
export const keepDeletedPlansMs = 30 * 24 * 60 * 60_000
const everyMs = 60 * 60_000
/** Rows removed by one statement, so that no lock is held for long. */
const batch = 5_000

/** Removes what nobody needs any more, a little at a time, once an hour and at start. */
export function createPruning(deps: {
  database: Database
  now: () => number
  onError: (error: unknown) => void
}): Worker {
  return createWorker({ everyMs, onError: deps.onError, round: () => pruneAll(deps.database, deps.now()) })
}

export async function pruneAll(database: Database, now: number): Promise<void> {
  const before = now - rememberMs
  while ((await pruneTombstones(database, before)) === batch);
  while ((await remove(database, 'intent', 'at', before)) === batch);
  while ((await remove(database, 'push_token', 'expires_at', now)) === batch);
  while ((await remove(database, 'client', 'seen_at', before)) === batch);
  await database.query(
    `delete from client_group g where created_at < $1 and not exists (select 1 from client c where c.group_id = g.id)`,
    [before],
  )
  while ((await remove(database, 'delivery', 'created_at', before, `and state in ('done', 'refused')`)) === batch);
  const deleted = now - keepDeletedPlansMs
  while ((await remove(database, 'plan_document', 'changed_at', deleted, withoutPlan)) === batch);
  while ((await remove(database, 'plan_version', 'created_at', deleted, withoutPlan)) === batch);
  await pruneImages(database, now)
  await pruneAttachments(database, now)
}

/** Its plan was deleted before then, or never was. A tombstone is kept for longer than this asks for. */
const withoutPlan = `and not exists (
  select from entry e where e.space_id = 'team/' || team_id and e.key = 'plan/' || plan_id
     and (e.deleted_at is null or e.deleted_at >= $1))`

/** Tombstones go together with the note up to which version they are gone, so that an older cookie is told so. */
async function pruneTombstones(database: Database, before: number): Promise<number> {
  const rows = await database.query<{ gone: number }>(
    `with gone as (
       delete from entry where (space_id, key) in (
         select space_id, key from entry where deleted_at < $1 order by space_id, version limit ${batch})
       returning space_id, version),
     noted as (
       update space s set pruned_version = greatest(s.pruned_version, g.version)
       from (select space_id, max(version) as version from gone group by space_id) g where s.id = g.space_id)
     select count(*)::int as gone from gone`,
    [before],
  )
  return rows[0]?.gone ?? 0
}

async function remove(database: Database, table: string, column: string, before: number, and = ''): Promise<number> {
  const rows = await database.query<{ gone: number }>(
    `with gone as (delete from ${table} where ctid in (
       select ctid from ${table} where ${column} < $1 ${and} limit ${batch}) returning 1)
     select count(*)::int as gone from gone`,
    [before],
  )
  return rows[0]?.gone ?? 0
}
