/** One end of a pair: writes a run's title, or notes how long titles took to come here. Over IPC; `pair-page.ts` is its twin in a browser. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { RunId } from '#shared/ids.ts'
import { fetchAs, openDevice, openLink, Session } from '../lib/session.ts'
import { openStockDevice } from '../lib/stock-device.ts'
import { pairEnd, type PairEnd } from '../lib/pair.ts'

const Command = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), session: Session, runId: RunId, kind: z.enum(['ours', 'stock']) }),
  z.object({ type: z.literal('write') }),
  z.object({ type: z.literal('close') }),
])

let end: PairEnd | undefined
let closeDevice: () => Promise<void> = async () => undefined

async function handle(message: unknown): Promise<void> {
  const command = Command.parse(message)
  if (command.type === 'write') return end?.write()
  if (command.type === 'close') {
    end?.close()
    await closeDevice()
    process.send?.({ type: 'closed' })
    return
  }
  const { session, runId, kind } = command
  if (kind === 'ours') {
    const device = openDevice(session)
    closeDevice = () => device.close()
    end = pairEnd(
      { subscribe: device.subscribe, rename: (title) => device.mutate.renameRun({ runId, title }) },
      runId,
      (ms) => process.send?.({ type: 'seen', ms }),
    )
  } else {
    const stock = openStockDevice({
      ...session,
      baseUrl: session.origin,
      name: randomUUID(),
      kvStore: 'mem',
      fetch: fetchAs(session),
      link: openLink(session),
    })
    closeDevice = stock.close
    end = pairEnd(
      {
        subscribe: (query, onData) =>
          stock.replicache.subscribe((tx) => query({ get: (key) => tx.get(key) }) as never, onData),
        rename: async (title) => void (await stock.replicache.mutate['renameRun']?.({ runId, title })),
      },
      runId,
      (ms) => process.send?.({ type: 'seen', ms }),
    )
  }
  await end.ready
  process.send?.({ type: 'ready' })
}

process.on('message', (message) => void handle(message))
process.on('disconnect', () => process.exit())
