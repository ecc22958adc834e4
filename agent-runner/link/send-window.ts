import { maxEventsPerFrame, maxFrameBytes } from '#shared/protocol/run-event.ts'
import type { RunId } from '#shared/ids.ts'
import type { Journal } from '../run/journal.ts'

/** Bytes sent for one run and not acknowledged yet; beyond it the run waits for the server. */
const inFlightLimit = 4_000_000
/** Room for the frame around the events. */
const frameMargin = 200

/** What of one run's journal was sent on this connection. Sends in order, without gaps, again from where it is told. */
export interface SendWindow {
  readonly runId: RunId
  readonly journal: Journal
  /** Committed events that were not sent yet. */
  unsent(): number
  /** Sends one frame if there is something to send and room for it. @returns whether it did. */
  sendFrame(): Promise<boolean>
  /** A new connection, on which the server has everything up to `ackedSeq`. */
  restart(ackedSeq: number): void
  acked(seq: number): void
  /** The server misses events from `seq` on. */
  back(seq: number): void
}

export function createSendWindow({
  runId,
  journal,
  send,
}: {
  runId: RunId
  journal: Journal
  send: (frame: string) => void
}): SendWindow {
  let sentSeq = journal.memory().ackedSeq
  let inFlight: { seq: number; bytes: number }[] = []
  let inFlightBytes = 0

  function forget(seq: number): void {
    while (inFlight[0] !== undefined && inFlight[0].seq <= seq) inFlightBytes -= inFlight.shift()?.bytes ?? 0
  }

  return {
    runId,
    journal,
    unsent: () => journal.committedSeq() - sentSeq,
    sendFrame: async () => {
      if (inFlightBytes >= inFlightLimit || journal.committedSeq() <= sentSeq) return false
      const from = sentSeq
      const texts = await journal.read(from, { events: maxEventsPerFrame, bytes: maxFrameBytes - frameMargin })
      // Meanwhile a reconnect or a resend may have moved the place; then this read is of no use.
      if (texts.length === 0 || sentSeq !== from) return false
      const frame = `{"type":"events","runId":"${runId}","events":[${texts.join(',')}]}`
      sentSeq = from + texts.length
      inFlight.push({ seq: sentSeq, bytes: frame.length })
      inFlightBytes += frame.length
      send(frame)
      return true
    },
    restart: (ackedSeq) => {
      inFlight = []
      inFlightBytes = 0
      journal.ack(ackedSeq)
      sentSeq = Math.max(ackedSeq, journal.memory().ackedSeq)
    },
    acked: (seq) => {
      // Only what is committed was ever sent; a server that claims more is not believed.
      if (seq > journal.committedSeq()) return
      forget(seq)
      journal.ack(seq)
      // A server that has more than was sent on this connection got it on an earlier one.
      sentSeq = Math.max(sentSeq, seq)
    },
    back: (seq) => {
      inFlight = []
      inFlightBytes = 0
      sentSeq = Math.max(Math.min(seq - 1, journal.committedSeq()), journal.memory().ackedSeq)
    },
  }
}
