export type Worker = {
  /** Something may be to do. Calls while it works are joined into one more round. */
  wake(): void
  /** Resolves when the round under way, if any, is over. */
  idle(): Promise<void>
  close(): void
}

/**
 * Runs `round` whenever it is woken, one at a time, and again after `everyMs` without a wake. A round that throws is
 * reported and tried again with the next wake or interval.
 */
export function createWorker(deps: {
  round: () => Promise<void>
  everyMs: number
  onError: (error: unknown) => void
}): Worker {
  let running: Promise<void> | undefined
  let again = false
  let closed = false

  function wake(): void {
    if (closed) return
    if (running !== undefined) {
      again = true
      return
    }
    running = deps
      .round()
      .catch(deps.onError)
      .finally(() => {
        running = undefined
        if (!again) return
        again = false
        wake()
      })
  }

  const timer = setInterval(wake, deps.everyMs)
  return {
    wake,
    async idle() {
      while (running !== undefined) await running
    },
    close() {
      closed = true
      clearInterval(timer)
    },
  }
}
