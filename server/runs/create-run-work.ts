import type { TransactDeps } from '#sync/server/transact.ts'
import type { UsageStore } from '../costs/usage-store.ts'
import { createUsageWorker } from '../costs/usage-worker.ts'
import type { Database } from '../db/database.ts'
import type { JobStore } from '../db/job-store.ts'
import { createPruning } from '../jobs/prune.ts'
import { createPlanTidying } from '../jobs/tidy-plans.ts'
import type { PlanSender } from '../plans/mentions/send-plans.ts'
import type { RunnerRegistry } from '../runners/registry.ts'
import { createGiveGitCredentials, createGiveSecrets } from '../secrets/give-secrets.ts'
import { createKeyringStore } from '../secrets/keyring.ts'
import { createSealedStore } from '../secrets/sealed-store.ts'
import { createSecretKeys } from '../secrets/secret-keys.ts'
import { createDeliveries } from './deliveries.ts'
import { createDispatcher } from './dispatcher.ts'
import { createLeases } from './leases.ts'

export type RunWorkDeps = TransactDeps & {
  readonly database: Database
  readonly dataDir: string
  readonly leaseMs: number
  readonly jobs: JobStore
  readonly runners: RunnerRegistry
  readonly planSender: PlanSender
  readonly usage: UsageStore
  readonly report: (about: string) => (error: unknown) => void
}

/** What a process does for runs by itself: it gives them out with their secrets, delivers, watches leases, shows what they cost, and tidies up. */
export function createRunWork(deps: RunWorkDeps) {
  const { database, dataDir, leaseMs, jobs, runners, planSender, usage, report, ...transacting } = deps
  const sealed = createSealedStore(database)
  const secretKeys = createSecretKeys({
    ...transacting,
    database,
    keyring: createKeyringStore({ dataDir, database, now: deps.now }),
    sealed,
    onError: report('the keys of secrets could not be looked after'),
  })
  const giveSecrets = createGiveSecrets({ ...transacting, sealed, secretKeys })
  const giveGitCredentials = createGiveGitCredentials({ ...transacting, sealed, secretKeys })
  const dispatcher = createDispatcher({
    ...transacting,
    jobs,
    runners,
    planSender,
    giveSecrets,
    usage,
    onError: report('dispatching failed'),
  })
  const usageWorker = createUsageWorker({ ...transacting, usage, onError: report('showing what runs cost failed') })
  const deliveries = createDeliveries({
    ...transacting,
    jobs,
    runners,
    planSender,
    giveGitCredentials,
    onError: report('delivering failed'),
  })
  const leases = createLeases({
    ...transacting,
    jobs,
    runners,
    wakeDispatcher: () => dispatcher.wake(),
    everyMs: Math.max(250, Math.min(5_000, leaseMs / 4)),
    onError: report('checking leases failed'),
  })
  const pruning = createPruning({ database, now: deps.now, onError: report('pruning failed') })
  const tidying = createPlanTidying({ ...transacting, database, onError: report('tidying plans failed') })
  const workers = [pruning, tidying, dispatcher, deliveries, leases, usageWorker]
  return {
    secretKeys,
    giveSecrets,
    giveGitCredentials,
    /** Something may be given out or delivered. */
    wake(): void {
      dispatcher.wake()
      deliveries.wake()
    },
    wakeDispatcher: () => dispatcher.wake(),
    wakeUsage: () => usageWorker.wake(),
    async close(): Promise<void> {
      for (const worker of workers) worker.close()
      await Promise.all(workers.map((worker) => worker.idle()))
      secretKeys.close()
      await secretKeys.idle()
    },
  }
}
