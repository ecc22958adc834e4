import { Environment, EnvironmentRevision } from '#shared/domain/environment.ts'
import { Run, type RunReason } from '#shared/domain/run.ts'
import type { TeamId } from '#shared/ids.ts'
import type { Assignment } from '#shared/protocol/runner-link.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, type WriteTransaction } from '#sync/core/transaction.ts'
import type { SpaceStore } from '#sync/server/space-store.ts'

/** A run that waits for a runner would wait for ever. */
export const environmentGone: RunReason = {
  code: 'environment_setup_failed',
  part: 'environment',
  text: 'The environment of this run was deleted before a machine had taken it. Start a new run in another one.',
  retryable: false,
}

/**
 * Which environment, and which revision of it, a run is worked in from its first start on: a follow-up finds the workspace that this
 * one made. @returns the run with it; `undefined` when it is gone.
 */
export async function pinEnvironment(team: WriteTransaction, run: Run): Promise<Run | undefined> {
  const { environmentId } = run.config
  if (environmentId === undefined || run.environment !== undefined) return run
  const found = await getRow(team, keys.environment(environmentId), Environment)
  if (found === undefined) return undefined
  return { ...run, environment: { id: found.id, name: found.spec.name, revision: found.revision } }
}

/** Puts what the run is worked in to its assignment. */
export async function withEnvironment(store: SpaceStore, teamId: TeamId, assignment: Assignment): Promise<Assignment> {
  const id = assignment.config.environmentId
  if (id === undefined) return assignment
  const space = teamSpace(teamId)
  const first = await store.read(space, [keys.run(assignment.runId), keys.environment(id)])
  const rows = new Map(first.rows.map(({ key, value }) => [key, value]))
  const run = Run.safeParse(rows.get(keys.run(assignment.runId)))
  const now = Environment.safeParse(rows.get(keys.environment(id)))
  if (!now.success) return assignment
  const revision = (run.success ? run.data.environment?.revision : undefined) ?? now.data.revision
  const kept = await store.read(space, [keys.environmentRevision(id, revision)])
  const old = EnvironmentRevision.safeParse(kept.rows[0]?.value)
  // Only the newest revisions are kept; what came in the place of an older one is nearer than nothing.
  const { spec, revision: given } = old.success ? old.data : now.data
  const { description: _description, ...snapshot } = spec
  return {
    ...assignment,
    environment: { ...snapshot, id, revision: given },
    ...(spec.egress === undefined ? {} : { egress: spec.egress }),
  }
}
