import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { WebSocketServer, type WebSocket } from 'ws'
import { messageYjsSyncStep1, readSyncMessage, writeSyncStep1, writeUpdate } from 'y-protocols/sync'
import * as Y from 'yjs'
import type { PlanId } from '#shared/ids.ts'
import { planOfPath, roomClosed, roomMessage } from '#shared/protocol/plan-room.ts'

/** Rooms of plans as the server has it on the wire, which does what a test says: keeps silent, stores late, refuses. Held to the real one by `test/sync/plan-*`. */
export type FakeRoom = {
  readonly url: string
  docOf(planId: PlanId): Y.Doc
  /** Sockets that were opened so far. */
  readonly opened: () => number
  /** `silent`: accepts and never answers. `stalled`: takes changes and does not say that they are stored. A number: closes each socket with it. */
  set(mode: 'open' | 'silent' | 'stalled' | number): void
  /** Cuts every socket. */
  cut(): void
  close(): Promise<void>
}

export async function openFakeRoom(): Promise<FakeRoom> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const docs = new Map<PlanId, Y.Doc>()
  const rooms = new Map<WebSocket, Y.Doc>()
  const stored = new Map<WebSocket, number>()
  let mode: 'open' | 'silent' | 'stalled' | number = 'open'
  let opened = 0

  function send(socket: WebSocket, type: number, write: (encoder: encoding.Encoder) => void): void {
    const message = encoding.createEncoder()
    encoding.writeVarUint(message, type)
    write(message)
    socket.send(encoding.toUint8Array(message))
  }

  function tellStored(socket: WebSocket): void {
    if (mode === 'open') send(socket, roomMessage.stored, (to) => encoding.writeVarUint(to, stored.get(socket) ?? 0))
  }

  function docOf(planId: PlanId): Y.Doc {
    const known = docs.get(planId)
    if (known !== undefined) return known
    const doc = new Y.Doc()
    docs.set(planId, doc)
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      for (const [socket, of] of rooms)
        if (of === doc && socket !== origin) send(socket, roomMessage.sync, (to) => writeUpdate(to, update))
    })
    return doc
  }

  server.on('connection', (socket, request) => {
    opened++
    socket.on('error', () => undefined)
    const planId = planOfPath(request.url ?? '')
    if (typeof mode === 'number') return socket.close(mode)
    if (planId === undefined) return socket.close(roomClosed.notFound)
    const doc = docOf(planId)
    rooms.set(socket, doc)
    stored.set(socket, 0)
    socket.on('close', () => {
      stored.delete(socket)
      rooms.delete(socket)
    })
    if (mode !== 'silent') send(socket, roomMessage.sync, (to) => writeSyncStep1(to, doc))
    socket.on('message', (data: Buffer) => {
      if (mode === 'silent') return
      const message = decoding.createDecoder(new Uint8Array(data))
      if (decoding.readVarUint(message) !== roomMessage.sync) return
      const answer = encoding.createEncoder()
      encoding.writeVarUint(answer, roomMessage.sync)
      const kind = readSyncMessage(message, answer, doc, socket)
      if (encoding.length(answer) > 1) socket.send(encoding.toUint8Array(answer))
      if (kind === messageYjsSyncStep1) return
      stored.set(socket, (stored.get(socket) ?? 0) + 1)
      tellStored(socket)
    })
  })

  return {
    url: `ws://127.0.0.1:${address.port}/api/plan`,
    docOf,
    opened: () => opened,
    set(next) {
      mode = next
      if (typeof mode === 'number') for (const socket of stored.keys()) socket.close(mode)
      else for (const socket of stored.keys()) tellStored(socket)
    },
    cut() {
      for (const socket of stored.keys()) socket.terminate()
    },
    async close() {
      for (const socket of server.clients) socket.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
