/** Of one connection's changes, those from the first one on that are stored. */
export type StoredCount = {
  /** The number of a change that came: 1 for the first one. */
  take(): number
  settle(number: number): void
}

/** `onCount` is called once for all that is settled in one turn. */
export function createStoredCount(onCount: (stored: number) => void): StoredCount {
  let came = 0
  let stored = 0
  const beyond = new Set<number>()
  let isTelling = false
  return {
    take: () => ++came,
    settle(number) {
      beyond.add(number)
      while (beyond.delete(stored + 1)) stored++
      if (isTelling) return
      isTelling = true
      queueMicrotask(() => {
        isTelling = false
        onCount(stored)
      })
    },
  }
}
