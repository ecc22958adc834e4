import { Run } from '#shared/domain/run.ts'
import { TeamPrices } from '#shared/domain/team-prices.ts'
import type { TeamId } from '#shared/ids.ts'
import type { Assignment } from '#shared/protocol/runner-link.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'

/** With what the run may spend and what models cost this team, as both stand at this moment. */
export async function withBudget(
  { store }: { readonly store: Pick<SpaceStore, 'read'> },
  teamId: TeamId,
  assignment: Assignment,
): Promise<Assignment> {
  const { rows } = await store.read(teamSpace(teamId), [keys.run(assignment.runId), keys.prices])
  const run = Run.safeParse(rows[0]?.value)
  const prices = TeamPrices.safeParse(rows[1]?.value)
  const limitUsd = run.data?.budget?.limitUsd
  return {
    ...assignment,
    ...(limitUsd === undefined ? {} : { budget: { limitUsd, spentUsd: run.data?.usage?.costUsd ?? 0 } }),
    ...(prices.success && prices.data.prices.length > 0 ? { prices: prices.data.prices } : {}),
  }
}
