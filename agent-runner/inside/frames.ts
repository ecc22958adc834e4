/**
 * Frames that a container and its runner exchange over the streams of one process: a number (4 bytes, big endian), a type (1), the payload's length (4)
 * and the payload. Doors are ports of the container's loopback, numbered by the runner; streams are their connections, numbered inside.
 */
const types = ['listen', 'listening', 'failed', 'open', 'data', 'window', 'end', 'reset'] as const

/**
 * - `listen`: open this door at the port in the payload (0: any that is free), `listening` or `failed` (with a reason) is the answer;
 * - `open`: a connection came in at the door in the payload;
 * - `data`, `end` (nothing more from this side), `reset` (broken off), `window` (so many bytes more may be sent).
 */
export type FrameType = (typeof types)[number]

export interface Frame {
  readonly type: FrameType
  readonly id: number
  readonly payload: Buffer
}

const headerBytes = 9
export const maxPayload = 32 * 1024

export function writeFrame(type: FrameType, id: number, payload: Uint8Array | number = none): Buffer {
  const body = typeof payload === 'number' ? numberBytes(payload) : payload
  const frame = Buffer.allocUnsafe(headerBytes + body.byteLength)
  frame.writeUInt32BE(id, 0)
  frame.writeUInt8(types.indexOf(type), 4)
  frame.writeUInt32BE(body.byteLength, 5)
  frame.set(body, headerBytes)
  return frame
}

/** The number in the payload of `listen`, `listening`, `open` and `window`. @throws when there is none. */
export function numberIn({ type, payload }: Frame): number {
  if (payload.byteLength !== 4) throw new Error(`A frame “${type}” without its number.`)
  return payload.readUInt32BE(0)
}

/** Takes bytes as they come, gives whole frames. @throws for what is no frame; nothing can be read after it. */
export function createFrameReader(onFrame: (frame: Frame) => void): (bytes: Buffer) => void {
  let held: Buffer = none
  return (bytes) => {
    let rest: Buffer = held.byteLength === 0 ? bytes : Buffer.concat([held, bytes])
    held = none
    while (rest.byteLength >= headerBytes) {
      const type = types[rest.readUInt8(4)]
      const length = rest.readUInt32BE(5)
      if (type === undefined || length > maxPayload) throw new Error('What came is no frame.')
      if (rest.byteLength < headerBytes + length) break
      const frame = { type, id: rest.readUInt32BE(0), payload: rest.subarray(headerBytes, headerBytes + length) }
      rest = rest.subarray(headerBytes + length)
      onFrame(frame)
    }
    held = rest
  }
}

const none = Buffer.alloc(0)

function numberBytes(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value, 0)
  return bytes
}
