import type { RunId } from '#shared/ids.ts'
import type { SendWindow } from './send-window.ts'

const joinMs = 16
const idleMs = 100
const earlyEvents = 64

/**
 * Sends what the journals commit: joined for 16 ms, at once after 100 ms of quiet or when 64 events wait. Runs take
 * turns, so that one that floods does not hold up the others.
 */
export interface EventPump {
  add(window: SendWindow): void
  remove(runId: RunId): void
  get(runId: RunId): SendWindow | undefined
  /** Something was committed, acknowledged or asked for again. */
  poke(): void
  /** While it is off nothing is sent. */
  setOn(on: boolean): void
  close(): void
}

export function createEventPump({ roomy }: { roomy: () => Promise<void> }): EventPump {
  const windows = new Map<RunId, SendWindow>()
  let on = false
  let timer: NodeJS.Timeout | undefined
  let pumping = false
  let again = false
  let sentAt = -Infinity

  async function pump(): Promise<void> {
    if (pumping) {
      again = true
      return
    }
    pumping = true
    try {
      do {
        again = false
        let sent = true
        while (sent && on) {
          sent = false
          for (const window of [...windows.values()]) {
            if (!on) break
            if (await window.sendFrame()) {
              sent = true
              sentAt = performance.now()
            }
          }
          if (sent) await roomy()
        }
      } while (again && on)
    } finally {
      pumping = false
    }
  }

  function poke(): void {
    if (!on) return
    let waiting = 0
    for (const window of windows.values()) waiting += window.unsent()
    if (waiting === 0) return
    if (waiting >= earlyEvents || performance.now() - sentAt > idleMs) {
      clearTimeout(timer)
      timer = undefined
      void pump()
      return
    }
    timer ??= setTimeout(() => {
      timer = undefined
      void pump()
    }, joinMs)
  }

  return {
    add: (window) => windows.set(window.runId, window),
    remove: (runId) => windows.delete(runId),
    get: (runId) => windows.get(runId),
    poke,
    setOn: (next) => {
      on = next
      if (on) void pump()
    },
    close: () => {
      on = false
      clearTimeout(timer)
    },
  }
}
