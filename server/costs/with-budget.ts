import { Run } from '#shared/domain/run.ts'
import { TeamPrices } from '#shared/domain/team-prices.ts'
import type { TeamId } from '#shared/ids.ts'
import type { Assignment } from '#shared/protocol/runner-link.ts'
import { keys } from '#sync/core/keys.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'
import { readRows } from '../runs/read-rows.ts'

/** With what the run may spend and what models cost this team, as both stand at this moment. */
export async function withBudget(
  { store }: { readonly store: Pick<SpaceStore, 'read'> },
  teamId: TeamId,
  assignment: Assignment,
): Promise<Assignment> {
  const runKey = keys.run(assignment.runId)
  const rows = await readRows(store, teamId, [runKey, keys.prices])
  const run = Run.safeParse(rows.get(runKey))
  const prices = TeamPrices.safeParse(rows.get(keys.prices))
  const limitUsd = run.data?.budget?.limitUsd
  return {
    ...assignment,
    ...(limitUsd === undefined ? {} : { budget: { limitUsd, spentUsd: run.data?.usage?.costUsd ?? 0 } }),
    ...(prices.success && prices.data.prices.length > 0 ? { prices: prices.data.prices } : {}),
  }
}
