import { z } from 'zod'
import { canSteerRuns } from '#shared/domain/policies.ts'
import { Run, hasEnded, nextState } from '#shared/domain/run.ts'
import { DeliveryId, RunId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { noteTest } from '../environment-test.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow } from '../transaction.ts'

export const StopRunArgs = z.object({ runId: RunId, deliveryId: DeliveryId })
export type StopRunArgs = z.infer<typeof StopRunArgs>

/** A run that waits is cancelled at once; one that a runner holds when the runner has ended its processes. */
export const stopRun = defineMutator({
  name: 'stopRun',
  args: StopRunArgs,
  intent: (args) => `delivery/${args.deliveryId}`,
  async run(tx, args, context) {
    if (!canSteerRuns(context.role)) return err(refusal('not_allowed'))
    const key = keys.run(args.runId)
    const run = await getRow(tx, key, Run)
    if (run === undefined) return err(refusal('not_found', 'run'))
    if (hasEnded(run.state)) return err(refusal('run_ended'))
    if (run.stop !== undefined) return ok()
    const stop = { by: context.userId, at: context.now, state: 'accepted' as const }
    if (run.state === 'QUEUED') {
      const next = nextState(run.state, 'cancel')
      if (!next.ok) return next
      const cancelled: Run = {
        ...run,
        stop: { ...stop, state: 'done' },
        state: next.value,
        stateAt: context.now,
        updatedAt: context.now,
        endedAt: context.now,
      }
      await putRow(tx, key, cancelled)
      await noteTest(tx, cancelled, context.now)
      context.effect({ type: 'transition', runId: run.id, event: 'cancel', from: run.state, to: next.value })
      return ok()
    }
    await putRow(tx, key, { ...run, stop, updatedAt: context.now })
    context.effect({
      type: 'deliver',
      deliveryId: args.deliveryId,
      runId: run.id,
      row: key,
      body: { type: 'stop', by: context.userId },
    })
    return ok()
  },
})
