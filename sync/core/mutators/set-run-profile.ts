import { z } from 'zod'
import { canSteerRuns } from '#shared/domain/policies.ts'
import { hasEnded, Run } from '#shared/domain/run.ts'
import { DeliveryId, ProfileId, RunId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { findProfile } from '../profiles.ts'
import { getRow, putRow } from '../transaction.ts'

export const SetRunProfileArgs = z.object({ runId: RunId, profileId: ProfileId, deliveryId: DeliveryId })
export type SetRunProfileArgs = z.infer<typeof SetRunProfileArgs>

/**
 * Puts a run under another profile, or under the same as it is by now. An agent that is at work gets it at once, and what it has asked and
 * is now allowed goes on; else it holds from the next turn on.
 */
export const setRunProfile = defineMutator({
  name: 'setRunProfile',
  args: SetRunProfileArgs,
  intent: (args) => `delivery/${args.deliveryId}`,
  async run(tx, { runId, profileId, deliveryId }, context) {
    // A guest steers what the agent does, not what it may do without asking.
    if (!canSteerRuns(context.role) || context.guest === true) return err(refusal('not_allowed'))
    const key = keys.run(runId)
    const run = await getRow(tx, key, Run)
    if (run === undefined) return err(refusal('not_found', 'run'))
    const profile = await findProfile(tx, profileId, [context.userId, run.createdBy])
    if (profile === undefined) return err(refusal('not_found', 'profile'))
    const isGoing = !hasEnded(run.state) && run.state !== 'QUEUED'
    await putRow(tx, key, {
      ...run,
      profile: {
        id: profileId,
        name: profile.name,
        by: context.userId,
        at: context.now,
        ...(isGoing ? { delivery: 'accepted' as const } : {}),
      },
      updatedAt: context.now,
    } satisfies Run)
    if (isGoing) {
      context.effect({
        type: 'deliver',
        deliveryId,
        runId,
        row: key,
        body: { type: 'profile', profile, by: context.userId },
      })
    }
    return ok()
  },
})
