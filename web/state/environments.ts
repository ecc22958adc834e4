import { createMemo, type Accessor } from 'solid-js'
import { Environment } from '#shared/domain/environment.ts'
import { hasEnded } from '#shared/domain/run.ts'
import type { EnvironmentId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { createRows, type Rows } from './rows.ts'
import { useTeamData } from './team-data.ts'
import { useWorkspace } from './workspace.ts'

/** The team's environments, while the caller lives. */
export function useEnvironments(): Rows<Environment> {
  return createRows(useWorkspace(), keys.environments, Environment)
}

/** Those that can be chosen, by name. */
export function sortedEnvironments(all: readonly Environment[]): Environment[] {
  return all
    .filter(({ archivedAt }) => archivedAt === undefined)
    .toSorted((a, b) => a.spec.name.localeCompare(b.spec.name))
}

/** How many runs of this device's list are worked in each, and how many of them are going. */
export function useEnvironmentUse(): Accessor<
  ReadonlyMap<EnvironmentId, { readonly runs: number; readonly going: number }>
> {
  const data = useTeamData()
  return createMemo(() => {
    const uses = new Map<EnvironmentId, { runs: number; going: number }>()
    for (const run of data.runs.all()) {
      const id = run.config.environmentId
      if (id === undefined) continue
      const use = uses.get(id) ?? { runs: 0, going: 0 }
      uses.set(id, { runs: use.runs + 1, going: use.going + (hasEnded(run.state) ? 0 : 1) })
    }
    return uses
  })
}
