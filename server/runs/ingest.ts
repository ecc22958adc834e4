import { TranscriptChunk, type TranscriptEntry } from '#shared/domain/transcript.ts'
import type { RunId, RunnerId, TeamId } from '#shared/ids.ts'
import type { RunEvent } from '#shared/protocol/run-event.ts'
import { runSpace, teamSpace } from '#shared/protocol/sync.ts'
import { putRow } from '#sync/core/transaction.ts'
import { isFinished, withDelta } from '#sync/core/live-text.ts'
import type { LiveHub } from '#sync/server/live.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { JobStore } from '../db/job-store.ts'
import { applyRunEvents, needsTeamRows } from './apply-run-events.ts'
import { createTranscriptDraft, type TranscriptDraft } from './transcript-draft.ts'

export type IngestDeps = TransactDeps & {
  readonly store: SpaceStore
  readonly jobs: Pick<JobStore, 'chunkFirsts' | 'job'>
  readonly live: LiveHub
  readonly onError: (error: unknown, runId: RunId) => void
}

export type IngestSink = {
  /** Everything up to `seq` is durable. */
  ack(seq: number): void
  /** The run may be in another state than before. */
  moved(): void
  /** Events before these are missing: send again from here. */
  resend(fromSeq: number): void
  /** The run is not this runner's any more. */
  lost(): void
}

/** Takes the events of one run from its runner, in order and each once, and makes rows and live text of them. */
export type RunIngest = {
  /** Resolves once there is room for more: whoever sends reads on only then. */
  take(events: readonly RunEvent[]): Promise<void>
  /** Resolves once nothing waits. */
  idle(): Promise<void>
  close(): void
}

/** Streamed text is written to its row at least this often while nothing else is. */
const checkpointMs = 250
const maxBatch = 500
/** Frames of which not all is stored yet; each has its own limit, so this bounds what a run holds in memory. */
const maxFramesWaiting = 32
const firstRetryMs = 200
const maxRetryMs = 5_000
/** Chunks searched for unfinished entries when a run is taken up again. */
const tailChunks = 3

