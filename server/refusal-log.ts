/** A request or a socket that was refused before it did anything. */
export type RefusedRequest = {
  readonly method: string
  /** The route's pattern, not the path: ids of others stay out of the log. */
  readonly path: string
  readonly status: number
  readonly address: string
  readonly why: string
}

export type RefusalLog = { note(refused: RefusedRequest): void }

/** The same refusal of the same client is told once in so long. */
const quietMs = 10 * 60_000
const most = 1_000
/** What a client does wrong or tries. The others (signed out, not there, too late) are everyday life. */
const wrong = new Set([400, 403, 413, 415, 421, 426, 429])

/** One line for each kind of refusal and client, however often it comes: a client that repeats itself must not fill the disk. */
export function createRefusalLog(deps: {
  readonly now: () => number
  readonly log: { info(facts: object, message: string): void; warn(facts: object, message: string): void }
}): RefusalLog {
  const toldAt = new Map<string, number>()
  return {
    note(refused) {
      const { method, path, status, address } = refused
      const key = `${status} ${method} ${path} ${address}`
      const last = toldAt.get(key)
      if (last !== undefined && deps.now() - last < quietMs) return
      toldAt.delete(key)
      if (toldAt.size >= most) toldAt.delete(toldAt.keys().next().value ?? key)
      toldAt.set(key, deps.now())
      deps.log[wrong.has(status) ? 'warn' : 'info'](refused, 'a request was refused')
    },
  }
}
