import { conversationLimit, saidIn, withSaid, type Said } from '#shared/domain/conversation.ts'
import { Snapshot } from '#shared/domain/snapshot.ts'
import { TranscriptChunk } from '#shared/domain/transcript.ts'
import type { RunId } from '#shared/ids.ts'
import type { Assignment } from '#shared/protocol/runner-link.ts'
import { runSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import type { JobStore } from '../db/job-store.ts'

/** Chunks that are read for what was said last. */
const chunksRead = 60

export type HandoffDeps = { readonly store: SpaceStore; readonly jobs: Pick<JobStore, 'chunkFirsts'> }

/** What a runner needs that has not worked on the run before, or lost what it had: how the workspace was left, and what was said. */
export async function stateOfRun(
  deps: HandoffDeps,
  runId: RunId,
): Promise<Pick<Assignment, 'snapshot' | 'conversation'>> {
  const { rows } = await deps.store.read(runSpace(runId), [keys.snapshot])
  const found = Snapshot.safeParse(rows[0]?.value)
  const conversation = await conversationOf(deps, runId)
  return {
    // People read what it lists; a runner does not.
    ...(found.success ? { snapshot: { ...found.data, shown: [], left: [] } } : {}),
    ...(conversation.length === 0 ? {} : { conversation }),
  }
}

/** The newest part of what was said in a run, in order. */
export async function conversationOf({ store, jobs }: HandoffDeps, runId: RunId): Promise<Said[]> {
  const space = runSpace(runId)
  const older = (await jobs.chunkFirsts(space)).slice(-chunksRead)
  const said: Said[] = []
  let units = 0
  while (older.length > 0 && units < conversationLimit) {
    const chunk = older.pop()
    if (chunk === undefined) break
    const { rows } = await store.read(space, [chunk.key])
    const parsed = TranscriptChunk.safeParse(rows[0]?.value)
    if (!parsed.success) continue
    for (const { n, body } of parsed.data.entries) {
      const one = saidIn(body)
      if (one === undefined) continue
      units += one.text.length
      said.push({ ...one, n })
    }
  }
  return said.toSorted((a, b) => (a.n ?? 0) - (b.n ?? 0)).reduce<Said[]>(withSaid, [])
}
