import { Secret } from '#shared/domain/secret.ts'
import { Member, Team } from '#shared/domain/team.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, putRow, toJson } from '#sync/core/transaction.ts'
import { canonicalJson } from '#shared/json.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { TeamRows } from './auth/ports.ts'

/** Runs of a new team that may be held by runners at once. */
const firstMaxActiveRuns = 8

/** Teams and members as synced rows. Writing what is there already changes nothing. */
export function createTeamRows(deps: TransactDeps & { readonly onNewTeam: () => void }): TeamRows {
  return {
    async putTeam(team) {
      await transact(deps, async (tx) => {
        const rows = tx.space(teamSpace(team.id))
        const known = await getRow(rows, keys.team, Team)
        const next: Team = { maxActiveRuns: firstMaxActiveRuns, ...known, ...team }
        if (known !== undefined && isSame(known, next)) return false
        await putRow(rows, keys.team, next)
        return undefined
      })
      deps.onNewTeam()
    },
    async putMember(teamId, member) {
      await transact(deps, async (tx) => {
        const rows = tx.space(teamSpace(teamId))
        const known = await getRow(rows, keys.member(member.userId), Member)
        const next: Member = { ...member, hue: known?.hue ?? member.hue }
        if (known !== undefined && isSame(known, next)) return false
        await putRow(rows, keys.member(member.userId), next)
        return undefined
      })
    },
    async removeMember(teamId, userId) {
      await transact(deps, async (tx) => {
        const rows = tx.space(teamSpace(teamId))
        if ((await rows.get(keys.member(userId))) === undefined) return false
        await rows.del(keys.member(userId))
        // What they had for their own runs here is of no use to anybody else.
        for (const [key, value] of await rows.scan(keys.ownSecretsOf(userId))) {
          await rows.del(key)
          const secretId = Secret.safeParse(value).data?.id
          if (secretId !== undefined) tx.effect({ type: 'secret_value', teamId, owner: userId, secretId, value: null })
        }
        return undefined
      })
    },
    // Sockets are checked again by the announced revocation, and a removed member's pull is refused.
    membershipChanged: async () => undefined,
  }
}

function isSame(a: object, b: object): boolean {
  return canonicalJson(toJson(a)) === canonicalJson(toJson(b))
}
