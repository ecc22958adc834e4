import { join } from 'node:path'
import { WebSocket } from 'ws'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { EntryId } from '#shared/ids.ts'
import type { RunEventBody } from '#shared/protocol/run-event.ts'
import { clock, measured, type Figure, type Measured, type Row } from '../lib/figure.ts'
import { nextMessage, startPart } from '../lib/processes.ts'
import { openStage, startScriptedRun } from '../lib/stage.ts'

type Via = 'entries' | 'rows' | 'raw'
type Load = {
  readonly what: string
  readonly everyMs: number
  readonly perSecond: number
  readonly roundMs: number
  readonly rounds: number
}
type Samples = { made: number[]; sent: number[] }

const windowMs = 16
const loads: readonly Load[] = [
  { what: '1000/s in 16 ms windows', everyMs: windowMs, perSecond: 1000, roundMs: 1_500, rounds: 4 },
  { what: '100/s unbatched', everyMs: 10, perSecond: 100, roundMs: 2_000, rounds: 4 },
]

/** A run event received by the server → visible in another client's subscription. */
export const figure: Figure = {
  name: 'events',
  about: 'a run event received by the server → visible in another client’s subscription',
  async run({ quick, say }) {
    const stage = await openStage()
    const { runner, runId } = await startScriptedRun(stage.session)
    const raw = startPart(join(import.meta.dirname, '..', 'processes', 'raw-server.ts'), {
      RAW_DATA_DIR: stage.dataDir,
    })
    const rawPort = await nextMessage(raw.child, portOf)
    const rawSource = new WebSocket(`ws://127.0.0.1:${rawPort}`, { perMessageDeflate: false })
    await new Promise((resolve) => rawSource.on('open', resolve))
    const watcher = startPart(join(import.meta.dirname, '..', 'processes', 'watcher.ts'), {})
    const ask = async (message: object): Promise<void> => {
      const ready = nextMessage(watcher.child, isReady)
      watcher.child.send(message)
      await ready
    }
    await ask({ type: 'open', session: stage.session, runId, rawPort })
    const placed = { ours: 0, raw: 0 }

    async function round(via: Via, load: Load, into: Samples): Promise<void> {
      await ask({ type: 'watch', via })
      let made = 0
      const began = clock()
      const total = Math.round((load.roundMs * load.perSecond) / 1000)
      while (made < total) {
        const now = clock()
        const bodies: RunEventBody[] = []
        for (; made < total && began + (made * 1000) / load.perSecond <= now; made++)
          bodies.push(entry(via === 'raw' ? ++placed.raw : ++placed.ours, began + (made * 1000) / load.perSecond, now))
        if (bodies.length > 0 && via !== 'raw') runner.emit(runId, ...bodies)
        if (bodies.length > 0 && via === 'raw')
          rawSource.send(
            JSON.stringify({
              events: bodies.map((body, index) => ({
                seq: placed.raw - bodies.length + 1 + index,
                at: Date.now(),
                body,
              })),
            }),
          )
        const next = began + Math.ceil((clock() - began) / load.everyMs) * load.everyMs
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - clock())))
      }
      const collected = nextMessage(watcher.child, samplesOf, 20_000).catch((cause: unknown) => {
        throw new Error(
          `not all of ${total} events came via ${via}: ${watcher.part.words()} ${raw.part.words()} ${stage.server.words()}`,
          { cause },
        )
      })
      watcher.child.send({ type: 'collect', count: total })
      for (const sample of await collected) {
        into.made.push(sample.made)
        into.sent.push(sample.sent)
      }
    }

    try {
      const rows: Row[] = []
      for (const load of loads) {
        const taken: Record<Via, Samples> = {
          entries: { made: [], sent: [] },
          rows: { made: [], sent: [] },
          raw: { made: [], sent: [] },
        }
        for (const via of ['entries', 'rows', 'raw'] as const)
          await round(via, { ...load, roundMs: 500 }, { made: [], sent: [] })
        for (let turn = 0; turn < (quick ? 1 : load.rounds); turn++)
          for (const via of ['entries', 'raw', 'rows', 'raw'] as const) await round(via, load, taken[via])
        say(
          `  ${load.what}: ${taken.entries.sent.length} events in the transcript, ${taken.raw.sent.length} over the bare socket`,
        )
        rows.push(...report(load, taken))
      }
      return rows
    } finally {
      runner.close()
      rawSource.terminate()
      await watcher.part.end('SIGKILL')
      await raw.part.end('SIGKILL')
      await stage.close()
    }
  },
}

function report(load: Load, taken: Record<Via, Samples>): Row[] {
  const limit = { what: 'bare socket after the same commit', measured: measured(taken.raw.sent) }
  const [p50, p99] = load.everyMs === windowMs ? [15, 30] : [5, 12]
  const meets = (ours: Measured): boolean =>
    ours.median <= p50 && ours.p99 <= p99 && (load.everyMs !== windowMs || ours.median <= 1.5 * limit.measured.median)
  const text = load.everyMs === windowMs ? `p50 ≤ ${p50}, p99 ≤ ${p99}, ratio ≤ 1.5` : `p50 ≤ ${p50}, p99 ≤ ${p99}`
  const line = (what: string, ours: Measured): Row => ({
    what: `${load.what} → ${what}`,
    unit: 'ms',
    ours,
    beside: limit,
    target: { text, met: meets(ours) },
  })
  const rows = [
    line('entries of the transcript', measured(taken.entries.sent)),
    line('subscription to rows', measured(taken.rows.sent)),
  ]
  if (load.everyMs !== windowMs) return rows
  const withWindow: Row = {
    what: `${load.what}, the wait in the sender’s window included`,
    unit: 'ms',
    ours: measured(taken.entries.made),
    beside: { what: limit.what, measured: measured(taken.raw.made) },
  }
  return [...rows, withWindow]
}

function entry(n: number, made: number, sent: number): RunEventBody {
  return {
    type: 'entry',
    entry: {
      id: EntryId.parse(`e${n}`),
      n,
      at: Math.floor(sent),
      turn: 1,
      body: { kind: 'message', text: boundedText(`${made} ${sent} ${'x'.repeat(80)}`), done: true },
    },
  }
}

function portOf(message: unknown): number | undefined {
  return typeof message === 'object' && message !== null && 'port' in message && typeof message.port === 'number'
    ? message.port
    : undefined
}

function isReady(message: unknown): true | undefined {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready'
    ? true
    : undefined
}

function samplesOf(message: unknown): { made: number; sent: number }[] | undefined {
  if (typeof message !== 'object' || message === null || !('samples' in message)) return undefined
  return message.samples as { made: number; sent: number }[]
}
