/**
 * Text of an answer that goes on after it broke off. The model is asked to go on where it stopped; one that begins again all the same
 * is held back while it repeats what was told, so nothing is shown twice.
 */
export interface Continuation {
  /** @returns what is new of this piece. */
  take(piece: string): string
  /** The new answer contains what was told before. */
  readonly repeats: boolean
}

export function createContinuation(told: string): Continuation {
  let held = ''
  let state: 'open' | 'repeats' | 'new' = told === '' ? 'new' : 'open'
  return {
    take(piece) {
      if (state !== 'open') return piece
      held += piece
      if (held.length < told.length && told.startsWith(held)) return ''
      const repeated = held.startsWith(told)
      state = repeated ? 'repeats' : 'new'
      const fresh = repeated ? held.slice(told.length) : held
      held = ''
      return fresh
    },
    get repeats() {
      return state === 'repeats'
    },
  }
}
