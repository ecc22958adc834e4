import type { Database } from '../db/database.ts'

/** A file that no message names is kept for so long: a device that was away may still bring the message. */
export const keepAttachmentsMs = 30 * 24 * 60 * 60_000
/** Those that have come due are gathered for so long, since one look reads all that the team's runs said. */
const gatherMs = 24 * 60 * 60_000
/** Looked for at once. */
const batch = 10_000

/**
 * Removes files that no message of their team has named for a while: those that were taken out before the message went, and those of messages that were
 * taken back or refused. One team at a time, each once a day at most. What is still named is looked at again when as much time has passed.
 */
export async function pruneAttachments(database: Database, now: number): Promise<void> {
  const [team] = await database.query<{ team_id: string }>(
    'select team_id from attachment where named_at < $1 order by named_at limit 1',
    [now - keepAttachmentsMs - gatherMs],
  )
  if (team === undefined) return
  const teamId = team.team_id
  const before = now - keepAttachmentsMs
  const due = await database.query<{ hash: string }>(
    `select hash from attachment where team_id = $1 and named_at < $2 order by named_at limit ${batch}`,
    [teamId, before],
  )
  const hashes = due.map(({ hash }) => hash)
  const found = await database.query<{ hash: string }>(named, [teamId, hashes])
  const kept = found.map(({ hash }) => hash)
  // One that is handed in meanwhile has a later time.
  await database.query(
    'delete from attachment where team_id = $1 and named_at < $2 and hash = any($3::text[]) and hash <> all($4::text[])',
    [teamId, before, hashes, kept],
  )
  await database.query('update attachment set named_at = $3 where team_id = $1 and hash = any($2::text[])', [
    teamId,
    kept,
    now,
  ])
}

/** In rows of the team and of its runs' transcripts, and in messages that are on their way to a runner. */
const named = `
  with texts as (
    select e.value::text as said from entry e
     where e.deleted_at is null
       and (e.space_id = 'team/' || $1 or e.space_id in (select 'run/' || j.run_id from run_job j where j.team_id = $1))
    union all
    select j.assignment::text from run_job j where j.team_id = $1
    union all
    select d.body::text from delivery d join run_job j on j.run_id = d.run_id where j.team_id = $1)
  select distinct m[1] as hash
    from texts cross join lateral regexp_matches(said, '"blob": ?"([0-9a-f]{64})"', 'g') as m
   where said like '%"attachments":%' and m[1] = any($2::text[])`
