import { TeamId } from '#shared/ids.ts'
import type { UserId } from '#shared/ids.ts'
import { readMembers, readTeam } from './accounts.ts'
import type { AuthDeps } from './ports.ts'
import type { Revocations } from './revocations.ts'

export type TeamSync = ReturnType<typeof createTeamSync>

/** Brings teams and members, as the tables have them after a commit, into the synced rows. */
export function createTeamSync(deps: Pick<AuthDeps, 'database' | 'teamRows'>, revocations: Revocations) {
  const { database, teamRows } = deps

  const putTeam = async (teamId: TeamId): Promise<void> => {
    const team = await readTeam(database, teamId)
    if (team) await teamRows.putTeam(team)
  }

  const putMember = async (teamId: TeamId, userId: UserId): Promise<void> => {
    const [member] = await readMembers(database, teamId, userId)
    if (member) await teamRows.putMember(teamId, member)
    else await teamRows.removeMember(teamId, userId)
  }

  return {
    putTeam,
    /** After a join, a change of role, or an end of membership. */
    async memberChanged(teamId: TeamId, userId: UserId): Promise<void> {
      await putMember(teamId, userId)
      await teamRows.membershipChanged(teamId, userId)
      await revocations.announce({ type: 'membership', teamId, userId })
    },
    /** After a new name or email: in every team of theirs. */
    async profileChanged(userId: UserId): Promise<void> {
      const teams = await database.query<{ organization_id: string }>(
        'select organization_id from member where user_id = $1',
        [userId],
      )
      for (const team of teams) await putMember(TeamId.parse(team.organization_id), userId)
    },
    /** A new team with the one who made it. */
    async teamMade(teamId: TeamId, owner: UserId): Promise<void> {
      await putTeam(teamId)
      await putMember(teamId, owner)
      await teamRows.membershipChanged(teamId, owner)
    },
    /** Everything once more: at start, for what a crash left half done. */
    async putEverything(): Promise<void> {
      const teams = await database.query<{ id: string }>('select id from organization order by created_at')
      for (const { id } of teams) {
        const teamId = TeamId.parse(id)
        await putTeam(teamId)
        for (const member of await readMembers(database, teamId)) await teamRows.putMember(teamId, member)
      }
    },
  }
}
