import { DrizzleQueryError } from 'drizzle-orm/errors'
import type { Database } from './database.ts'
import { DatabaseError, toDatabaseError } from './errors.ts'

/** Whether the database answers. One that doesn't is told once, however many fail by it, and once when it is back. */
export type Reachability = {
  /** A sentence for people while the database can't be reached; `undefined` while it answers. */
  trouble(): string | undefined
  /**
   * Takes a failure that comes from a database which can't be reached or can't write, and finds out whether that holds on.
   * `false`: it is something else, and the caller's to tell.
   */
  took(error: unknown): boolean
  /** Called each time the database is lost. Returns the unsubscriber. */
  onLost(listener: (trouble: string) => void): () => void
  close(): void
}

export type ReachabilityDeps = {
  readonly database: Pick<Database, 'query' | 'tx' | 'trouble'>
  readonly now: () => number
  readonly log: {
    info(facts: object, message: string): void
    warn(facts: object, message: string): void
    error(facts: object, message: string): void
  }
  readonly probeMs?: number
}

/** How soon it is noticed that the database is back. */
const PROBE_MS = 1_000

type Lost = { readonly why: string; readonly isFull: boolean; readonly at: number }

/**
 *   fine --took--> doubtful --probe answers--> fine (one warning: its connections broke)
 *                     \------probe fails-----> lost (one error) --probe answers--> fine (one line)
 */
export function watchReachability(deps: ReachabilityDeps): Reachability {
  const { database, now, log } = deps
  const listeners = new Set<(trouble: string) => void>()
  let lost: Lost | undefined
  let doubt: { readonly first: DatabaseError; count: number } | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  function lose(error: DatabaseError): void {
    const reason = database.trouble() ?? error.message
    const isFull = isDiskFull(error.code, reason)
    const why = isFull ? `its disk is full (${reason})` : reason
    const before = lost
    lost = { why, isFull, at: before?.at ?? now() }
    // Another file of a full disk is no news.
    if (before !== undefined && (isFull ? before.isFull : before.why === why)) return
    log.error(
      {},
      `the database can't be reached: ${why}. ${isFull ? 'Free space there' : 'Start it or mend the way to it'}; Drover goes on by itself`,
    )
    if (before === undefined) for (const listener of listeners) listener(words(lost))
  }

  async function probe(): Promise<void> {
    try {
      await (lost?.isFull === true || isDiskFull(doubt?.first.code, doubt?.first.message ?? '')
        ? write()
        : database.query('select 1'))
      if (closed) return
      if (lost !== undefined) log.info({ lostForMs: now() - lost.at }, 'the database is back')
      else if (doubt !== undefined)
        log.warn(
          { failed: doubt.count, error: doubt.first.message },
          'work failed because its connection to the database broke; it answers again',
        )
      lost = undefined
      doubt = undefined
    } catch (error) {
      if (closed) return
      lose(toDatabaseError(error))
      timer = setTimeout(() => void probe(), deps.probeMs ?? PROBE_MS)
    }
  }

  /** A full disk lets one read. This writes a little, and keeps nothing of it. */
  async function write(): Promise<void> {
    await database.tx(async (tx) => {
      await tx.query('create temporary table drover_probe (x text) on commit drop')
      await tx.query('insert into drover_probe select md5(n::text) from generate_series(1, 1000) n')
    })
  }

  return {
    trouble: () => (lost === undefined ? undefined : words(lost)),
    took(error) {
      const failure = unreachable(error)
      if (failure === undefined) return false
      if (lost !== undefined || closed) return true
      if (doubt !== undefined) doubt.count++
      else {
        doubt = { first: failure, count: 1 }
        void probe()
      }
      return true
    },
    onLost(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

/** Addresses and folders are for the log alone. */
function words({ isFull }: Lost): string {
  return isFull
    ? "The database can't be reached: its disk is full. Drover goes on when there is space again."
    : "The database can't be reached. Drover goes on when it is back."
}

/**
 * disk_full, io_error; cannot_connect_now; a password, user or database that is not valid any more
 * (https://www.postgresql.org/docs/18/errcodes-appendix.html).
 */
const UNREACHABLE_STATES = new Set(['53100', '58030', '57P03', '28000', '28P01', '3D000'])

function unreachable(error: unknown): DatabaseError | undefined {
  const failure = error instanceof DrizzleQueryError ? toDatabaseError(error.cause) : error
  if (!(failure instanceof DatabaseError)) return undefined
  return failure.connectionLost || UNREACHABLE_STATES.has(failure.code ?? '') ? failure : undefined
}

function isDiskFull(code: string | undefined, reason: string): boolean {
  return code === '53100' || /no space left/i.test(reason)
}
