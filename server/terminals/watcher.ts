import { terminalLimits } from '#shared/domain/terminal.ts'
import type { TerminalId } from '#shared/ids.ts'
import type { LiveTerminal, TerminalDown, TerminalPlace } from '#shared/protocol/terminal.ts'
import type { Refusal } from '#shared/refusal.ts'
import { createOutputReader, type OutputReader, type OutputRing } from '#shared/terminal/output-ring.ts'

/** The socket of a page as a watcher needs it. */
export type WatcherPort = {
  send(message: TerminalDown): void
  bufferedBytes(): number
  mayWrite(): boolean
}

/**
 * What one page has been sent of which terminal. It is sent no more than a window ahead of what it has read, and one that lags behind
 * what is at hand begins anew with that: nothing waits for it in memory.
 */
export type Watcher = {
  state(place: TerminalPlace, terminals: readonly LiveTerminal[]): void
  watch(terminalId: TerminalId, from: number): void
  unwatch(terminalId: TerminalId): void
  ack(terminalId: TerminalId, offset: number): void
  pump(terminalId: TerminalId): void
  /** How far it has read; `undefined`: it does not look at this one. */
  read(terminalId: TerminalId): number | undefined
  refused(message: { ask: string; terminalId: TerminalId; refusal: Refusal }): void
}

const slowBytes = 1_000_000

export function createWatcher(port: WatcherPort, ringOf: (id: TerminalId) => OutputRing | undefined): Watcher {
  const readers = new Map<TerminalId, { reader: OutputReader; isNew: boolean }>()

  function pump(terminalId: TerminalId): void {
    const known = readers.get(terminalId)
    const ring = ringOf(terminalId)
    if (known === undefined || ring === undefined) return
    while (port.bufferedBytes() < slowBytes) {
      const piece = known.reader.next(ring, terminalLimits.outputUnits)
      if (piece === undefined) return
      const reset = piece.skipped || known.isNew
      known.isNew = false
      const old = reset ? { old: ring.end() } : {}
      port.send({ type: 'output', terminalId, offset: piece.offset, data: piece.text, reset, ...old })
    }
  }

  return {
    state: (place, terminals) =>
      port.send({ type: 'state', place, terminals: [...terminals], mayWrite: port.mayWrite() }),
    watch(terminalId, from) {
      const ring = ringOf(terminalId)
      // From another life of the runner, or from before what is at hand.
      const isElsewhere = ring === undefined || from > ring.end() || from <= ring.start()
      const at = isElsewhere ? (ring?.start() ?? 0) : from
      readers.set(terminalId, {
        reader: createOutputReader(at, terminalLimits.windowUnits),
        isNew: isElsewhere,
      })
      pump(terminalId)
    },
    unwatch: (terminalId) => void readers.delete(terminalId),
    ack(terminalId, offset) {
      readers.get(terminalId)?.reader.ack(offset)
      pump(terminalId)
    },
    pump,
    read: (terminalId) => readers.get(terminalId)?.reader.acked(),
    refused: ({ ask, terminalId, refusal }) => port.send({ type: 'refused', ask, terminalId, refusal }),
  }
}
