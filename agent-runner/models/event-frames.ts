/** Longer frames are passed over: what is looked for is short. */
const longest = 1_000_000
/** Lengths of the frame and of its headers, and a checksum. */
const preludeBytes = 12
const checksumBytes = 4

/** Reads along in Amazon's binary stream (`application/vnd.amazon.eventstream`): calls back with the payload of each frame that is not too long. */
export function createFrameReader(onPayload: (payload: Buffer) => void): (bytes: Uint8Array) => void {
  let held: Buffer = Buffer.alloc(0)
  let skip = 0
  let isLost = false

  return (bytes) => {
    if (isLost) return
    const rest = Math.min(skip, bytes.byteLength)
    skip -= rest
    held = Buffer.concat([held, bytes.subarray(rest)])
    while (held.byteLength >= preludeBytes) {
      const length = held.readUInt32BE(0)
      const start = preludeBytes + held.readUInt32BE(4)
      if (length < start + checksumBytes) {
        // It is none, and nothing tells where the next one begins.
        isLost = true
        held = Buffer.alloc(0)
        return
      }
      if (length > longest) {
        skip = Math.max(0, length - held.byteLength)
        held = held.subarray(Math.min(length, held.byteLength))
        continue
      }
      if (held.byteLength < length) return
      onPayload(held.subarray(start, length - checksumBytes))
      held = held.subarray(length)
    }
  }
}
