/**
 * The limit for a delivery: takes events over a WebSocket, commits them in the same shape as the server does (the tail chunk
 * of a transcript and the job's place, one statement, synchronous commit), and sends the events on in one message. No
 * sign-in, no filter, no order across spaces, no patch. `RAW_DATA_DIR` is the data folder of a running server.
 */
import { createServer } from 'node:http'
import { WebSocket, WebSocketServer } from 'ws'
import { TranscriptChunk } from '#shared/domain/transcript.ts'
import { RunEvent } from '#shared/protocol/run-event.ts'
import type { SpaceId } from '#shared/protocol/sync.ts'
import { inheritedEnvironment } from '#server/config.ts'
import { connectDatabase } from '#server/db/database.ts'
import { runningCluster } from '#server/db/embedded/cluster.ts'
import { createSpaceStore } from '#server/db/space-store.ts'
import { frameText } from '#server/live/upgrade.ts'
import { createTranscriptDraft } from '#server/runs/transcript-draft.ts'
import type { Json } from '#shared/json.ts'

const address = await runningCluster(inheritedEnvironment()['RAW_DATA_DIR'] ?? '')
if (address === undefined) throw new Error('no PostgreSQL runs in that folder')
const db = connectDatabase({ kind: 'embedded', address })
const store = createSpaceStore(db)
const run = `raw-${process.pid}`
const space: SpaceId = `run/${run}`
await db.query(
  `insert into run_job (run_id, team_id, turn, phase, harness, sandbox, assignment, queued_at, runner_id)
     values ($1, 'none', 1, 'ended', 'runbook', 'direct', '{}', 0, 'raw')`,
  [run],
)
const draft = createTranscriptDraft([], async (key) =>
  TranscriptChunk.parse((await store.read(space, [key])).rows[0]?.value),
)

const http = createServer()
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false })
let queue: RunEvent[] = []
let acked = 0
let working = false

async function work(): Promise<void> {
  if (working) return
  working = true
  while (queue.length > 0) {
    const batch = queue
    queue = []
    for (const { body } of batch) if (body.type === 'entry') await draft.put(body.entry)
    const seq = batch.at(-1)?.seq ?? acked
    const puts = draft.dirty().map(([key, chunk]): [string, Json] => [key, JSON.parse(JSON.stringify(chunk))])
    await store.commit({
      now: Date.now(),
      spaces: [{ space, at: 0, gets: [], scans: [], puts, dels: [] }],
      job: { run, turn: 1, expect: acked, acked: seq, holder: 'raw' },
      effects: [],
    })
    draft.settle()
    acked = seq
    const frame = JSON.stringify({ events: batch })
    for (const socket of sockets.clients) if (socket.readyState === WebSocket.OPEN) socket.send(frame)
  }
  working = false
}

sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    queue.push(...RunEvent.array().parse(JSON.parse(frameText(data)).events))
    void work()
  })
})
http.listen(0, '127.0.0.1', () => {
  const bound = http.address()
  process.send?.({ type: 'listening', port: typeof bound === 'object' && bound !== null ? bound.port : 0 })
})
process.on('disconnect', () => process.exit())
