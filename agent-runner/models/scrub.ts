/** Takes a key out of bytes that pass: a provider, or something before it, may repeat in an answer what it was sent. */
export interface Scrub {
  /** What may go on now: only what could be the beginning of the key is held back. */
  push(bytes: Buffer): Buffer
  end(): Buffer
}

const instead = Buffer.from('[key]')

export function createScrub(key: string | undefined): Scrub {
  const secret = Buffer.from(key ?? '')
  let held = Buffer.alloc(0)

  function clean(bytes: Buffer): { clean: Buffer; from: number } {
    const pieces: Buffer[] = []
    let from = 0
    for (let at = bytes.indexOf(secret); at !== -1; at = bytes.indexOf(secret, from)) {
      pieces.push(bytes.subarray(from, at), instead)
      from = at + secret.byteLength
    }
    const kept = bytes.byteLength - tailOf(bytes.subarray(from), secret)
    if (pieces.length === 0) return { clean: bytes.subarray(0, kept), from: kept }
    pieces.push(bytes.subarray(from, kept))
    return { clean: Buffer.concat(pieces), from: kept }
  }

  return {
    push: (bytes) => {
      if (secret.byteLength === 0) return bytes
      const all = held.byteLength === 0 ? bytes : Buffer.concat([held, bytes])
      const { clean: done, from } = clean(all)
      held = Buffer.from(all.subarray(from))
      return done
    },
    end: () => {
      const rest = held
      held = Buffer.alloc(0)
      return rest
    },
  }
}

/** The length of the longest end of `bytes` that is a beginning of `secret`. */
function tailOf(bytes: Buffer, secret: Buffer): number {
  const [first] = secret
  if (first === undefined) return 0
  const start = Math.max(0, bytes.byteLength - secret.byteLength + 1)
  for (let at = bytes.indexOf(first, start); at !== -1; at = bytes.indexOf(first, at + 1)) {
    const length = bytes.byteLength - at
    if (bytes.subarray(at).equals(secret.subarray(0, length))) return length
  }
  return 0
}
