/** Something whose code is no part of the app's first load. */
export type Later<T> = {
  /** It, once it is here. What fails to come is tried again by the next one who asks. */
  ask(): Promise<T>
  /** It, if it is here. */
  now(): T | undefined
  /** Calls back with `empty`, and with what it tells once it is here. Asks for nothing. */
  follow<V>(empty: V, on: (value: V) => void, subscribe: (here: T, on: (value: V) => void) => () => void): () => void
  /** Calls back when it has come. */
  onHere(act: (here: T) => void): void
  /** The same as `ask`, for what nobody waits for. */
  begin(): void
  /** What failed to come for want of a network may come now. */
  retry(): void
  /** It, if anybody asked: to be closed. Nobody is given it any more. */
  close(): Promise<T | undefined>
}

export function createLater<T>(load: () => Promise<T>): Later<T> {
  let loading: Promise<T> | undefined
  let here: T | undefined
  let failed = false
  let closed = false
  const waiting = new Set<(here: T) => void>()

  function ask(): Promise<T> {
    if (closed && loading === undefined) return Promise.reject(new Error('the workspace is closed'))
    loading ??= load().then(
      (loaded) => {
        here = loaded
        for (const act of waiting) act(loaded)
        waiting.clear()
        return loaded
      },
      (error: unknown) => {
        loading = undefined
        failed = true
        throw error
      },
    )
    return loading
  }

  const begin = (): void => void (closed || ask().catch(() => undefined))

  return {
    ask,
    now: () => here,
    follow(empty, on, subscribe) {
      if (here !== undefined) return subscribe(here, on)
      let stop: (() => void) | undefined
      const start = (loaded: T): void => void (stop = subscribe(loaded, on))
      waiting.add(start)
      on(empty)
      return () => {
        waiting.delete(start)
        stop?.()
      }
    },
    onHere(act) {
      if (here === undefined) waiting.add(act)
      else act(here)
    },
    begin,
    retry(): void {
      if (failed && here === undefined) begin()
    },
    close() {
      closed = true
      waiting.clear()
      return loading?.catch(() => undefined) ?? Promise.resolve(undefined)
    },
  }
}
