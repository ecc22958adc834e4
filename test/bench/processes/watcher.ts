/**
 * The one who watches, in a process of its own: a signed-in person's device that follows a run's transcript, and a bare
 * socket. Notes how long each event took since its sender wrote `<made> <sent>` (ms since epoch) into it.
 */
import { WebSocket } from 'ws'
import { z } from 'zod'
import type { TranscriptChunk, TranscriptEntry } from '#shared/domain/transcript.ts'
import { RunId } from '#shared/ids.ts'
import { chunkNumber, keys } from '#sync/core/keys.ts'
import { frameText } from '#server/live/upgrade.ts'
import type { Transcript } from '#sync/client/workspace.ts'
import { clock } from '../lib/figure.ts'
import { openDevice, Session } from '../lib/session.ts'

const Command = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), session: Session, runId: RunId, rawPort: z.number() }),
  /** Which of the ways counts from now on; the others are closed. */
  z.object({ type: z.literal('watch'), via: z.enum(['entries', 'rows', 'raw']) }),
  z.object({ type: z.literal('collect'), count: z.number() }),
])

type Sample = { readonly made: number; readonly sent: number }

let samples: Sample[] = []
let stop = (): void => undefined
let wanted: number | undefined
let seen = 0
let open: { device: ReturnType<typeof openDevice>; transcript: Transcript; rawPort: number } | undefined

function take(entries: Iterable<TranscriptEntry>): void {
  const now = clock()
  for (const { n, body } of entries) {
    if (n <= seen || body.kind !== 'message') continue
    seen = n
    const [made = '', sent = ''] = body.text.head.split(' ')
    samples.push({ made: now - Number(made), sent: now - Number(sent) })
  }
  tell()
}

function tell(): void {
  if (wanted === undefined || samples.length < wanted) return
  process.send?.({ type: 'samples', samples })
  wanted = undefined
}

/** Newest first while they are new, so that a long transcript costs nothing here. */
function fresh(entries: readonly TranscriptEntry[]): TranscriptEntry[] {
  let from = entries.length
  while (from > 0 && (entries[from - 1]?.n ?? 0) > seen) from--
  return entries.slice(from)
}

async function watch(via: 'entries' | 'rows' | 'raw'): Promise<void> {
  if (open === undefined) throw new Error('open comes first')
  const { transcript, rawPort } = open
  stop()
  if (via === 'entries') {
    stop = transcript.subscribeEntries(({ entries }) => take(fresh(entries)))
  } else if (via === 'rows') {
    let last = await new Promise<number>((resolve) => {
      const stopLooking = transcript.subscribe(
        async (tx) => chunkNumber((await tx.scan(keys.chunks)).at(-1)?.[0] ?? keys.chunk(0)),
        (number) => {
          queueMicrotask(() => stopLooking())
          resolve(number)
        },
      )
    })
    // A subscription reads a bounded set: the last ten chunks or twenty, whatever the length of the transcript.
    const tens = (number: number): string => keys.chunk(number).slice(0, -1)
    stop = transcript.subscribe(
      async (tx) => [...(await tx.scan(tens(last))), ...(await tx.scan(tens(last + 10)))],
      (rows) => {
        last = chunkNumber(rows.at(-1)?.[0] ?? keys.chunk(last))
        const chunks = rows.map(([, value]) => (value as unknown as TranscriptChunk).entries)
        const known = chunks.findLastIndex((entries) => (entries.at(-1)?.n ?? 0) <= seen)
        take(chunks.slice(known + 1).flat())
      },
    )
  } else {
    const socket = new WebSocket(`ws://127.0.0.1:${rawPort}`, { perMessageDeflate: false })
    socket.on('message', (data) =>
      take(JSON.parse(frameText(data)).events.map((event: { body: { entry: TranscriptEntry } }) => event.body.entry)),
    )
    await new Promise((resolve) => socket.on('open', resolve))
    stop = () => socket.terminate()
  }
  samples = []
}

async function handle(message: unknown): Promise<void> {
  const command = Command.parse(message)
  switch (command.type) {
    case 'open': {
      const device = openDevice(command.session)
      const transcript = device.openTranscript(command.runId)
      open = { device, transcript, rawPort: command.rawPort }
      await new Promise<void>((resolve) =>
        transcript.subscribeEntries(({ loaded }) => (loaded ? resolve() : undefined)),
      )
      process.send?.({ type: 'ready' })
      return
    }
    case 'watch':
      seen = 0
      await watch(command.via)
      // What was there before does not count.
      setTimeout(() => {
        samples = []
        process.send?.({ type: 'ready' })
      }, 100)
      return
    case 'collect':
      wanted = command.count
      tell()
  }
}

process.on('message', (message) => void handle(message))
process.on('disconnect', () => process.exit())