export function createRunIngest(
  deps: IngestDeps,
  who: { runId: RunId; teamId: TeamId; runnerId: RunnerId; turn: number; ackedSeq: number },
  sink: IngestSink,
): RunIngest {
  const { runId, teamId, runnerId } = who
  const space = runSpace(runId)
  let turn = who.turn
  let acked = who.ackedSeq
  let received = who.ackedSeq
  let queue: RunEvent[] = []
  let draft: TranscriptDraft | undefined
  /** Unfinished entries with all their text. The live hub's are for showing only. */
  const open = new Map<string, TranscriptEntry>()
  const owner = deps.live.own(runId)
  let working: Promise<void> | undefined
  let due: ReturnType<typeof setTimeout> | undefined
  let force = false
  let closed = false
  let opening: Promise<TranscriptDraft> | undefined
  /** The last event of each frame that waits. */
  let frames: number[] = []
  let room: PromiseWithResolvers<void> | undefined

  function makeRoom(): void {
    frames = closed ? [] : frames.filter((seq) => seq > acked)
    if (frames.length >= maxFramesWaiting) return
    room?.resolve()
    room = undefined
  }

  const load = async (key: string): Promise<TranscriptChunk | undefined> => {
    const { rows } = await deps.store.read(space, [key])
    const parsed = TranscriptChunk.safeParse(rows[0]?.value)
    return parsed.success ? parsed.data : undefined
  }

  async function openDraft(): Promise<TranscriptDraft> {
    open.clear()
    const index = await deps.jobs.chunkFirsts(space)
    for (const { key } of index.slice(-tailChunks))
      for (const entry of (await load(key))?.entries ?? []) if (!isFinished(entry.body)) hold(entry)
    return createTranscriptDraft(index, load)
  }

  function hold(entry: TranscriptEntry): void {
    if (isFinished(entry.body)) open.delete(entry.id)
    else open.set(entry.id, entry)
    deps.live.put(runId, entry)
  }

  function stream(event: RunEvent): void {
    if (event.body.type === 'entry') hold(event.body.entry)
    if (event.body.type !== 'delta') return
    const { entryId, field, offset, text } = event.body
    const known = open.get(entryId)
    const grown = known === undefined ? undefined : withDelta(known, { field, offset, text })
    if (grown !== undefined) open.set(entryId, grown)
    deps.live.append(runId, [{ entryId, field, offset, text }])
  }

  async function take(events: readonly RunEvent[]): Promise<void> {
    if (closed) return
    const before = received
    for (const event of events) {
      if (event.seq <= received) continue
      if (event.seq > received + 1) {
        sink.resend(received + 1)
        break
      }
      received = event.seq
      if (draft !== undefined) stream(event)
      queue.push(event)
    }
    if (events.some((event) => event.seq <= acked)) {
      sink.ack(acked)
      sink.moved()
    }
    if (received > before) frames.push(received)
    kick()
    if (frames.length < maxFramesWaiting) return
    // What waits is stored without the wait for more text.
    force = true
    kick()
    room ??= Promise.withResolvers()
    await room.promise
  }

  function kick(): void {
    if (closed || working !== undefined) return
    if (queue.length === 0) return
    const onlyText = !force && draft !== undefined && queue.every((event) => event.body.type === 'delta')
    if (onlyText && queue.length < maxBatch) {
      due ??= setTimeout(() => {
        due = undefined
        force = true
        kick()
      }, checkpointMs)
      return
    }
    clearTimeout(due)
    due = undefined
    force = false
    working = work().finally(() => {
      working = undefined
      kick()
    })
  }

  async function work(): Promise<void> {
    let delay = firstRetryMs
    while (queue.length > 0 && !closed) {
      try {
        if (draft === undefined) {
          opening ??= openDraft()
          draft = await opening
          for (const event of queue) stream(event)
        }
        await commitBatch(draft)
        return
      } catch (error) {
        if (closed) return
        opening = undefined
        draft = undefined
        deps.onError(error, runId)
        await new Promise<void>((resolve) => {
          due = setTimeout(resolve, delay)
        })
        due = undefined
        delay = Math.min(delay * 2, maxRetryMs)
      }
    }
  }

  async function commitBatch(draftNow: TranscriptDraft): Promise<void> {
    const batch = queue.slice(0, maxBatch)
    const seq = batch.at(-1)?.seq ?? acked
    for (const event of batch) if (event.body.type === 'entry') await draftNow.put(event.body.entry)
    const streamed = new Set(batch.flatMap((event) => (event.body.type === 'delta' ? [event.body.entryId] : [])))
    for (const entryId of streamed) {
      const entry = open.get(entryId)
      if (entry !== undefined) await draftNow.put(entry)
    }
    const chunks = draftNow.dirty()
    const outcome = await transact(deps, async (tx) => {
      tx.job({ run: runId, turn, expect: acked, acked: seq, holder: runnerId })
      const rows = tx.space(space)
      for (const [key, chunk] of chunks) await putRow(rows, key, chunk)
      await applyRunEvents(
        tx,
        { runId, teamId, rows, team: needsTeamRows(batch) ? tx.space(teamSpace(teamId)) : undefined },
        batch,
      )
    })
    if (outcome.status === 'conflict') return reload()
    draftNow.settle()
    queue = queue.slice(batch.length)
    acked = seq
    makeRoom()
    if (closed) return
    sink.ack(seq)
    if (batch.some((event) => event.body.type === 'state')) sink.moved()
  }

  /** Somebody else moved the job: take up its place again, or give the run up. */
  async function reload(): Promise<void> {
    const job = await deps.jobs.job(runId)
    if (job === undefined || job.runnerId !== runnerId) {
      closed = true
      queue = []
      makeRoom()
      sink.lost()
      return
    }
    turn = job.turn
    acked = Math.max(acked, job.ackedSeq)
    received = Math.max(received, acked)
    queue = queue.filter((event) => event.seq > acked)
    makeRoom()
    // A commit whose answer was lost: the runner waits for this.
    if (!closed) {
      sink.ack(acked)
      sink.moved()
    }
    draft = undefined
    opening = undefined
  }

  return {
    take,
    async idle() {
      while (working !== undefined || queue.length > 0) {
        force = true
        kick()
        await working
      }
    },
    close() {
      closed = true
      makeRoom()
      clearTimeout(due)
      deps.live.forget(runId, owner)
    },
  }
}
