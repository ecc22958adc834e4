import { createHmac, timingSafeEqual } from 'node:crypto'
import { canGrant } from '#shared/domain/policies.ts'
import { Role } from '#shared/domain/team.ts'
import { TeamId, UserId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import type { Refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import type { Result } from '#shared/result.ts'
import type { Queryable } from '../db/database.ts'
import { addMember, lockTeam, newAuthId, roleIn } from './accounts.ts'
import type { Actor } from './actor.ts'
import type { AuthDeps } from './ports.ts'
import { refusable } from './transaction.ts'

const LIFE_MS = 7 * 24 * 60 * 60_000
/** Open invitations of one team. */
const MOST_OPEN = 100

export type Invitation = {
  readonly id: string
  readonly role: Role
  readonly invitedBy: string
  readonly createdAt: number
  readonly expiresAt: number
  /** The link to send; only while it can be used. */
  readonly url: string
}

/** What somebody who opens the link is told. */
export type InvitationOffer = {
  readonly teamId: TeamId
  readonly teamName: string
  readonly role: Role
  readonly invitedBy: string
  readonly expiresAt: number
}

export type Invitations = ReturnType<typeof createInvitations>

/**
 * Invitations are links that work once. The token is the invitation's id and a signature of it with the server's secret, so that the
 * link can be shown again while it is open, and yet a copy of the database alone opens nothing.
 */
export function createInvitations(deps: Pick<AuthDeps, 'database' | 'publicUrl' | 'secret' | 'now' | 'randomBytes'>) {
  const { database, publicUrl, secret, now } = deps

  return {
    async create(actor: Actor, role: Role): Promise<Result<Invitation, Refusal>> {
      return await refusable(database, async (tx) => {
        await lockTeam(tx, actor.teamId)
        const own = await roleIn(tx, actor.teamId, actor.userId)
        if (!canGrant(own, 'viewer', role)) return err(refusal('not_allowed', notAllowed(role)))
        const [open] = await tx.query<{ count: number }>(`select count(*)::int as count ${OPEN}`, [
          actor.teamId,
          new Date(now()),
        ])
        if ((open?.count ?? 0) >= MOST_OPEN)
          return err(refusal('too_many', `A team can have ${MOST_OPEN} open invitations. Revoke one first.`))
        const id = newAuthId(deps)
        const expiresAt = now() + LIFE_MS
        // better-auth ties an invitation to an email; ours is for whoever holds the link.
        await tx.query(
          "insert into invitation (id, organization_id, email, role, status, expires_at, created_at, inviter_id) values ($1, $2, '', $3, 'pending', $4, $5, $6)",
          [id, actor.teamId, role, new Date(expiresAt), new Date(now()), actor.userId],
        )
        return ok({ id, role, invitedBy: actor.name, createdAt: now(), expiresAt, url: urlOf(id) })
      })
    },

    async list(teamId: TeamId): Promise<Invitation[]> {
      const rows = await database.query<Row>(
        `select i.id, i.role, i.created_at, i.expires_at, u.name from invitation i join "user" u on u.id = i.inviter_id
         where i.organization_id = $1 and i.status = 'pending' and i.expires_at > $2 order by i.created_at desc`,
        [teamId, new Date(now())],
      )
      return rows.map((row) => ({
        id: row.id,
        role: Role.parse(row.role),
        invitedBy: row.name,
        createdAt: row.created_at.getTime(),
        expiresAt: row.expires_at.getTime(),
        url: urlOf(row.id),
      }))
    },

    async revoke(actor: Actor, id: string): Promise<Result<void, Refusal>> {
      const rows = await database.query(
        "update invitation set status = 'canceled' where id = $1 and organization_id = $2 and status = 'pending' returning id",
        [id, actor.teamId],
      )
      return rows.length > 0 ? ok() : err(refusal('not_found', 'This invitation is not open any more.'))
    },

    async look(token: string): Promise<Result<InvitationOffer, Refusal>> {
      return await find(database, token)
    },

    /** Takes the invitation and adds the person, within the caller's transaction. Their inviter must still be allowed to give that role. */
    async accept(tx: Queryable, token: string, userId: UserId): Promise<Result<InvitationOffer, Refusal>> {
      const seen = await find(tx, token)
      if (!seen.ok) return seen
      await lockTeam(tx, seen.value.teamId)
      const offer = await find(tx, token)
      if (!offer.ok) return offer
      if (!canGrant(await roleIn(tx, offer.value.teamId, offer.value.inviterId), 'viewer', offer.value.role)) {
        return err(
          refusal('expired', `${offer.value.invitedBy} can’t give this role any more. Ask for a new invitation.`),
        )
      }
      if (!(await addMember(tx, offer.value.teamId, userId, offer.value.role, deps))) {
        return err(refusal('conflict', `You are in ${offer.value.teamName} already.`))
      }
      await tx.query("update invitation set status = 'accepted' where id = $1", [offer.value.id])
      return offer
    },
  }

  async function find(
    db: Queryable,
    token: string,
  ): Promise<Result<InvitationOffer & { id: string; inviterId: UserId }, Refusal>> {
    const id = readToken(token)
    const [row] =
      id === undefined
        ? []
        : await db.query<Row & Offer>(
            `select i.id, i.role, i.status, i.created_at, i.expires_at, u.name, u.id as inviter_id, o.id as team_id, o.name as team_name
       from invitation i join "user" u on u.id = i.inviter_id join organization o on o.id = i.organization_id where i.id = $1`,
            [id],
          )
    if (!row) return err(refusal('not_found', 'This link is not known here.'))
    if (row.status === 'accepted') return err(refusal('expired', 'This invitation has been used.'))
    if (row.status !== 'pending') return err(refusal('expired', 'This invitation was revoked.'))
    if (row.expires_at.getTime() <= now()) return err(refusal('expired', 'This invitation has expired.'))
    return ok({
      id: row.id,
      inviterId: UserId.parse(row.inviter_id),
      teamId: TeamId.parse(row.team_id),
      teamName: row.team_name,
      role: Role.parse(row.role),
      invitedBy: row.name,
      expiresAt: row.expires_at.getTime(),
    })
  }

  function urlOf(id: string): string {
    return `${publicUrl.origin}/invite/team#token=${id}.${sign(id).toString('base64url')}`
  }

  function readToken(token: string): string | undefined {
    const [id, signature, ...more] = token.split('.')
    if (id === undefined || signature === undefined || more.length > 0) return undefined
    const given = Buffer.from(signature, 'base64url')
    const right = sign(id)
    return given.length === right.length && timingSafeEqual(given, right) ? id : undefined
  }

  function sign(id: string): Buffer {
    return createHmac('sha256', secret).update(`drover invitation ${id}`).digest()
  }
}

type Row = { id: string; role: string; created_at: Date; expires_at: Date; name: string }
type Offer = { status: string; inviter_id: string; team_id: string; team_name: string }
const OPEN = "from invitation where organization_id = $1 and status = 'pending' and expires_at > $2"

function notAllowed(role: Role): string {
  return role === 'owner' ? 'Only an owner can invite an owner.' : 'Your role can’t invite with this role.'
}
