/** Waits that double from `firstMs` to `mostMs`, each shortened by up to a half at random, so that many peers spread out. */
export interface Backoff {
  /** The next wait in milliseconds. */
  next(): number
  /** Waits that long, or until `signal` aborts. Never throws. */
  wait(signal?: AbortSignal): Promise<void>
  reset(): void
}

export function createBackoff({
  random,
  firstMs = 250,
  mostMs = 15_000,
}: {
  random: () => number
  firstMs?: number
  mostMs?: number
}): Backoff {
  let full = firstMs
  function next(): number {
    const wait = full * (1 - random() / 2)
    full = Math.min(full * 2, mostMs)
    return Math.round(wait)
  }
  return {
    next,
    wait: (signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve()
        const timer = setTimeout(done, next())
        function done(): void {
          clearTimeout(timer)
          signal?.removeEventListener('abort', done)
          resolve()
        }
        signal?.addEventListener('abort', done)
      }),
    reset: () => {
      full = firstMs
    },
  }
}
