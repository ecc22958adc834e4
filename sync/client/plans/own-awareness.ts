import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { roomMessage } from '#shared/protocol/plan-room.ts'

/**
 * A message as it may go to the server: of who is in a room, a connection speaks for itself alone. `y-websocket` passes on what it hears of others too, and
 * what another page of this device says of itself would be taken for this one's. `undefined`: nothing of it is this one's.
 */
export function ownPart(message: Uint8Array<ArrayBuffer>, client: number): Uint8Array<ArrayBuffer> | undefined {
  if (message[0] !== roomMessage.awareness) return message
  const decoder = decoding.createDecoder(message)
  decoding.readVarUint(decoder)
  const states = decoding.createDecoder(decoding.readVarUint8Array(decoder))
  for (let left = decoding.readVarUint(states); left > 0; left--) {
    const [of, clock, state] = [
      decoding.readVarUint(states),
      decoding.readVarUint(states),
      decoding.readVarString(states),
    ]
    if (of === client) return encodeState(client, clock, state)
  }
  return undefined
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
