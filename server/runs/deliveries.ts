import { Permission } from '#shared/domain/permission.ts'
import { Prompt } from '#shared/domain/prompt.ts'
import { ReviewChange } from '#shared/domain/review-change.ts'
import { RunPublish, type PublishResults } from '#shared/domain/run-publish.ts'
import { Run, hasEnded, type IntentState } from '#shared/domain/run.ts'
import { DeliveryId } from '#shared/ids.ts'
import type { DeliveryBody, RunnerUp } from '#shared/protocol/runner-link.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, putRow, type WriteTransaction } from '#sync/core/transaction.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { JobStore, OpenDelivery } from '../db/job-store.ts'
import type { ConnectedRunner, RunnerRegistry } from '../runners/registry.ts'
import type { MessageToSend, PlanSender } from '../plans/mentions/send-plans.ts'
import type { GiveGitCredentials } from '../secrets/give-secrets.ts'
import { forRunner } from './send-assignment.ts'
import { createWorker, type Worker } from './worker.ts'

export type DeliveriesDeps = TransactDeps & {
  readonly jobs: JobStore
  readonly runners: RunnerRegistry
  readonly planSender: PlanSender
  readonly giveGitCredentials: GiveGitCredentials
  readonly onError: (error: unknown) => void
}

const everyMs = 5_000
/** A machine that is away for longer hardly comes back with the workspace. */
const filesWaitMs = 14 * 86_400_000

/** Brings what people want of a run to the runner that holds it, until the runner has said what became of it. */
export function createDeliveries(deps: DeliveriesDeps): Worker {
  return createWorker({
    everyMs,
    onError: deps.onError,
    async round() {
      for (const runner of deps.runners.all()) await sendOpen(deps, runner)
      for (const delivery of await deps.jobs.orphanedDeliveries(deps.now() - filesWaitMs)) {
        const gone = isAboutWorkspace(delivery.body) ? refusal('not_found', 'workspace') : refusal('run_ended')
        await settle(deps, delivery, 'refused', { why: gone })
      }
    },
  })
}

/** Everything still open for the runs of one runner, in the order in which it was asked. */
export async function sendOpen(
  deps: Pick<DeliveriesDeps, 'jobs' | 'planSender' | 'giveGitCredentials'> & TransactDeps,
  runner: ConnectedRunner,
): Promise<void> {
  const held = runner.runs.size === 0 ? [] : await deps.jobs.openDeliveries([...runner.runs])
  for (const delivery of [
    ...held.filter(({ body }) => !isAboutWorkspace(body)),
    ...(await deps.jobs.openFileDeliveries(runner.id)),
  ]) {
    const isTooOld =
      (delivery.body.type === 'files' && !runner.takesFiles) ||
      (delivery.body.type === 'publish' && !runner.publishes) ||
      (delivery.body.type === 'profile' && !runner.takesProfiles)
    if (isTooOld) {
      const old = refusal('protocol_too_old', `the machine ${runner.name} has an older Drover`)
      await settle(deps, delivery, 'refused', { why: old })
      continue
    }
    const { body } = delivery
    runner.send({
      type: 'deliver',
      deliveryId: DeliveryId.parse(delivery.id),
      runId: delivery.runId,
      body: await bodyFor(deps, runner, delivery),
      ...(body.type === 'publish' ? { secrets: [...(await deps.giveGitCredentials(runner.teamId, body.by))] } : {}),
    })
  }
}

/** It is for the machine that has the workspace, whether a turn goes or not. */
function isAboutWorkspace({ type }: DeliveryBody): boolean {
  return type === 'files' || type === 'publish'
}

async function bodyFor(
  deps: Pick<DeliveriesDeps, 'jobs' | 'planSender'>,
  runner: ConnectedRunner,
  { id, runId, body }: OpenDelivery,
): Promise<DeliveryBody> {
  if (body.type !== 'prompt') return body
  const { teamId } = runner
  const pin: MessageToSend['pin'] = (plans) => deps.jobs.pinDelivery(id, plans)
  return forRunner(runner, await deps.planSender.withPlans({ teamId, runId, prompt: body, pin }))
}

/** What a runner says of a delivery, shown in its row and kept; then the runner may forget it. */
export async function takeReceipt(
  deps: DeliveriesDeps,
  runner: ConnectedRunner,
  receipt: Extract<RunnerUp, { type: 'receipt' }>,
): Promise<void> {
  const delivery = await deps.jobs.delivery(receipt.deliveryId, runner.teamId)
  if (delivery !== undefined && (delivery.state === 'accepted' || delivery.state === 'delivered'))
    await settle(deps, delivery, receipt.state, { why: receipt.refusal, results: receipt.results })
  runner.send({ type: 'receipt_ack', deliveryId: receipt.deliveryId })
}

/** Why it was refused, and what became of each repository of several. */
type Told = { readonly why?: Refusal | undefined; readonly results?: PublishResults | undefined }

async function settle(
  deps: Pick<DeliveriesDeps, 'jobs'> & TransactDeps,
  delivery: Omit<OpenDelivery, 'state'>,
  state: Exclude<IntentState, 'accepted'>,
  told: Told,
): Promise<void> {
  await transact(deps, async (tx) => {
    const rows = tx.space(delivery.spaceId)
    return showState(rows, delivery, state, told)
  })
  await deps.jobs.setDelivery(delivery.id, state)
}

async function showState(
  rows: WriteTransaction,
  delivery: Omit<OpenDelivery, 'state'>,
  state: IntentState,
  { why, results }: Told,
): Promise<void | false> {
  switch (delivery.body.type) {
    case 'answer': {
      const permission = await getRow(rows, delivery.rowKey, Permission)
      if (permission === undefined) return false
      return putRow(rows, delivery.rowKey, {
        ...permission,
        delivery: state,
        ...(why === undefined ? {} : { refusal: why }),
      })
    }
    case 'prompt': {
      const prompt = await getRow(rows, delivery.rowKey, Prompt)
      if (prompt === undefined) return false
      // The turn was over before the message came: it waits in the queue again, at its front.
      const next =
        state === 'refused' && why?.code === 'run_ended'
          ? ({ ...prompt, state: 'accepted' } as const)
          : { ...prompt, state, ...(why === undefined ? {} : { refusal: why }) }
      return putRow(rows, delivery.rowKey, next)
    }
    case 'files': {
      const change = await getRow(rows, delivery.rowKey, ReviewChange)
      if (change === undefined) return false
      return putRow(rows, delivery.rowKey, { ...change, state, ...(why === undefined ? {} : { refusal: why }) })
    }
    case 'publish': {
      const publish = await getRow(rows, delivery.rowKey, RunPublish)
      if (publish === undefined) return false
      return putRow(rows, delivery.rowKey, {
        ...publish,
        state,
        ...(why === undefined ? {} : { refusal: why }),
        ...(results === undefined ? {} : { results }),
      })
    }
    case 'profile': {
      const run = await getRow(rows, keys.run(delivery.runId), Run)
      // Another switch came after it, or the turn was over: then it holds from the next turn on.
      if (run?.profile === undefined || run.profile.id !== delivery.body.profile.id) return false
      const { delivery: _before, ...profile } = run.profile
      const isNext = state === 'refused' && why?.code === 'run_ended'
      return putRow(rows, keys.run(run.id), { ...run, profile: isNext ? profile : { ...profile, delivery: state } })
    }
    case 'stop': {
      const run = await getRow(rows, keys.run(delivery.runId), Run)
      if (run?.stop === undefined || hasEnded(run.state)) return false
      return putRow(rows, keys.run(run.id), { ...run, stop: { ...run.stop, state } })
    }
  }
}
