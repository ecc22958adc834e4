import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate } from 'y-protocols/sync'
import { roomMessage } from '#shared/protocol/plan-room.ts'

/** One message of a device, parsed. `change`: what its document has and ours may not. */
export type RoomUp =
  | { readonly type: 'ask'; readonly stateVector: Uint8Array }
  | { readonly type: 'change'; readonly update: Uint8Array }
  | { readonly type: 'awareness'; readonly states: Uint8Array }
  | { readonly type: 'query_awareness' }

/** `undefined`: it is none. The bytes of a message are not kept: what is in it is a copy. */
export function readRoomMessage(bytes: Uint8Array): RoomUp | undefined {
  try {
    const decoder = decoding.createDecoder(bytes)
    switch (decoding.readVarUint(decoder)) {
      case roomMessage.sync:
        return readSync(decoder)
      case roomMessage.awareness:
        return { type: 'awareness', states: decoding.readVarUint8Array(decoder).slice() }
      case roomMessage.queryAwareness:
        return { type: 'query_awareness' }
      default:
        return undefined
    }
  } catch {
    return undefined
  }
}

function readSync(decoder: decoding.Decoder): RoomUp | undefined {
  switch (decoding.readVarUint(decoder)) {
    case messageYjsSyncStep1:
      return { type: 'ask', stateVector: decoding.readVarUint8Array(decoder).slice() }
    case messageYjsSyncStep2:
    case messageYjsUpdate:
      return { type: 'change', update: decoding.readVarUint8Array(decoder).slice() }
    default:
      return undefined
  }
}

export const stateVectorMessage = (stateVector: Uint8Array): Uint8Array => syncMessage(messageYjsSyncStep1, stateVector)
export const answerMessage = (update: Uint8Array): Uint8Array => syncMessage(messageYjsSyncStep2, update)
export const updateMessage = (update: Uint8Array): Uint8Array => syncMessage(messageYjsUpdate, update)

function syncMessage(kind: number, content: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, roomMessage.sync)
    encoding.writeVarUint(encoder, kind)
    encoding.writeVarUint8Array(encoder, content)
  })
}

export function awarenessMessage(states: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, roomMessage.awareness)
    encoding.writeVarUint8Array(encoder, states)
  })
}

export function storedMessage(changes: number): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, roomMessage.stored)
    encoding.writeVarUint(encoder, changes)
  })
}
