import { createRoomWatch, type RoomWatch } from './room-watch.ts'

export type SocketClass = typeof WebSocket

/** A room's socket as its connection handles it. */
export type RoomSocket = {
  readonly watch: RoomWatch
  isOpen(): boolean
  /** Sends it and expects an answer within `ms`. */
  ask(message: Uint8Array<ArrayBuffer>, ms: number): void
  /** Lets go of it at once. Closing it properly would wait for the other side, which may be gone. */
  abort(): void
}

/** What is told of a socket that is made here: a device's own code, for there is no word of the server. */
const abortedCode = 4499

/** A class of sockets for `y-websocket` that are watched. `patienceMs` is asked for each new one. */
export function watchedSocket(
  Base: SocketClass,
  deps: {
    readonly patienceMs: () => number
    readonly onSocket: (socket: RoomSocket) => void
    readonly onDead: () => void
    /** The server answers and stores nothing. */
    readonly onStuck: () => void
    readonly onHeard: () => void
    readonly onSent: () => void
    /** While what came in is being taken in. */
    readonly onTaking: (isTaking: boolean) => void
    /** What goes out for this message. */
    readonly outgoing: (message: Uint8Array<ArrayBuffer>) => readonly Uint8Array<ArrayBuffer>[]
  },
): SocketClass {
  return class extends Base {
    readonly #watch: RoomWatch
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      const abort = (): void => {
        this.#watch.close()
        this.onclose?.(new CloseEvent('close', { code: abortedCode }))
      }
      this.#watch = createRoomWatch({
        patienceMs: deps.patienceMs(),
        buffered: () => this.bufferedAmount,
        onStuck: deps.onStuck,
        onDead: () => {
          deps.onDead()
          abort()
        },
      })
      this.addEventListener('open', () => {
        this.#watch.opened()
        // The provider's own listener stands between this one and the one below.
        this.addEventListener('message', () => deps.onTaking(false))
      })
      this.addEventListener('message', () => {
        this.#watch.hears()
        deps.onHeard()
        deps.onTaking(true)
      })
      this.addEventListener('close', () => this.#watch.close())
      deps.onSocket({
        watch: this.#watch,
        isOpen: () => this.readyState === this.OPEN,
        ask: (message, ms) => {
          this.#watch.sends(message, ms)
          super.send(message)
        },
        abort,
      })
    }

    override send(data: string | Blob | BufferSource): void {
      if (!isMessage(data)) return super.send(data)
      for (const message of deps.outgoing(data)) {
        if (this.readyState === this.OPEN) this.#watch.sends(message)
        super.send(message)
      }
      deps.onSent()
    }
  }
}

function isMessage(data: string | Blob | BufferSource): data is Uint8Array<ArrayBuffer> {
  return data instanceof Uint8Array && data.buffer instanceof ArrayBuffer
}
