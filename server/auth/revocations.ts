import { z } from 'zod'
import type { Database } from '../db/database.ts'
import type { AuthLog } from './ports.ts'

const CHANNEL = 'drover_auth'

/** What ends or narrows what an open connection may do. */
export type Revocation =
  | { readonly type: 'session'; readonly sessionId: string }
  /** The role or membership of a person in a team has changed: ask again what they may. */
  | { readonly type: 'membership'; readonly teamId: string; readonly userId: string }
  | { readonly type: 'runner-key'; readonly keyId: string }
  /** Some of the above may have been missed while the database was away: ask again about everybody. */
  | { readonly type: 'unknown' }

const Message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('session'), sessionId: z.string() }),
  z.object({ type: z.literal('membership'), teamId: z.string(), userId: z.string() }),
  z.object({ type: z.literal('runner-key'), keyId: z.string() }),
])

export type Revocations = ReturnType<typeof createRevocations>

/** Tells every server process on this database what was revoked, this one at once. Listeners may hear a thing twice. */
export function createRevocations(deps: { readonly database: Database; readonly log: AuthLog }) {
  const { database, log } = deps
  const listeners = new Set<(revocation: Revocation) => void>()
  const listening = database.listen(CHANNEL, {
    onNotify: (payload) => {
      const parsed = Message.safeParse(safeJson(payload))
      if (parsed.success) tell(parsed.data)
    },
    onGap: () => tell({ type: 'unknown' }),
  })

  function tell(revocation: Revocation): void {
    for (const listener of listeners) {
      try {
        listener(revocation)
      } catch (cause) {
        log.error({ cause: String(cause), revocation }, 'a revocation was not carried out')
      }
    }
  }

  return {
    on(listener: (revocation: Revocation) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async announce(revocation: Revocation): Promise<void> {
      tell(revocation)
      await database.query('select pg_notify($1, $2)', [CHANNEL, JSON.stringify(revocation)])
    },
    /** Resolves once this process hears the others. */
    async ready(): Promise<void> {
      await listening
    },
    async close(): Promise<void> {
      listeners.clear()
      await (await listening).close()
    },
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
