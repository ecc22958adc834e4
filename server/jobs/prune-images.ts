import type { Database } from '../db/database.ts'

/** A picture that nothing names is kept for so long: a device that was away may still bring the text that does. */
export const keepImagesMs = 30 * 24 * 60 * 60_000
/** Looked at in one round: each is searched for in all that its team has written. */
const batch = 20

/**
 * Removes pictures that no plan, version or row of their team has named for a while. They are searched for by their hash: Yjs keeps it in a document's bytes
 * as it is, and what was only just deleted there counts as named. One that is found is looked at again when as much time has passed.
 */
export async function pruneImages(database: Database, now: number): Promise<void> {
  const before = now - keepImagesMs
  const due = await database.query<{ team_id: string; hash: string }>(
    `select team_id, hash from plan_image where named_at < $1 order by named_at limit ${batch}`,
    [before],
  )
  for (const { team_id: teamId, hash } of due) {
    const removed = await database.query(
      `delete from plan_image where team_id = $1 and hash = $2 and named_at < $3 and not ${isNamed} returning 1`,
      [teamId, hash, before],
    )
    if (removed.length > 0) continue
    await database.query('update plan_image set named_at = $3 where team_id = $1 and hash = $2', [teamId, hash, now])
  }
}

const isNamed = `(
     exists (select from plan_document d where d.team_id = $1 and position(convert_to($2, 'UTF8') in d.base) > 0)
  or exists (select from plan_update u where u.team_id = $1 and position(convert_to($2, 'UTF8') in u.content) > 0)
  or exists (select from plan_version v where v.team_id = $1 and position($2 in v.markdown) > 0)
  or exists (select from entry e where e.space_id = 'team/' || $1 and e.deleted_at is null and position($2 in e.value::text) > 0))`
