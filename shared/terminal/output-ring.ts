/** The last part of a text that grows for ever, by the offsets of the whole, in UTF-16 units. */
export interface OutputRing {
  /** Offset of the oldest unit that is still here. */
  start(): number
  /** Offset behind the newest. */
  end(): number
  append(text: string): void
  /**
   * `text` is what stands at `offset` of another ring of the same output. What is known already is dropped; where something between is
   * missing, all before it is forgotten.
   */
  put(offset: number, text: string): void
  /** At most `most` units from `from` on, or from the oldest where `from` is gone. Never half of a character. */
  read(from: number, most: number): { offset: number; text: string }
  /** The last units. */
  tail(most: number): string
}

/** Holds `capacity` to twice that: text is cut in bulk, not with each piece. */
export function createOutputRing(capacity: number, from = 0): OutputRing {
  let pieces: string[] = []
  let first = from
  let last = from

  function append(text: string): void {
    if (text === '') return
    pieces.push(text)
    last += text.length
    // Many small pieces are joined, so that reading stays cheap.
    if (pieces.length > 256) pieces = [pieces.join('')]
    if (last - first <= capacity * 2) return
    const all = pieces.join('')
    const kept = fromWholeCharacter(all, all.length - capacity)
    pieces = [kept]
    first = last - kept.length
  }

  function read(wanted: number, most: number): { offset: number; text: string } {
    const offset = Math.min(Math.max(wanted, first), last)
    const all = pieces.join('')
    pieces = all === '' ? [] : [all]
    const at = offset - first
    let until = Math.min(all.length, at + most)
    if (until < all.length && isHighHalf(all, until - 1) && until - 1 > at) until--
    return { offset, text: all.slice(at, until) }
  }

  return {
    start: () => first,
    end: () => last,
    append,
    put(offset, text) {
      if (offset > last) {
        pieces = []
        first = offset
        last = offset
      }
      append(text.slice(last - offset))
    },
    read,
    tail(most) {
      const { text } = read(Math.max(first, last - most), most)
      return fromWholeCharacter(text, 0)
    },
  }
}

function isHighHalf(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0xd800 && unit <= 0xdbff
}

/** The text from `at` on, without the second half of a character that was cut there. */
function fromWholeCharacter(text: string, at: number): string {
  const unit = text.charCodeAt(at)
  return text.slice(unit >= 0xdc00 && unit <= 0xdfff ? at + 1 : at)
}

/** How far somebody has been sent an output, and how far they have read it: never more than `window` units ahead. */
export interface OutputReader {
  /** What to send next; `undefined` until more was read, or there is more. `skipped`: what lay between is gone. */
  next(ring: OutputRing, most: number): { offset: number; text: string; skipped: boolean } | undefined
  /** They have read up to here. */
  ack(offset: number): void
  acked(): number
  sent(): number
}

export function createOutputReader(from: number, window: number): OutputReader {
  let sent = from
  let acked = from
  return {
    next(ring, most) {
      const room = window - (sent - acked)
      if (room <= 0 || sent >= ring.end()) return undefined
      const { offset, text } = ring.read(sent, Math.min(most, room))
      if (text === '') return undefined
      const skipped = offset > sent
      // What they never got they need not read.
      if (skipped) acked = Math.max(acked, offset)
      sent = offset + text.length
      return { offset, text, skipped }
    },
    ack(offset) {
      acked = Math.min(Math.max(acked, offset), sent)
    },
    acked: () => acked,
    sent: () => sent,
  }
}
