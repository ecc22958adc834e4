import { randomBytes } from 'node:crypto'
import { HarnessId } from '#shared/domain/harness.ts'
import { Run } from '#shared/domain/run.ts'
import { RunId, uuidv7 } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { connectDatabase } from '#server/db/database.ts'
import { runningCluster } from '#server/db/embedded/cluster.ts'
import type { Stage } from './stage.ts'

const yearMs = 365 * 24 * 60 * 60_000
const verbs = ['Fix', 'Update', 'Explain', 'Remove', 'Measure', 'Document', 'Test', 'Rename']
const nouns = ['the cache', 'billing retries', 'a flaky test', 'the sign-in page', 'webhook delivery', 'old migrations']
const words = 'and keep the tests green while nobody looks at the log of the last deploy in the other region'.split(' ')

/** Fills the team of a stage with ended runs, spread over the last year, as if they had been made one by one. */
export async function fillWithRuns(
  { dataDir, session }: Pick<Stage, 'dataDir' | 'session'>,
  count: number,
): Promise<void> {
  const address = await runningCluster(dataDir)
  if (address === undefined) throw new Error('the database of the stage does not run')
  const db = connectDatabase({ kind: 'embedded', address }, { poolSize: 1 })
  try {
    const space = teamSpace(session.teamId)
    const now = Date.now()
    for (let first = 0; first < count; first += 1000) {
      const rows = Array.from({ length: Math.min(1000, count - first) }, (_, n) =>
        runRow(session, now - Math.floor(((first + n + 1) * yearMs) / count), first + n),
      )
      await db.query(
        `insert into entry (space_id, key, value, version)
           select $1, 'run/' || (r->>'id'), r, (select version from space where id = $1) from json_array_elements($2::json) r`,
        [space, JSON.stringify(rows)],
      )
    }
    // Who has an older cookie gets everything anew.
    await db.query('update space set version = version + 1, epoch = $2 where id = $1', [space, `bench-${count}`])
    await db.query('vacuum analyze entry')
  } finally {
    await db.close()
  }
}

function runRow(session: Stage['session'], at: number, n: number): Run {
  const title = `${pick(verbs, n)} ${pick(nouns, n * 7)} ${n}`
  const prompt = `${title}: ${Array.from({ length: 40 }, (_, word) => pick(words, n * 3 + word * 5)).join(' ')}`
  return Run.parse({
    id: RunId.parse(uuidv7(at, randomBytes(10))),
    teamId: session.teamId,
    title,
    prompt: prompt.slice(0, 300),
    createdBy: session.userId,
    source: 'WEB_APP',
    config: {
      harness: HarnessId.parse('runbook'),
      sandbox: 'direct',
      repository: { url: 'https://example.test/a.git' },
    },
    state: n % 9 === 0 ? 'FAILED' : 'SUCCEEDED',
    stateAt: at + 60_000,
    turn: 1,
    hostName: 'devbox-04',
    branch: `drover/run-${n}`,
    files: { changed: n % 12, added: n % 300, removed: n % 90 },
    usage: { inputTokens: n * 13, outputTokens: n * 3, costUsd: (n % 100) / 50 },
    createdAt: at,
    updatedAt: at + 60_000,
    startedAt: at,
    endedAt: at + 60_000,
  } satisfies Record<string, unknown>)
}

function pick(list: readonly string[], n: number): string {
  return list[n % list.length] ?? ''
}
