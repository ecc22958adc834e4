/** Does one thing after the other that is about the same, such as two edits of one file in one answer of the model. */
export type InTurn = <T>(about: string, act: () => Promise<T>) => Promise<T>

export function createTurns(): InTurn {
  const last = new Map<string, Promise<unknown>>()
  return async (about, act) => {
    const before = last.get(about)
    const mine = (before ?? Promise.resolve()).then(act)
    const settled = mine.catch(() => {})
    last.set(about, settled)
    try {
      return await mine
    } finally {
      if (last.get(about) === settled) last.delete(about)
    }
  }
}
