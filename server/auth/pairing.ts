import { UserId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import type { Refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import type { Result } from '#shared/result.ts'
import type { Actor } from './actor.ts'
import { isLoopback } from './addresses.ts'
import type { Devices } from './devices.ts'
import type { OneTimeLink, OneTimeLinks } from './one-time-links.ts'
import type { AuthDeps } from './ports.ts'
import { refusable } from './transaction.ts'

const LIFE_MS = 5 * 60_000

export type PairingCode = {
  readonly id: string
  readonly url: string
  readonly expiresAt: number
  /** The same told from now on, for a device whose clock differs from the server's. */
  readonly endsInMs: number
  readonly reachable: boolean
}
export type PairingState = { readonly state: 'open' | 'expired' } | { readonly state: 'used'; readonly device: string }
export type PairingOffer = {
  readonly name: string
  readonly email: string
  readonly server: string
  readonly expiresAt: number
}

export type Pairing = ReturnType<typeof createPairing>

/** Signs a second device of the same person in: the first shows a code, the second opens it and confirms. */
export function createPairing(
  deps: Pick<AuthDeps, 'database' | 'publicUrl' | 'now'>,
  links: OneTimeLinks,
  devices: Devices,
) {
  const { database, publicUrl, now } = deps
  return {
    /** A new code; an older unused one of the same person ends. `reachable`: whether another device can reach the address at all. */
    async create(actor: Actor): Promise<PairingCode> {
      const link = await database.tx(async (tx) => {
        await links.revoke(tx, 'pairing', actor.userId)
        return await links.create(tx, 'pairing', { lifeMs: LIFE_MS, subject: actor.userId })
      })
      return {
        id: link.id,
        url: `${publicUrl.origin}/pair/phone#token=${link.token}`,
        expiresAt: link.expiresAt,
        endsInMs: link.expiresAt - now(),
        reachable: !isLoopback(publicUrl),
      }
    },

    async state(actor: Actor, id: string): Promise<Result<PairingState, Refusal>> {
      const link = await links.byId(database, 'pairing', id, actor.userId)
      if (!link) return err(refusal('not_found', 'This code is not known any more.'))
      if (link.usedAt !== undefined) return ok({ state: 'used', device: await devices.nameOf(link.usedBy ?? '') })
      return ok({ state: link.expiresAt <= now() ? 'expired' : 'open' })
    },

    /** What the second device shows before it confirms. */
    async look(token: string): Promise<Result<PairingOffer, Refusal>> {
      const link = await links.look(database, 'pairing', token)
      if (!link.ok) return link
      const [person] = await database.query<{ name: string; email: string }>(
        'select name, email from "user" where id = $1',
        [link.value.subject ?? ''],
      )
      return person
        ? ok({ ...person, server: publicUrl.host, expiresAt: link.value.expiresAt })
        : err(refusal('not_found', 'The account of this link is not here any more.'))
    },

    /** Uses the code. The caller opens the session and then says which it is, by `used`. */
    async take(token: string): Promise<Result<{ userId: UserId; link: OneTimeLink }, Refusal>> {
      const taken = await refusable(database, (tx) => links.take(tx, 'pairing', token))
      return taken.ok ? ok({ userId: UserId.parse(taken.value.subject), link: taken.value }) : taken
    },

    used: (link: OneTimeLink, sessionId: string) => links.note(database, link, sessionId),
  }
}
