import { Run, hasEnded, type RunReason } from '#shared/domain/run.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, putRow } from '#sync/core/transaction.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { Job, JobStore } from '../db/job-store.ts'
import type { RunnerRegistry } from '../runners/registry.ts'
import { usageOfMoves } from '../costs/note-usage.ts'
import { endTurn } from './apply-run-events.ts'
import { releaseJob } from './dispatcher.ts'
import { moveRun } from './run-changes.ts'
import { createWorker, type Worker } from './worker.ts'

export type LeasesDeps = TransactDeps & {
  readonly jobs: JobStore
  readonly runners: RunnerRegistry
  readonly wakeDispatcher: () => void
  readonly everyMs: number
  readonly onError: (error: unknown) => void
}

/** Runs whose runner is silent past its lease end with a reason that says so; assignments nobody claimed go back. */
export function createLeases(deps: LeasesDeps): Worker {
  return createWorker({
    everyMs: deps.everyMs,
    onError: deps.onError,
    async round() {
      for (const job of await deps.jobs.expired(deps.now())) {
        if (job.phase === 'assigned') await unclaimed(deps, job)
        else await lost(deps, job)
      }
    },
  })
}

async function unclaimed(deps: LeasesDeps, job: Job): Promise<void> {
  if (job.runnerId !== null) deps.runners.get(job.runnerId)?.send({ type: 'drop', runId: job.runId })
  if (job.runnerId !== null) deps.runners.get(job.runnerId)?.release(job.runId)
  await releaseJob(deps, job, { text: 'The machine did not take the run; it waits again' })
  deps.wakeDispatcher()
}

async function lost(deps: LeasesDeps, job: Job): Promise<void> {
  const outcome = await transact(deps, async (tx) => {
    const team = tx.space(teamSpace(job.teamId))
    const run = await getRow(team, keys.run(job.runId), Run)
    if (run === undefined || hasEnded(run.state)) {
      tx.job({ run: job.runId, turn: job.turn, from: 'held', phase: 'ended' })
      return undefined
    }
    const host = run.hostName ?? 'The machine'
    const reason: RunReason = {
      code: 'runner_lost',
      text: `${host} stopped answering. What it reported is kept.`,
      retryable: true,
    }
    const moved = run.stop === undefined ? moveRun(run, 'error', tx.now, reason) : moveRun(run, 'cancel', tx.now)
    if (moved === undefined) return false
    tx.effect({
      type: 'transition',
      runId: job.runId,
      event: run.stop === undefined ? 'error' : 'cancel',
      from: moved.from,
      to: moved.to,
      reason,
    })
    for (const effect of usageOfMoves(run, moved.run, { at: tx.now, now: tx.now, turns: 0 })) tx.effect(effect)
    tx.job({ run: job.runId, turn: job.turn, from: 'held', phase: 'ended' })
    await putRow(team, keys.run(job.runId), await endTurn(tx, job, team, moved.run, undefined))
    return undefined
  })
  if (outcome.status !== 'committed') return
  if (job.runnerId !== null) deps.runners.get(job.runnerId)?.release(job.runId)
  deps.wakeDispatcher()
}
