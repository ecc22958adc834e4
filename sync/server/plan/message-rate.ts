import { roomBounds } from '#shared/protocol/plan-room.ts'

const maxTokens = 10 * roomBounds.messagesPerSecond
/** What is asked for counts by its length: a device needs all of a document once, and then what is new. */
const bytesOfToken = 50_000

/** What one connection may send, and ask for, in a time. */
export type MessageRate = {
  /** `false`: it is too much. */
  take(): boolean
  /** So much was answered. */
  answered(bytes: number): void
}

export function createMessageRate(now: () => number): MessageRate {
  let tokens = maxTokens
  let filledAt = now()
  return {
    take() {
      const at = now()
      tokens = Math.min(maxTokens, tokens + ((at - filledAt) / 1000) * roomBounds.messagesPerSecond)
      filledAt = at
      return --tokens >= 0
    },
    answered(bytes) {
      tokens -= bytes / bytesOfToken
    },
  }
}
