import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { readSyncMessage, writeSyncStep1, writeUpdate } from 'y-protocols/sync'
import { Doc } from 'yjs'
import { UserId } from '#shared/ids.ts'
import { roomMessage } from '#shared/protocol/plan-room.ts'
import { planField } from '#sync/core/plan/schema.ts'
import type { PlanRoom } from '#sync/server/plan/plan-room.ts'
import type { Member, RoomTransport } from '#sync/server/plan/room-member.ts'
import { paragraph, paragraphsOf } from '../plan-client.ts'

/** A device in a room without a socket between: what it sends is there at once. */
export type RoomMember = {
  readonly doc: Doc
  readonly member: Member
  /** Asks for what the room has. */
  ask(): void
  write(text: string): void
  send(bytes: Uint8Array): void
  sendUpdate(update: Uint8Array): void
  texts(): readonly string[]
  readonly sent: number
  /** How many of its changes it was told to be stored. */
  readonly stored: number
  readonly heard: readonly number[]
  readonly awareness: readonly string[]
  readonly closed: number | undefined
  readonly isPaused: boolean
  /** Bytes that it has not read. */
  buffered: number
}

export function enterRoom(
  room: PlanRoom,
  { user = 'u1', name = 'Mara', mayWrite = true }: { user?: string; name?: string; mayWrite?: boolean } = {},
): RoomMember {
  const doc = new Doc()
  const body = doc.getXmlFragment(planField)
  const state = { sent: 0, stored: 0, closed: undefined as number | undefined, isPaused: false, buffered: 0 }
  const heard: number[] = []
  const awareness: string[] = []

  const transport: RoomTransport = {
    send(bytes) {
      const decoder = decoding.createDecoder(bytes)
      const type = decoding.readVarUint(decoder)
      heard.push(type)
      if (type === roomMessage.stored) state.stored = decoding.readVarUint(decoder)
      if (type === roomMessage.awareness) awareness.push(readAwareness(decoding.readVarUint8Array(decoder)))
      if (type !== roomMessage.sync) return
      const answer = encoding.createEncoder()
      encoding.writeVarUint(answer, roomMessage.sync)
      readSyncMessage(decoder, answer, doc, 'room')
      if (encoding.length(answer) > 1) send(encoding.toUint8Array(answer), true)
    },
    close(code) {
      state.closed = code
    },
    terminate() {
      state.closed = 1006
    },
    bufferedBytes: () => state.buffered,
    pause: () => (state.isPaused = true),
    resume: () => (state.isPaused = false),
  }
  /** What was answered before it was in. */
  const early: Uint8Array[] = []
  let isIn = false
  const member = room.members.join(transport, { userId: UserId.parse(user), name }, mayWrite)
  isIn = true
  for (const bytes of early) member.receive(bytes)

  function send(bytes: Uint8Array, isChange = false): void {
    if (isChange) state.sent++
    if (isIn) member.receive(bytes)
    else early.push(bytes)
  }
  function sendUpdate(update: Uint8Array): void {
    const message = encoding.createEncoder()
    encoding.writeVarUint(message, roomMessage.sync)
    writeUpdate(message, update)
    send(encoding.toUint8Array(message), true)
  }
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== 'room') sendUpdate(update)
  })

  return {
    doc,
    member,
    ask() {
      const message = encoding.createEncoder()
      encoding.writeVarUint(message, roomMessage.sync)
      writeSyncStep1(message, doc)
      send(encoding.toUint8Array(message))
    },
    write: (text) => body.push([paragraph(text)]),
    send,
    sendUpdate,
    texts: () => paragraphsOf(doc),
    get sent() {
      return state.sent
    },
    get stored() {
      return state.stored
    },
    heard,
    awareness,
    get closed() {
      return state.closed
    },
    get isPaused() {
      return state.isPaused
    },
    get buffered() {
      return state.buffered
    },
    set buffered(bytes) {
      state.buffered = bytes
    },
  }
}

/** An awareness message of one client. */
export function awarenessOf(client: number, clock: number, state: unknown): Uint8Array {
  const json = typeof state === 'string' ? state : JSON.stringify(state)
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, roomMessage.awareness)
    encoding.writeVarUint8Array(
      encoder,
      encoding.encode((inner) => {
        encoding.writeVarUint(inner, 1)
        encoding.writeVarUint(inner, client)
        encoding.writeVarUint(inner, clock)
        encoding.writeVarString(inner, json)
      }),
    )
  })
}

/** `client@clock state`, each on a line. */
function readAwareness(states: Uint8Array): string {
  const decoder = decoding.createDecoder(states)
  const lines: string[] = []
  for (let n = decoding.readVarUint(decoder); n > 0; n--) {
    const [client, clock] = [decoding.readVarUint(decoder), decoding.readVarUint(decoder)]
    lines.push(`${client}@${clock} ${decoding.readVarString(decoder)}`)
  }
  return lines.join('\n')
}
