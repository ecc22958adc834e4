import { Duplex } from 'node:stream'
import { maxPayload, numberIn, writeFrame, type Frame } from './frames.ts'

/** Many streams over one carrier, each with a window of its own, so that one whose reader is slow holds up no other. */
export interface Mux {
  /** A new stream; `undefined` when there are as many as may be. */
  open(door: number): Duplex | undefined
  /** Takes a frame of a stream. @throws when it breaks the rules; the carrier can't be trusted after that. */
  take(frame: Frame): void
  /** The carrier takes more again. */
  drained(): void
  size(): number
  /** Every stream fails with this. */
  close(reason: Error): void
}

/** Bytes of one stream and direction that may be under way. */
export const windowBytes = 256 * 1024
export const maxStreams = 256

export function createMux({
  write,
  onOpen,
}: {
  /** @returns whether the carrier takes more. */
  write: (frame: Buffer) => boolean
  /** The side that answers; absent: this one opens. */
  onOpen?: (stream: Duplex, door: number) => void
}): Mux {
  const streams = new Map<number, MuxStream>()
  /** Streams that have something to send and may, in turn. */
  const ready = new Set<MuxStream>()
  let lastId = 0
  let full = false
  let sending = false
  let closed = false

  const way: Way = {
    ready: (stream) => {
      ready.add(stream)
      send()
    },
    tell: (frame) => {
      if (!closed) full = !write(frame) || full
    },
    gone: (stream) => {
      ready.delete(stream)
      if (streams.get(stream.id) === stream) streams.delete(stream.id)
    },
  }

  /** One piece of each stream in turn, as long as the carrier takes them. */
  function send(): void {
    if (sending) return
    sending = true
    for (const stream of ready) {
      if (full || closed) break
      ready.delete(stream)
      const piece = stream.nextPiece()
      if (piece === undefined) continue
      full = !write(writeFrame('data', stream.id, piece))
      // At the end of the line again, where it has more.
      stream.pieceSent()
    }
    sending = false
  }

  function accept(id: number, door: number): void {
    if (onOpen === undefined || streams.has(id)) throw new Error('A stream was opened that may not be.')
    if (streams.size >= maxStreams) return way.tell(writeFrame('reset', id))
    onOpen(add(id), door)
  }

  function add(id: number): MuxStream {
    const stream = new MuxStream(id, way)
    // Whoever uses it may not listen; a stream that broke is no reason to end the process.
    stream.on('error', () => {})
    streams.set(id, stream)
    return stream
  }

  return {
    open: (door) => {
      if (closed || streams.size >= maxStreams) return undefined
      lastId++
      way.tell(writeFrame('open', lastId, door))
      return add(lastId)
    },
    take: (frame) => {
      if (frame.type === 'open') return accept(frame.id, numberIn(frame))
      // One that this side has broken off may still be spoken of.
      const stream = streams.get(frame.id)
      if (frame.type === 'data') stream?.receive(frame.payload)
      else if (frame.type === 'window') stream?.widen(numberIn(frame))
      else if (frame.type === 'end') stream?.receiveEnd()
      else if (frame.type === 'reset') stream?.receiveReset()
      else throw new Error(`A frame “${frame.type}” has no place here.`)
    },
    drained: () => {
      full = false
      send()
    },
    size: () => streams.size,
    close: (reason) => {
      closed = true
      for (const stream of [...streams.values()]) stream.destroy(reason)
    },
  }
}

interface Way {
  ready(stream: MuxStream): void
  tell(frame: Buffer): void
  gone(stream: MuxStream): void
}

class MuxStream extends Duplex {
  readonly id: number
  readonly #way: Way
  #credit = windowBytes
  #waiting: { bytes: Buffer; done: () => void } | undefined
  /** What the other side may still send, and what was read since it was told so last. */
  #room = windowBytes
  #owed = 0
  #endTold = false
  #endHeard = false
  #resetHeard = false

  constructor(id: number, way: Way) {
    super({ allowHalfOpen: true })
    this.id = id
    this.#way = way
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#waiting = { bytes, done }
    if (this.#credit > 0) this.#way.ready(this)
  }

  nextPiece(): Buffer | undefined {
    const size = Math.min(this.#waiting?.bytes.byteLength ?? 0, this.#credit, maxPayload)
    return size === 0 ? undefined : this.#waiting?.bytes.subarray(0, size)
  }

  pieceSent(): void {
    const waiting = this.#waiting
    const piece = this.nextPiece()
    if (waiting === undefined || piece === undefined) return
    this.#credit -= piece.byteLength
    waiting.bytes = waiting.bytes.subarray(piece.byteLength)
    if (waiting.bytes.byteLength === 0) {
      this.#waiting = undefined
      waiting.done()
    } else if (this.#credit > 0) this.#way.ready(this)
  }

  widen(by: number): void {
    if (this.#credit + by > windowBytes) throw new Error('A window was opened too far.')
    this.#credit += by
    if (this.#waiting !== undefined) this.#way.ready(this)
  }

  receive(bytes: Buffer): void {
    if (bytes.byteLength > this.#room || this.#endHeard) throw new Error('More was sent than may be.')
    this.#room -= bytes.byteLength
    this.#owed += bytes.byteLength
    this.push(bytes)
  }

  override _read(): void {
    // Told in large steps: what is left of the window until then keeps the sender going.
    if (this.#owed < windowBytes / 4 || this.#endHeard) return
    this.#room += this.#owed
    this.#way.tell(writeFrame('window', this.id, this.#owed))
    this.#owed = 0
  }

  receiveEnd(): void {
    if (this.#endHeard) return
    this.#endHeard = true
    this.push(null)
  }

  receiveReset(): void {
    this.#resetHeard = true
    this.destroy(new Error('The other side broke the connection off.'))
  }

  override _final(done: () => void): void {
    this.#endTold = true
    this.#way.tell(writeFrame('end', this.id))
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#waiting = undefined
    if (!this.#resetHeard && !(this.#endTold && this.#endHeard)) this.#way.tell(writeFrame('reset', this.id))
    this.#way.gone(this)
    done(error)
  }
}
