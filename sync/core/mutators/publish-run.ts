import { z } from 'zod'
import { GitIdentity, gitPerson, memberInGit } from '#shared/domain/git-person.ts'
import { canReviewRuns } from '#shared/domain/policies.ts'
import { publishesKept, publishOrder, RunPublish } from '#shared/domain/run-publish.ts'
import { Run } from '#shared/domain/run.ts'
import { Member } from '#shared/domain/team.ts'
import { DeliveryId, PublishId, RunId } from '#shared/ids.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow, scanRows } from '../transaction.ts'

export const PublishRunArgs = z.object({
  runId: RunId,
  publishId: PublishId,
  deliveryId: DeliveryId,
  ...publishOrder,
})
export type PublishRunArgs = z.infer<typeof PublishRunArgs>

/**
 * Commits what a run changed, and where it is wanted pushes it and opens a pull request: the machine that has the workspace does it, whether the
 * agent works, rests or has ended, with the credentials of the person who wants it.
 */
export const publishRun = defineMutator({
  name: 'publishRun',
  args: PublishRunArgs,
  intent: (args) => `run-publish/${args.publishId}`,
  async run(tx, { runId, publishId, deliveryId, ...order }, context) {
    const { role, userId, now } = context
    if (!canReviewRuns(role) || context.guest === true) return err(refusal('not_allowed'))
    const run = await getRow(tx, keys.run(runId), Run)
    if (run === undefined) return err(refusal('not_found', 'run'))
    const key = keys.publish(runId, publishId)
    if ((await tx.get(key)) !== undefined) return ok()
    if ((order.until === 'pull_request') !== (order.pullRequest !== undefined))
      return err(refusal('invalid', 'a pull request, with its title'))
    if (!order.link.endsWith(`/${runId}`)) return err(refusal('invalid', 'a link to this run'))
    const known = await scanRows(tx, keys.publishesOf(runId), RunPublish)
    const settled = known.filter(({ state }) => state === 'done' || state === 'refused')
    if (known.length - settled.length >= publishesKept)
      return err(refusal('too_many', `${publishesKept} of them wait already`))
    for (const { id } of settled
      .toSorted((a, b) => a.at - b.at)
      .slice(0, Math.max(0, known.length + 1 - publishesKept)))
      await tx.del(keys.publish(runId, id))
    await putRow(tx, key, {
      id: publishId,
      runId,
      by: userId,
      at: now,
      until: order.until,
      branch: order.branch,
      title: (order.message.split('\n')[0] ?? '').slice(0, 200),
      state: 'accepted',
    } satisfies RunPublish)
    const member = await getRow(tx, keys.member(userId), Member)
    const identity = await getRow(tx, keys.gitIdentity(userId), GitIdentity)
    const name = (member?.name ?? '').trim().slice(0, 120)
    context.effect({
      type: 'deliver',
      deliveryId,
      runId,
      row: key,
      body: {
        type: 'publish',
        publishId,
        by: userId,
        name,
        author: member === undefined ? gitPerson({ name }) : memberInGit(member, identity),
        at: now,
        ...order,
      },
    })
    return ok()
  },
})
