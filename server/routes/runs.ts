import { Hono } from 'hono'
import { z } from 'zod'
import { artifactItem } from '#shared/domain/artifact-item.ts'
import { Artifact, TranscriptChunk, type TranscriptEntry } from '#shared/domain/transcript.ts'
import { BlobHash, RunId } from '#shared/ids.ts'
import { runSpace } from '#shared/protocol/sync.ts'
import { refusal } from '#shared/refusal.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { BlobStore } from '../db/blob-store.ts'
import type { JobStore } from '../db/job-store.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'
import { blobHeaders } from './blob-headers.ts'
import { noOutput, readEntry, wholeOutput } from '../runs/whole-output.ts'
import type { RunAccess } from '../runs/access.ts'
import type { PullLooks } from '../runs/pull-looks.ts'
import { answer } from './answers.ts'

export type RunRoutesDeps = {
  readonly store: SpaceStore
  readonly jobs: JobStore
  readonly blobs: BlobStore
  readonly access: RunAccess
  readonly demoRepository: string
  readonly pullLooks: Pick<PullLooks, 'refresh'>
}

/** Entries in one page of older ones: whole chunks, at the least this many where there are. */
const pageEntries = 100
const noRun = refusal('not_found', 'There is no such run in your team.')
const Before = z.coerce.number().int().positive().default(Number.MAX_SAFE_INTEGER)

/** What the app reads of runs beside the synced rows. */
export function runRoutes(deps: RunRoutesDeps): Hono<Environment> {
  return new Hono<Environment>()
    .get('/runs/:runId/transcript', async (c) => {
      const runId = RunId.safeParse(c.req.param('runId'))
      const before = Before.safeParse(c.req.query('before'))
      if (!before.success) return refuse(c, refusal('invalid', '“before” must be the number of an entry.'))
      if (!runId.success || (await deps.access.teamOf(runId.data)) !== c.var.actor.teamId) return refuse(c, noRun)
      return c.json(await pageBefore(deps, runId.data, before.data))
    })
    .get('/runs/:runId/entries/:n/output', async (c) => {
      const runId = RunId.safeParse(c.req.param('runId'))
      const { teamId } = c.var.actor
      if (!runId.success || (await deps.access.teamOf(runId.data)) !== teamId) return refuse(c, noRun)
      const entry = await readEntry(deps, runId.data, c.req.param('n'))
      return (await wholeOutput(deps.blobs, teamId, entry)) ?? refuse(c, noOutput)
    })
    .get('/runs/:runId/artifacts', async (c) => {
      const runId = RunId.safeParse(c.req.param('runId'))
      if (!runId.success || (await deps.access.teamOf(runId.data)) !== c.var.actor.teamId) return refuse(c, noRun)
      const { rows } = await deps.store.scan(runSpace(runId.data), keys.artifacts)
      const artifacts = rows
        .flatMap(({ value }) => Artifact.safeParse(value).data ?? [])
        .toSorted((a, b) => a.at - b.at)
        .flatMap((one) => artifactItem(one) ?? [])
      return c.json({ artifacts })
    })
    .post('/runs/:runId/pull_requests/refresh', async (c) => {
      const runId = RunId.safeParse(c.req.param('runId'))
      if (!runId.success || (await deps.access.teamOf(runId.data)) !== c.var.actor.teamId) return refuse(c, noRun)
      return answer(c, await deps.pullLooks.refresh(c.var.actor, runId.data))
    })
    .get('/runs/:runId/transitions', async (c) => {
      const runId = RunId.safeParse(c.req.param('runId'))
      if (!runId.success || (await deps.access.teamOf(runId.data)) !== c.var.actor.teamId) return refuse(c, noRun)
      return c.json({ transitions: await deps.jobs.transitions(runId.data) })
    })
    .get('/blobs/:hash', async (c) => {
      const hash = BlobHash.safeParse(c.req.param('hash'))
      const content = hash.success ? await deps.blobs.get(c.var.actor.teamId, hash.data) : undefined
      if (content === undefined) return refuse(c, refusal('not_found', 'There is no such content in your team.'))
      return c.body(new Uint8Array(content), 200, {
        ...blobHeaders,
        'cache-control': 'private, max-age=31536000, immutable',
      })
    })
    .get('/demo', (c) => c.json({ repository: { url: deps.demoRepository } }))
}

async function pageBefore(deps: RunRoutesDeps, runId: RunId, before: number): Promise<{ entries: TranscriptEntry[] }> {
  const space = runSpace(runId)
  const older = (await deps.jobs.chunkFirsts(space)).filter((chunk) => chunk.first < before)
  const entries: TranscriptEntry[] = []
  while (older.length > 0 && entries.length < pageEntries) {
    const chunk = older.pop()
    if (chunk === undefined) break
    const { rows } = await deps.store.read(space, [chunk.key])
    const parsed = TranscriptChunk.safeParse(rows[0]?.value)
    if (parsed.success) entries.unshift(...parsed.data.entries.filter((entry) => entry.n < before))
  }
  return { entries }
}
