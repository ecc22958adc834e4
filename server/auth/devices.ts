import type { UserId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import type { Refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import type { Result } from '#shared/result.ts'
import type { Actor } from './actor.ts'
import { deviceName } from './device-name.ts'
import type { DeviceName } from './device-name.ts'
import type { OneTimeLinks } from './one-time-links.ts'
import type { AuthDeps } from './ports.ts'
import type { Revocations } from './revocations.ts'

/** A signed-in browser. Times are ms since epoch; `lastSeenAt` may be five minutes behind. */
export type Device = DeviceName & {
  readonly id: string
  readonly current: boolean
  readonly signedInAt: number
  readonly lastSeenAt: number
  readonly address: string | undefined
}

export type Devices = ReturnType<typeof createDevices>

export function createDevices(deps: Pick<AuthDeps, 'database' | 'now'>, links: OneTimeLinks, revocations: Revocations) {
  const { database, now } = deps

  return {
    async list(actor: Actor): Promise<Device[]> {
      const rows = await database.query<Row>(
        'select id, user_agent, ip_address, created_at, updated_at from session where user_id = $1 and expires_at > $2 order by updated_at desc, id',
        [actor.userId, new Date(now())],
      )
      return rows.map((row) => ({
        id: row.id,
        ...deviceName(row.user_agent),
        current: row.id === actor.sessionId,
        signedInAt: row.created_at.getTime(),
        lastSeenAt: row.updated_at.getTime(),
        address: row.ip_address || undefined,
      }))
    },

    async nameOf(sessionId: string): Promise<string> {
      const [row] = await database.query<{ user_agent: string | null }>(
        'select user_agent from session where id = $1',
        [sessionId],
      )
      return deviceName(row?.user_agent).name
    },

    async revoke(actor: Actor, sessionId: string): Promise<Result<void, Refusal>> {
      const ended = await end('id = $2', actor.userId, sessionId)
      return ended > 0 ? ok() : err(refusal('not_found', 'This device is signed out already.'))
    },

    async revokeOthers(actor: Actor): Promise<number> {
      return await end('id <> $2', actor.userId, actor.sessionId)
    },

    async revokeAll(userId: UserId): Promise<number> {
      return await end('id <> $2', userId, '')
    },

    /** Sessions that are over, and nobody will ask for again. */
    async prune(): Promise<void> {
      await database.query('delete from session where expires_at < $1', [new Date(now())])
    },
  }

  async function end(which: 'id = $2' | 'id <> $2', userId: UserId, sessionId: string): Promise<number> {
    const rows = await database.query<{ id: string }>(
      `delete from session where user_id = $1 and ${which} returning id`,
      [userId, sessionId],
    )
    // A pairing code that the signed-out device shows must not let it in again.
    await links.revoke(database, 'pairing', userId)
    for (const { id } of rows) await revocations.announce({ type: 'session', sessionId: id })
    return rows.length
  }
}

type Row = { id: string; user_agent: string | null; ip_address: string | null; created_at: Date; updated_at: Date }
