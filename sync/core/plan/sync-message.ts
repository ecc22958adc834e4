import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

/** What a device says to a plan's room in one request, where no socket gets through. */
export type PlanSyncRequest = {
  /** What the device has. */
  readonly stateVector: Uint8Array
  /** What the server may not have, in the order in which they build on each other. */
  readonly updates: readonly Uint8Array[]
}

export type PlanSyncAnswer = {
  /** What the device does not have. */
  readonly update: Uint8Array
  /** What the server has. */
  readonly stateVector: Uint8Array
  /** How many of the updates are stored, from the first one on. */
  readonly stored: number
}

/** Updates in one request. */
export const maxSyncUpdates = 16

export function writeSyncRequest({ stateVector, updates }: PlanSyncRequest): Uint8Array<ArrayBuffer> {
  const to = encoding.createEncoder()
  encoding.writeVarUint8Array(to, stateVector)
  encoding.writeVarUint(to, updates.length)
  for (const update of updates) encoding.writeVarUint8Array(to, update)
  return encoding.toUint8Array(to)
}

/** `undefined`: it is none, or has something behind it. */
export function readSyncRequest(bytes: Uint8Array): PlanSyncRequest | undefined {
  return reading(bytes, (from) => {
    const stateVector = decoding.readVarUint8Array(from).slice()
    const count = decoding.readVarUint(from)
    if (count > maxSyncUpdates) return undefined
    const updates = Array.from({ length: count }, () => decoding.readVarUint8Array(from).slice())
    return { stateVector, updates }
  })
}

export function writeSyncAnswer({ update, stateVector, stored }: PlanSyncAnswer): Uint8Array<ArrayBuffer> {
  const to = encoding.createEncoder()
  encoding.writeVarUint8Array(to, update)
  encoding.writeVarUint8Array(to, stateVector)
  encoding.writeVarUint(to, stored)
  return encoding.toUint8Array(to)
}

export function readSyncAnswer(bytes: Uint8Array): PlanSyncAnswer | undefined {
  return reading(bytes, (from) => ({
    update: decoding.readVarUint8Array(from).slice(),
    stateVector: decoding.readVarUint8Array(from).slice(),
    stored: decoding.readVarUint(from),
  }))
}

function reading<T>(bytes: Uint8Array, read: (from: decoding.Decoder) => T | undefined): T | undefined {
  try {
    const from = decoding.createDecoder(bytes)
    const value = read(from)
    return decoding.hasContent(from) ? undefined : value
  } catch {
    return undefined
  }
}
