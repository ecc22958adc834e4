/**
 * Runs whose turn is over and whose harness and sandbox stay for a follow-up: for so long, and so many. The one that rests
 * longest goes first; a follow-up to it starts them anew.
 */
export interface RestingRuns {
  /** `end` is called when the rest is over. @returns a function that takes the run up again. */
  rest(end: () => void): () => void
}

export function createRestingRuns({ mostMs, most }: { mostMs: number; most: number }): RestingRuns {
  const resting = new Map<symbol, { end: () => void; timer: NodeJS.Timeout }>()

  function finish(run: symbol): void {
    const known = resting.get(run)
    if (known === undefined) return
    resting.delete(run)
    clearTimeout(known.timer)
    known.end()
  }

  return {
    rest(end) {
      const run = Symbol('run')
      resting.set(run, { end, timer: setTimeout(() => finish(run), mostMs).unref() })
      const [oldest] = resting.keys()
      if (resting.size > most && oldest !== undefined) finish(oldest)
      return () => {
        clearTimeout(resting.get(run)?.timer)
        resting.delete(run)
      }
    },
  }
}
