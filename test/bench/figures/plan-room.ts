import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openPlanDevice } from '../../plan-world.ts'
import { paragraph } from '../../plan-client.ts'
import { planRoomPath } from '#shared/protocol/plan-room.ts'
import { planField } from '#sync/core/plan/schema.ts'
import { measured, type Figure, type Measured } from '../lib/figure.ts'
import { nextMessage, startPart, type Part } from '../lib/processes.ts'
import { openRoomClient, type RoomAddress, type RoomClient } from '../lib/room-client.ts'
import { fetchAs, newId } from '../lib/session.ts'
import { openStage } from '../lib/stage.ts'

const kinds = ['ours', 'y-websocket', 'hocuspocus'] as const
type Kind = (typeof kinds)[number]

const devices = 50
const writers = 4
const perWriter = 1_000
const typed = 60
const typingMs = 15
const patienceMs = 120_000

/** Fifty devices in one plan: how soon each sees what one types, and how fast four can write as fast as they can. */
export const figure: Figure = {
  name: 'plan-room',
  about: `${devices} devices in a plan, ${writers} of which write; clients in one process beside the server`,
  async run({ quick, say }) {
    const stage = await openStage()
    const device = openPlanDevice({ ...stage.session, fetch: fetchAs(stage.session) })
    const peers = { 'y-websocket': await startPeer('y-websocket'), hocuspocus: await startPeer('hocuspocus') }
    const { cookie, origin } = stage.session

    async function address(kind: Kind): Promise<RoomAddress> {
      if (kind === 'ours')
        return {
          url: `${origin.replace('http', 'ws')}${planRoomPath}/${await device.createPlan()}`,
          headers: { cookie, origin },
        }
      const name = newId()
      const url = `ws://127.0.0.1:${peers[kind].port}/${name}`
      return kind === 'hocuspocus' ? { url, name } : { url }
    }

    const seen: Record<Kind, number[]> = { ours: [], 'y-websocket': [], hocuspocus: [] }
    const bursts: Record<Kind, number[]> = { ours: [], 'y-websocket': [], hocuspocus: [] }
    try {
      for (let turn = 0; turn < (quick ? 1 : 5); turn++)
        for (const kind of kinds) {
          const clients = await enter(await address(kind))
          seen[kind].push(...(await typeSlowly(clients, quick ? 20 : typed)))
          bursts[kind].push(await burst(clients))
          for (const client of clients) client.close()
          say(`${kind}: ${bursts[kind].at(-1)?.toFixed(0)} edits/s`)
        }
    } finally {
      for (const { part } of Object.values(peers)) await part.end('SIGKILL')
      await stage.close()
    }
    const [ours, y, hocuspocus] = kinds.map((kind) => measured(seen[kind]))
    const [oursBurst, yBurst, hocuspocusBurst] = kinds.map((kind) => measured(bursts[kind]))
    if (ours === undefined || oursBurst === undefined) throw new Error('nothing was measured')
    const ratio = (other: Measured | undefined): number => oursBurst.median / (other?.median ?? Number.NaN)
    return [
      {
        what: 'an edit, seen by each of the others',
        unit: 'ms',
        ours,
        ...besides('@y/websocket-server 0.1.1, without a store', y),
        target: { text: 'p99 ≤ 15', met: ours.p99 <= 15 },
      },
      { what: 'the same', unit: 'ms', ours, ...besides('@hocuspocus/server 4.7.0, without a store', hocuspocus) },
      {
        what: `${writers} × ${perWriter} edits, until all have all`,
        unit: 'edits/s',
        ours: oursBurst,
        ...besides('@y/websocket-server', yBurst),
        target: { text: 'ratio ≥ 3', met: ratio(yBurst) >= 3 },
      },
      {
        what: 'the same',
        unit: 'edits/s',
        ours: oursBurst,
        ...besides('@hocuspocus/server', hocuspocusBurst),
        target: { text: 'ratio ≥ 0.9', met: ratio(hocuspocusBurst) >= 0.9 },
      },
    ]
  },
}

const besides = (what: string, one: Measured | undefined): object =>
  one === undefined ? {} : { beside: { what, measured: one } }

async function startPeer(peer: string): Promise<{ part: Part; port: number }> {
  const { child, part } = startPart(join(import.meta.dirname, '..', 'processes', 'room-peers.ts'), { ROOM_PEER: peer })
  const port = await nextMessage(child, (message) => {
    const given: unknown = Reflect.get(Object(message), 'port')
    return typeof given === 'number' ? given : undefined
  }).catch((error: unknown) => {
    throw new Error(`${peer} did not start: ${part.words()}`, { cause: error })
  })
  return { part, port }
}

/** All in, with a paragraph for each who writes. */
async function enter(address: RoomAddress): Promise<readonly RoomClient[]> {
  const clients = Array.from({ length: devices }, () => openRoomClient(address))
  await Promise.all(clients.map((client) => client.synced))
  const all = waitFor(clients, writers)
  clients[0]?.doc.getXmlFragment(planField).push(Array.from({ length: writers }, () => paragraph('x')))
  await all
  return clients
}

/** One types, at the pace of a fast hand; how long until each of the others had it. */
async function typeSlowly(clients: readonly RoomClient[], edits: number): Promise<readonly number[]> {
  const [writer, ...others] = clients
  const samples: number[] = []
  const sentAt: number[] = []
  const first = writers
  const known = others.map(() => first)
  for (const [n, other] of others.entries())
    other.onNews(() => {
      const now = performance.now()
      const length = other.length()
      for (let at = known[n] ?? first; at < length; at++) {
        const sent = sentAt[at - first]
        if (sent !== undefined) samples.push(now - sent)
      }
      known[n] = Math.max(length, known[n] ?? first)
    })
  for (let n = 0; n < edits; n++) {
    sentAt.push(performance.now())
    writer?.type(0, 'x')
    await delay(typingMs)
  }
  await waitFor(clients, first + edits)
  return samples
}

/** Edits in a second, from the first one until everybody has the last. */
async function burst(clients: readonly RoomClient[]): Promise<number> {
  const before = clients[0]?.length() ?? 0
  const all = waitFor(clients, before + writers * perWriter)
  const began = performance.now()
  for (let n = 0; n < perWriter; n++)
    for (let writer = 0; writer < writers; writer++) clients[writer]?.type(writer, 'x')
  await all
  return (writers * perWriter * 1000) / (performance.now() - began)
}

function waitFor(clients: readonly RoomClient[], length: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const missing = new Set(clients)
    const timer = setTimeout(
      () =>
        reject(new Error(`${missing.size} devices have not all; one has ${[...missing][0]?.length()} of ${length}`)),
      patienceMs,
    )
    const look = (client: RoomClient): void => {
      if (!missing.has(client) || client.length() < length) return
      missing.delete(client)
      if (missing.size > 0) return
      clearTimeout(timer)
      resolve()
    }
    for (const client of clients) {
      client.doc.on('update', () => look(client))
      look(client)
    }
  })
}
