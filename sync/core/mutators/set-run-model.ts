import { z } from 'zod'
import { callsNoModel } from '#shared/domain/budget.ts'
import { ModelEffort } from '#shared/domain/harness.ts'
import { canSteerRuns } from '#shared/domain/policies.ts'
import { Run } from '#shared/domain/run.ts'
import { RunId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow } from '../transaction.ts'
import { mayUse } from './team-agents.ts'

export const SetRunModelArgs = z.object({
  runId: RunId,
  model: z.string().min(1).max(200).optional(),
  effort: ModelEffort.optional(),
})
export type SetRunModelArgs = z.infer<typeof SetRunModelArgs>

/** Which model a run works with, and how hard it thinks, from its next turn on. What is absent stays. */
export const setRunModel = defineMutator({
  name: 'setRunModel',
  args: SetRunModelArgs,
  async run(tx, { runId, model, effort }, context) {
    if (!canSteerRuns(context.role) || context.guest === true) return err(refusal('not_allowed'))
    const run = await getRow(tx, keys.run(runId), Run)
    if (run === undefined) return err(refusal('not_found', 'run'))
    if (callsNoModel(run.config.harness)) return err(refusal('invalid', 'this agent works without a model'))
    const config = {
      ...run.config,
      ...(model === undefined ? {} : { model }),
      ...(effort === undefined ? {} : { effort }),
    }
    const allowed = await mayUse(tx, config)
    if (!allowed.ok) return allowed
    await putRow(tx, keys.run(runId), { ...run, config, updatedAt: context.now } satisfies Run)
    return ok()
  },
})
