import { z } from 'zod'
import { canManageTeam } from '#shared/domain/policies.ts'
import { AgentPlans, Team } from '#shared/domain/team.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow } from '../transaction.ts'

export const SetTeamArgs = z.object({
  maxActiveRuns: z.number().int().min(1).max(1000).optional(),
  agentPlans: AgentPlans.optional(),
})
export type SetTeamArgs = z.infer<typeof SetTeamArgs>

/** The team's own settings. Its name belongs to the accounts and is changed there, by HTTP. */
export const setTeam = defineMutator({
  name: 'setTeam',
  args: SetTeamArgs,
  async run(tx, args, context) {
    if (!canManageTeam(context.role)) return err(refusal('not_allowed'))
    const team = await getRow(tx, keys.team, Team)
    if (team === undefined) return err(refusal('not_found', 'team'))
    const { maxActiveRuns = team.maxActiveRuns, agentPlans = team.agentPlans } = args
    await putRow(tx, keys.team, { ...team, maxActiveRuns, agentPlans } satisfies Team)
    return ok()
  },
})
