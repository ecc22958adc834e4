import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import { Hono } from 'hono'
import { canStartRuns } from '#shared/domain/policies.ts'
import { Run } from '#shared/domain/run.ts'
import { Snapshot, snapshotBytes } from '#shared/domain/snapshot.ts'
import { BlobHash, RunId, type TeamId } from '#shared/ids.ts'
import { runSpace, teamSpace } from '#shared/protocol/sync.ts'
import { refusal } from '#shared/refusal.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { TransactDeps } from '#sync/server/transact.ts'
import type { BlobStore } from '../db/blob-store.ts'
import type { JobStore } from '../db/job-store.ts'
import type { Environment } from '../middleware/environment.ts'
import { refuse } from '../middleware/errors.ts'
import { readBody } from '../middleware/json-body.ts'
import type { RunAccess } from '../runs/access.ts'
import { Handoff, handOff } from '../runs/hand-off.ts'
import { conversationOf } from '../runs/run-handoff.ts'
import { answer } from './answers.ts'
import { blobHeaders } from './blob-headers.ts'

export type HandoffRoutesDeps = TransactDeps & {
  readonly store: SpaceStore
  readonly jobs: JobStore
  readonly blobs: BlobStore
  readonly access: RunAccess
}

const noRun = refusal('not_found', 'There is no such run in your team.')
const notSaved = refusal('not_found', 'The workspace of this run is not saved.')
const mayNot = refusal('not_allowed', 'Only members start runs.')
const unpack = promisify(zstdDecompress)

/** A run that begins in a person's own checkout, and one that goes on there. */
export function handoffRoutes(deps: HandoffRoutesDeps): Hono<Environment> {
  const { store, blobs } = deps

  /** @returns `undefined` where the run is not the team's. */
  async function runIn(teamId: TeamId, id: string): Promise<Run | undefined> {
    const runId = RunId.safeParse(id)
    if (!runId.success || (await deps.access.teamOf(runId.data)) !== teamId) return undefined
    const { rows } = await store.read(teamSpace(teamId), [keys.run(runId.data)])
    return Run.safeParse(rows[0]?.value).data
  }

  async function snapshotOf(runId: RunId): Promise<Snapshot | undefined> {
    const { rows } = await store.read(runSpace(runId), [keys.snapshot])
    return Snapshot.safeParse(rows[0]?.value).data
  }

  return new Hono<Environment>()
    .put('/blobs/:hash', async (c) => {
      const { actor } = c.var
      if (!canStartRuns(actor.role)) return refuse(c, mayNot)
      const hash = BlobHash.safeParse(c.req.param('hash'))
      if (!hash.success)
        return refuse(c, refusal('invalid', 'The name must be the SHA-256 of the content, in lower-case hex.'))
      if (await blobs.has(actor.teamId, hash.data)) return c.json({})
      const content = new Uint8Array(await c.req.arrayBuffer())
      if (createHash('sha256').update(content).digest('hex') !== hash.data)
        return refuse(c, refusal('invalid', 'The content does not have this SHA-256.'))
      await blobs.put(actor.teamId, hash.data, content, deps.now())
      return c.json({}, 201)
    })
    .post('/handoff', async (c) => {
      const { actor } = c.var
      if (!canStartRuns(actor.role)) return refuse(c, mayNot)
      return answer(c, await handOff(deps, actor, await readBody(c, Handoff)), 201)
    })
    .get('/runs/:runId/handoff', async (c) => {
      const run = await runIn(c.var.actor.teamId, c.req.param('runId'))
      if (run === undefined) return refuse(c, noRun)
      const snapshot = await snapshotOf(run.id)
      return c.json({
        run: { id: run.id, title: run.title, state: run.state, turn: run.turn },
        conversation: await conversationOf(deps, run.id),
        ...(snapshot === undefined ? {} : { snapshot }),
      })
    })
    .get('/runs/:runId/snapshot.patch', async (c) => {
      const run = await runIn(c.var.actor.teamId, c.req.param('runId'))
      if (run === undefined) return refuse(c, noRun)
      const snapshot = await snapshotOf(run.id)
      if (snapshot === undefined) return refuse(c, notSaved)
      const parts: Uint8Array[] = []
      for (const hash of snapshot.patch.pieces) {
        const part = await blobs.get(c.var.actor.teamId, hash)
        if (part === undefined) return refuse(c, notSaved)
        parts.push(part)
      }
      const packed = Buffer.concat(parts)
      const text = packed.byteLength === 0 ? packed : await unpack(packed, { maxOutputLength: snapshotBytes * 2 })
      return c.body(new Uint8Array(text), 200, {
        ...blobHeaders,
        'content-disposition': `attachment; filename="run-${run.id.slice(-12)}.patch"`,
      })
    })
}
