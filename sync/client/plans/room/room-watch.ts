import { roomMessage } from '#shared/protocol/plan-room.ts'

/** Kinds of sync messages, of y-protocols 1. */
const step1 = 0
const step2 = 1

export type RoomWatchDeps = {
  /** How long an answer may take. */
  readonly patienceMs: number
  /** Bytes that the browser holds because the network has not taken them. */
  readonly buffered: () => number
  /** The other side does not answer. */
  readonly onDead: () => void
  /** It answers, and has stored nothing for as long as an answer may take, though there was something. */
  readonly onStuck: () => void
}

/**
 * Watches one socket of a room: how many changes went out, how many of them the server has stored, and whether it still answers. A socket that was
 * accepted by something and is heard by nobody looks open for minutes otherwise.
 */
export function createRoomWatch(deps: RoomWatchDeps) {
  let sent = 0
  let stored = 0
  /** The server has been told what this device has and it does not, so what it stores from then on is all there is. */
  let isTold = false
  let deadline: ReturnType<typeof setTimeout> | undefined
  let held = 0
  let stuck: ReturnType<typeof setTimeout> | undefined

  function expect(ms: number): void {
    if (deadline !== undefined) return
    held = deps.buffered()
    deadline = setTimeout(() => {
      deadline = undefined
      // A large message on a slow network is no silence.
      if (deps.buffered() < held) expect(ms)
      else deps.onDead()
    }, ms)
  }

  function stopWaiting(): void {
    clearTimeout(deadline)
    deadline = undefined
  }

  function expectProgress(): void {
    clearTimeout(stuck)
    stuck = sent > stored ? setTimeout(deps.onStuck, deps.patienceMs) : undefined
  }

  // From nothing to an open socket.
  expect(deps.patienceMs)
  return {
    opened(): void {
      stopWaiting()
    },
    /** A message goes out; `ms`: how long its answer may take, if less than usual. */
    sends(message: Uint8Array, ms = deps.patienceMs): void {
      if (message[0] !== roomMessage.sync) return
      if (message[1] !== step1 && sent++ === stored) expectProgress()
      if (message[1] === step2) isTold = true
      if (ms < deps.patienceMs) stopWaiting()
      expect(ms)
    },
    /** Anything came in. */
    hears: stopWaiting,
    takeStored(count: number): void {
      stored = Math.max(stored, Math.min(count, sent))
      expectProgress()
    },
    /** Something was sent that is not stored. */
    isWaiting: (): boolean => isTold && sent > stored,
    /** The server has stored everything that this device had. */
    hasAllStored: (): boolean => isTold && sent === stored,
    close(): void {
      stopWaiting()
      clearTimeout(stuck)
    },
  }
}

export type RoomWatch = ReturnType<typeof createRoomWatch>
