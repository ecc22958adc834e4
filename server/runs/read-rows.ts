import type { TeamId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'

/** Rows of a team's space by their keys; what is not there is left out. */
export async function readRows(
  store: Pick<SpaceStore, 'read'>,
  teamId: TeamId,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, unknown>> {
  const { rows } = await store.read(teamSpace(teamId), wanted)
  return new Map(rows.map(({ key, value }) => [key, value]))
}
