import type { TerminalSize } from '#shared/domain/terminal.ts'
import type { Exit, Pty } from '../sandbox/sandbox.ts'

/** One terminal in which programs run one after the other; between two of them nothing is typed. */
export interface SeriesPty extends Pty {
  /** Prints `head`, then runs a program to its end. `take` gets what it prints, and is awaited: a flood slows the program. @throws what `open` throws */
  run(program: {
    readonly head: string
    open(size: TerminalSize): Promise<Pty>
    take(piece: Uint8Array): Promise<void>
  }): Promise<Exit>
  /** Ends the program that runs now; the terminal goes on. */
  stop(): void
}

/** Bytes that wait for `take` before the program waits. */
const takenAhead = 256_000

export function createSeriesPty(first: TerminalSize): SeriesPty {
  const listeners: ((piece: Uint8Array) => void)[] = []
  const over = Promise.withResolvers<Exit>()
  const holds = new Set<'terminal' | 'taker'>()
  let size = first
  let current: Pty | undefined
  let isKilled = false

  function tell(piece: Uint8Array): void {
    for (const listener of listeners) listener(piece)
  }

  function setHold(reason: 'terminal' | 'taker', isHeld: boolean): void {
    if (isHeld) holds.add(reason)
    else holds.delete(reason)
    if (holds.size > 0) current?.pause()
    else current?.resume()
  }

  return {
    async run({ head, open, take }) {
      tell(Buffer.from(head))
      const pty = await open(size)
      current = pty
      let waiting = 0
      let taken: Promise<void> = Promise.resolve()
      pty.onData((piece) => {
        tell(piece)
        waiting += piece.byteLength
        if (waiting > takenAhead) setHold('taker', true)
        taken = taken.then(async () => {
          await take(piece)
          waiting -= piece.byteLength
          if (waiting <= takenAhead) setHold('taker', false)
        })
        // It is told at the end.
        taken.catch(() => undefined)
      })
      if (isKilled) pty.kill()
      else if (holds.size > 0) pty.pause()
      try {
        const exit = await pty.exited
        await taken
        return exit
      } finally {
        current = undefined
        holds.delete('taker')
        if (isKilled) over.resolve({ code: null, signal: 'SIGHUP' })
      }
    },
    stop: () => current?.kill(),
    onData: (listener) => void listeners.push(listener),
    pause: () => setHold('terminal', true),
    resume: () => setHold('terminal', false),
    write: (keys) => current?.write(keys),
    resize(next) {
      size = next
      current?.resize(next)
    },
    exited: over.promise,
    kill() {
      isKilled = true
      if (current === undefined) over.resolve({ code: null, signal: 'SIGHUP' })
      else current.kill()
    },
  }
}
