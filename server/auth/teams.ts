import { canGrant, canManageTeam } from '#shared/domain/policies.ts'
import type { Role } from '#shared/domain/team.ts'
import { TeamId, UserId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import type { Refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import type { Result } from '#shared/result.ts'
import type { Queryable } from '../db/database.ts'
import { addTeam, lockTeam, personalTeamName, roleIn } from './accounts.ts'
import type { Actor } from './actor.ts'
import type { AuthDeps } from './ports.ts'
import { refusable } from './transaction.ts'
import type { TeamSync } from './team-sync.ts'

/** Teams of one person. */
const MOST_TEAMS = 50
const NOT_ALLOWED = 'Your role in this team does not allow that.'
const LAST_OWNER = 'A team needs an owner. Make somebody else an owner first.'

export type Teams = ReturnType<typeof createTeams>

/** Changes of teams and roles. The role is read again under the team's lock; what the session said before does not count. */
export function createTeams(deps: Pick<AuthDeps, 'database' | 'now' | 'randomBytes'>, sync: TeamSync) {
  const { database } = deps

  return {
    async list(userId: UserId): Promise<{ id: TeamId; name: string; role: Role }[]> {
      const rows = await database.query<{ id: string; name: string; role: Role }>(
        'select o.id, o.name, m.role from member m join organization o on o.id = m.organization_id where m.user_id = $1 order by m.created_at, m.id',
        [userId],
      )
      return rows.map((row) => ({ id: TeamId.parse(row.id), name: row.name, role: row.role }))
    },

    async create(actor: Actor, name: string): Promise<Result<TeamId, Refusal>> {
      const made = await refusable(database, async (tx) => {
        await tx.query('select 1 from "user" where id = $1 for update', [actor.userId])
        const [row] = await tx.query<{ count: number }>(
          'select count(*)::int as count from member where user_id = $1',
          [actor.userId],
        )
        if ((row?.count ?? 0) >= MOST_TEAMS) return err(refusal('too_many', `A person can be in ${MOST_TEAMS} teams.`))
        return ok(await addTeam(tx, name, actor.userId, deps))
      })
      if (made.ok) await sync.teamMade(made.value, actor.userId)
      return made
    },

    async rename(actor: Actor, name: string): Promise<Result<void, Refusal>> {
      if (!canManageTeam(actor.role)) return err(refusal('not_allowed', NOT_ALLOWED))
      await database.query('update organization set name = $2 where id = $1', [actor.teamId, name])
      await sync.putTeam(actor.teamId)
      return ok()
    },

    /** From now on this session acts in that team. */
    async choose(actor: Actor, teamId: TeamId): Promise<Result<void, Refusal>> {
      if ((await roleIn(database, teamId, actor.userId)) === undefined)
        return err(refusal('not_found', 'You are in no such team.'))
      await database.query('update session set active_organization_id = $2 where id = $1', [actor.sessionId, teamId])
      return ok()
    },

    async changeRole(actor: Actor, userId: UserId, to: Role): Promise<Result<void, Refusal>> {
      const changed = await refusable(database, async (tx) => {
        const allowed = await checkGrant(tx, actor, userId, to)
        if (!allowed.ok) return allowed
        await tx.query('update member set role = $3 where organization_id = $1 and user_id = $2', [
          actor.teamId,
          userId,
          to,
        ])
        return ok()
      })
      if (changed.ok) await sync.memberChanged(actor.teamId, userId)
      return changed
    },

    /** Ends a membership: one's own by anybody, another's by who may grant roles. Nobody is left without a team. */
    async remove(actor: Actor, userId: UserId): Promise<Result<void, Refusal>> {
      const removed = await refusable(database, async (tx) => {
        const allowed =
          userId === actor.userId ? await checkLeave(tx, actor) : await checkGrant(tx, actor, userId, 'viewer')
        if (!allowed.ok) return allowed
        await tx.query('delete from member where organization_id = $1 and user_id = $2', [actor.teamId, userId])
        // Invitations live on the inviter's authority.
        await tx.query(
          "update invitation set status = 'canceled' where organization_id = $1 and inviter_id = $2 and status = 'pending'",
          [actor.teamId, userId],
        )
        const [person] = await tx.query<{ name: string; teams: number }>(
          'select name, (select count(*)::int from member where user_id = $1) as teams from "user" where id = $1',
          [userId],
        )
        return ok(
          person && person.teams === 0 ? await addTeam(tx, personalTeamName(person.name), userId, deps) : undefined,
        )
      })
      if (!removed.ok) return removed
      await sync.memberChanged(actor.teamId, userId)
      if (removed.value !== undefined) await sync.teamMade(removed.value, userId)
      return ok()
    },
  }
}

async function checkGrant(tx: Queryable, actor: Actor, userId: UserId, to: Role): Promise<Result<void, Refusal>> {
  await lockTeam(tx, actor.teamId)
  const own = await roleIn(tx, actor.teamId, actor.userId)
  if (!canManageTeam(own)) return err(refusal('not_allowed', NOT_ALLOWED))
  const from = await roleIn(tx, actor.teamId, userId)
  if (from === undefined) return err(refusal('not_found', 'Nobody in this team has this id.'))
  // One may always give up rights of one's own.
  const stepsDown = userId === actor.userId && to !== 'owner'
  if (!stepsDown && !canGrant(own, from, to))
    return err(
      refusal(
        'not_allowed',
        from === 'owner' || to === 'owner' ? 'Only an owner can make or change an owner.' : NOT_ALLOWED,
      ),
    )
  if (from === 'owner' && to !== 'owner' && (await owners(tx, actor.teamId)) === 1)
    return err(refusal('conflict', LAST_OWNER))
  return ok()
}

async function checkLeave(tx: Queryable, actor: Actor): Promise<Result<void, Refusal>> {
  await lockTeam(tx, actor.teamId)
  const own = await roleIn(tx, actor.teamId, actor.userId)
  if (own === undefined) return err(refusal('not_found', 'You are not in this team.'))
  if (own === 'owner' && (await owners(tx, actor.teamId)) === 1) return err(refusal('conflict', LAST_OWNER))
  return ok()
}

async function owners(tx: Queryable, teamId: TeamId): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    "select count(*)::int as count from member where organization_id = $1 and role = 'owner'",
    [teamId],
  )
  return row?.count ?? 0
}
