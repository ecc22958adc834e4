import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { roomBounds, roomMessage } from '#shared/protocol/plan-room.ts'
import { splitUpdate } from './split-update.ts'

/** Kinds of sync messages, of y-protocols 1: a question, its answer, a change. */
const question = 0
const change = 2
/** Bytes around a change in its message, at most. */
const around = 16

/** A message as it may go to the server: maybe in parts, maybe not at all. */
export function outgoing(message: Uint8Array<ArrayBuffer>, client: number): readonly Uint8Array<ArrayBuffer>[] {
  if (message[0] === roomMessage.awareness) return ownState(message, client)
  if (message[0] !== roomMessage.sync || message[1] === question) return [message]
  return message.byteLength <= roomBounds.messageBytes ? [message] : inParts(message)
}

function inParts(message: Uint8Array<ArrayBuffer>): readonly Uint8Array<ArrayBuffer>[] {
  const decoder = decoding.createDecoder(message)
  decoding.readVarUint(decoder)
  const kind = decoding.readVarUint(decoder)
  const parts = splitUpdate(decoding.readVarUint8Array(decoder), roomBounds.messageBytes - around)
  return parts.map((part, index) => {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, roomMessage.sync)
    encoding.writeVarUint(encoder, index === 0 ? kind : change)
    encoding.writeVarUint8Array(encoder, part)
    return encoding.toUint8Array(encoder)
  })
}

/**
 * Of who is in a room, a connection speaks for itself alone. `y-websocket` passes on what it hears of others too, and what another page of this device says of itself
 * would be taken for this one's.
 */
function ownState(message: Uint8Array<ArrayBuffer>, client: number): readonly Uint8Array<ArrayBuffer>[] {
  const decoder = decoding.createDecoder(message)
  decoding.readVarUint(decoder)
  const states = decoding.createDecoder(decoding.readVarUint8Array(decoder))
  for (let left = decoding.readVarUint(states); left > 0; left--) {
    const [of, clock, state] = [
      decoding.readVarUint(states),
      decoding.readVarUint(states),
      decoding.readVarString(states),
    ]
    if (of === client) return [encodeState(client, clock, state)]
  }
  return []
}

function encodeState(client: number, clock: number, state: string): Uint8Array<ArrayBuffer> {
  const own = encoding.encode((to) => {
    encoding.writeVarUint(to, 1)
    encoding.writeVarUint(to, client)
    encoding.writeVarUint(to, clock)
    encoding.writeVarString(to, state)
  })
  const message = encoding.createEncoder()
  encoding.writeVarUint(message, roomMessage.awareness)
  encoding.writeVarUint8Array(message, own)
  return encoding.toUint8Array(message)
}
