import { boundedText } from '#shared/domain/bounded-text.ts'
import { chunkEntries, TranscriptEntry } from '#shared/domain/transcript.ts'
import type { RunId } from '#shared/ids.ts'
import { runSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { connectDatabase } from '#server/db/database.ts'
import { runningCluster } from '#server/db/embedded/cluster.ts'
import type { Stage } from './stage.ts'

/** Chunks written with one statement. */
const atOnce = 250
const words =
  'the agent reads a file, changes three lines of it, runs the tests again and says what came of them'.split(' ')

/** Fills the transcript of a run with `count` entries, as if its agent had said them one by one. Returns the words of the last one. */
export async function fillTranscript(
  { dataDir }: Pick<Stage, 'dataDir'>,
  runId: RunId,
  count: number,
): Promise<string> {
  const address = await runningCluster(dataDir)
  if (address === undefined) throw new Error('the database of the stage does not run')
  const db = connectDatabase({ kind: 'embedded', address }, { poolSize: 1 })
  try {
    const space = runSpace(runId)
    await db.query('insert into space (id) values ($1) on conflict (id) do nothing', [space])
    await db.query('delete from entry where space_id = $1', [space])
    const chunks = Math.ceil(count / chunkEntries)
    for (let first = 1; first <= chunks; first += atOnce) {
      const rows = Array.from({ length: Math.min(atOnce, chunks - first + 1) }, (_, at) => chunkRow(first + at, count))
      await db.query(
        `insert into entry (space_id, key, value, version)
           select $1, r->>'key', r->'value', 1 from json_array_elements($2::json) r`,
        [space, JSON.stringify(rows)],
      )
    }
    await db.query('update space set version = version + 1, epoch = $2 where id = $1', [space, `bench-${count}`])
    await db.query('vacuum analyze entry')
    return line(count)
  } finally {
    await db.close()
  }
}

/** What entry `n` says, unlike any other's. */
export const line = (n: number): string => `This is entry ${n} of its run.`

function chunkRow(number: number, count: number): { key: string; value: object } {
  const first = (number - 1) * chunkEntries + 1
  const last = Math.min(count, number * chunkEntries)
  const entries = Array.from({ length: last - first + 1 }, (_, at) => entryOf(first + at))
  return { key: keys.chunk(number), value: { first, last, entries } }
}

export function entryOf(n: number): TranscriptEntry {
  const more = Array.from({ length: 8 + (n % 30) }, (_, word) => words[(n * 3 + word) % words.length]).join(' ')
  return TranscriptEntry.parse({
    id: `e${n}`,
    n,
    at: Date.now(),
    turn: 1,
    body: { kind: 'message', text: boundedText(`${line(n)} ${more}`), done: true },
  })
}
