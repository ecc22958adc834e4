import type { TeamId, UserId } from '#shared/ids.ts'
import { UserId as UserIdSchema } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import type { Refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import type { Result } from '#shared/result.ts'
import type { Queryable } from '../db/database.ts'
import { addPerson, addTeam, personalTeamName, setPasswordHash } from './accounts.ts'
import type { Devices } from './devices.ts'
import type { PersonalKeys } from './personal-keys.ts'
import type { InvitationOffer, Invitations } from './invitations.ts'
import type { OneTimeLinks } from './one-time-links.ts'
import type { AuthDeps } from './ports.ts'
import type { Redemption } from './redemption.ts'
import type { TeamSync } from './team-sync.ts'
import { refusable } from './transaction.ts'

export type LinkView =
  | { readonly kind: 'welcome'; readonly expiresAt: number }
  | {
      readonly kind: 'invite'
      readonly expiresAt: number
      readonly offer: Pick<InvitationOffer, 'teamName' | 'role' | 'invitedBy'>
    }
  | {
      readonly kind: 'reset'
      readonly expiresAt: number
      readonly person: { readonly name: string; readonly email: string }
    }

export type Redemptions = ReturnType<typeof createRedemptions>

type Deps = Pick<AuthDeps, 'database' | 'now' | 'randomBytes'> & {
  readonly links: OneTimeLinks
  readonly invitations: Invitations
  readonly devices: Devices
  readonly personalKeys: PersonalKeys
  readonly sync: TeamSync
}

/** Turns links into accounts and new credentials. There is no other way to an account. */
export function createRedemptions(deps: Deps) {
  const { database, links, invitations, devices, personalKeys, sync } = deps

  return {
    /** What the page of the link shows, without using it. */
    async look(kind: Redemption['kind'], token: string): Promise<Result<LinkView, Refusal>> {
      if (kind === 'invite') {
        const offer = await invitations.look(token)
        if (!offer.ok) return offer
        const { teamName, role, invitedBy, expiresAt } = offer.value
        return ok({ kind, expiresAt, offer: { teamName, role, invitedBy } })
      }
      const link = await links.look(database, kind, token)
      if (!link.ok) return link
      if (kind === 'welcome')
        return (await hasPeople(database)) ? err(USED) : ok({ kind, expiresAt: link.value.expiresAt })
      const person = await readPerson(database, link.value.subject)
      return person
        ? ok({ kind, expiresAt: link.value.expiresAt, person: { name: person.name, email: person.email } })
        : err(GONE)
    },

    /** Whom a new passkey would be for: the person of a reset, else nobody yet. */
    async subject(step: Redemption): Promise<UserId | undefined> {
      if (step.kind !== 'reset') return undefined
      const link = await links.look(database, 'reset', step.token)
      return link.ok ? (await readPerson(database, link.value.subject))?.id : undefined
    },

    /**
     * Uses the link: makes the account and its team, or joins the team, or changes the way in. With `passwordHash` that is the
     * password; without it the caller adds a passkey.
     */
    async redeem(step: Redemption, passwordHash?: string): Promise<Result<UserId, Refusal>> {
      if (step.kind === 'reset') return await reset(step, passwordHash)
      const done = await refusable(database, async (tx) =>
        step.kind === 'welcome' ? await welcome(tx, step, passwordHash) : await join(tx, step, passwordHash),
      )
      if (!done.ok) return done
      const { userId, teamId } = done.value
      if (step.kind === 'welcome') await sync.teamMade(teamId, userId)
      else await sync.memberChanged(teamId, userId)
      return ok(userId)
    },

    /** Joins with the account that is signed in. */
    async joinAs(userId: UserId, token: string): Promise<Result<TeamId, Refusal>> {
      const joined = await refusable(database, (tx) => invitations.accept(tx, token, userId))
      if (!joined.ok) return joined
      await sync.memberChanged(joined.value.teamId, userId)
      return ok(joined.value.teamId)
    },
  }

  type Person = Extract<Redemption, { name: string }>

  async function welcome(
    tx: Queryable,
    step: Person,
    passwordHash: string | undefined,
  ): Promise<Result<{ userId: UserId; teamId: TeamId }, Refusal>> {
    // Two welcome pages at once: the second waits here, and then sees the first one's account.
    await tx.query('select pg_advisory_xact_lock(7022)')
    if (await hasPeople(tx)) return err(USED)
    const link = await links.take(tx, 'welcome', step.token)
    if (!link.ok) return link
    const person = await addPerson(tx, { name: step.name, email: step.email, passwordHash }, deps)
    if (!person.ok) return person
    return ok({ userId: person.value, teamId: await addTeam(tx, personalTeamName(step.name), person.value, deps) })
  }

  async function join(
    tx: Queryable,
    step: Person,
    passwordHash: string | undefined,
  ): Promise<Result<{ userId: UserId; teamId: TeamId }, Refusal>> {
    // Before anything about emails is told, the invitation must be good.
    const offer = await invitations.look(step.token)
    if (!offer.ok) return offer
    const person = await addPerson(tx, { name: step.name, email: step.email, passwordHash }, deps)
    if (!person.ok) return person
    const joined = await invitations.accept(tx, step.token, person.value)
    return joined.ok ? ok({ userId: person.value, teamId: joined.value.teamId }) : joined
  }

  async function reset(
    step: Extract<Redemption, { kind: 'reset' }>,
    passwordHash: string | undefined,
  ): Promise<Result<UserId, Refusal>> {
    const done = await refusable(database, async (tx) => {
      const link = await links.take(tx, 'reset', step.token)
      if (!link.ok) return link
      const person = await readPerson(tx, link.value.subject)
      if (!person) return err(GONE)
      if (passwordHash !== undefined) await setPasswordHash(tx, person.id, passwordHash, deps)
      return ok(person.id)
    })
    if (done.ok && step.signOutOthers) {
      await devices.revokeAll(done.value)
      await personalKeys.revokeAll(done.value)
    }
    return done
  }
}

const USED = refusal('expired', 'This link has been used.')
const GONE = refusal('not_found', 'The account of this link is not here any more.')

async function hasPeople(db: Queryable): Promise<boolean> {
  return (await db.query('select 1 from "user" limit 1')).length > 0
}

async function readPerson(
  db: Queryable,
  id: string | undefined,
): Promise<{ id: UserId; name: string; email: string } | undefined> {
  if (id === undefined) return undefined
  const [row] = await db.query<{ id: string; name: string; email: string }>(
    'select id, name, email from "user" where id = $1',
    [id],
  )
  return row && { ...row, id: UserIdSchema.parse(row.id) }
}
