import type { ProfileSnapshot, RunProfile } from '#shared/domain/profile.ts'
import { Run, hasEnded, type RunReason } from '#shared/domain/run.ts'
import { Team } from '#shared/domain/team.ts'
import type { RunId, RunnerId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, putRow } from '#sync/core/transaction.ts'
import { transact, type ServerTransaction, type TransactDeps } from '#sync/server/transact.ts'
import type { Job, JobStore } from '../db/job-store.ts'
import type { ConnectedRunner, RunnerRegistry } from '../runners/registry.ts'
import type { PlanSender } from '../plans/mentions/send-plans.ts'
import { endTurn } from './apply-run-events.ts'
import { environmentGone, pinEnvironment } from './run-environment.ts'
import type { GiveSecrets } from '../secrets/give-secrets.ts'
import { createHoldBack } from '../costs/hold-back.ts'
import type { UsageStore } from '../costs/usage-store.ts'
import { moveRun } from './run-changes.ts'
import { profileOfRun } from './run-profile.ts'
import { sendAssignment } from './send-assignment.ts'
import { createWorker, type Worker } from './worker.ts'

export type DispatcherDeps = TransactDeps & {
  readonly jobs: JobStore
  readonly runners: RunnerRegistry
  readonly planSender: PlanSender
  readonly giveSecrets: GiveSecrets
  readonly usage: UsageStore
  readonly onError: (error: unknown) => void
}

/** An assignment that is not claimed within this is given back to the queue. */
export const claimMs = 15_000
/** A follow-up waits so long for the machine that has the run's workspace, before another may take it. */
const affinityMs = 10 * 60_000
/** The same where another can bring the workspace back: a machine that is only started anew keeps its runs. */
const savedAffinityMs = 60_000
const defaultMaxActive = 8
const everyMs = 5_000

/** Gives waiting turns to runners that can take them: oldest first, within the team's and each runner's limit. */
export function createDispatcher(deps: DispatcherDeps): Worker {
  return createWorker({ round: () => dispatchRound(deps), everyMs, onError: deps.onError })
}

async function dispatchRound(deps: DispatcherDeps): Promise<void> {
  const waiting = await deps.jobs.waiting()
  if (waiting.length === 0) return
  const active = await deps.jobs.activeByTeam()
  const heldBack = createHoldBack(deps)
  for (const job of waiting) {
    const hold = await heldBack(job)
    if (hold !== undefined) {
      await explain(deps, job, hold)
      continue
    }
    const held = active.get(job.teamId) ?? 0
    const most = await teamLimit(deps, job)
    if (held >= most) {
      await explain(deps, job, `Waits for a free slot: ${held} of ${most} runs of the team are going`)
      continue
    }
    const choice = await chooseRunner(deps, job)
    if (typeof choice === 'string') await explain(deps, job, choice)
    else if (await assign(deps, job, choice)) active.set(job.teamId, held + 1)
  }
}

async function teamLimit(deps: DispatcherDeps, job: Job): Promise<number> {
  const { rows } = await deps.store.read(teamSpace(job.teamId), [keys.team])
  const team = Team.safeParse(rows[0]?.value)
  return team.success ? team.data.maxActiveRuns : defaultMaxActive
}

/** A runner, or a sentence that says what is waited for. */
async function chooseRunner(deps: DispatcherDeps, job: Job): Promise<ConnectedRunner | string> {
  const ofTeam = deps.runners.all().filter((runner) => runner.teamId === job.teamId && !runner.draining)
  if (job.turn > 1 && job.runnerId !== null) {
    const last = deps.runners.get(job.runnerId)
    if (last !== undefined && ofTeam.includes(last))
      return last.short ?? (hasRoom(last) ? last : `Waits for a free slot on ${last.hostName}`)
    const seenAt = (await deps.jobs.runnerLastSeen(job.runnerId)) ?? 0
    const saved = await isSaved(deps, job)
    const waitMs = saved ? savedAffinityMs : affinityMs
    // One that takes nothing new won't take this either.
    if (!(saved && last?.draining === true) && deps.now() - seenAt < waitMs)
      return 'Waits for the machine that has the workspace'
  }
  if (ofTeam.length === 0) return 'Waits for a machine: no runner is connected'
  const onHost = ofTeam.filter((runner) => job.host === null || runner.hostName === job.host)
  if (onHost.length === 0) return `Waits for ${job.host}: no runner of that name is connected`
  const inSandbox = onHost.filter((runner) => runner.sandboxes.includes(job.sandbox))
  if (inSandbox.length === 0)
    return `Waits for a machine with ${job.sandbox === 'docker' ? 'Docker' : 'direct runs allowed'}`
  const withEnvironments =
    job.assignment.config.environmentId === undefined
      ? inSandbox
      : inSandbox.filter((runner) => runner.takesEnvironments)
  if (withEnvironments.length === 0) return 'Waits for a machine that knows environments: update Drover there'
  const withSnapshots =
    job.assignment.snapshot === undefined
      ? withEnvironments
      : withEnvironments.filter((runner) => runner.takesSnapshots)
  if (withSnapshots.length === 0) return 'Waits for a machine that knows snapshots: update Drover there'
  const able = withSnapshots.filter((runner) =>
    runner.harnesses.some(
      (offer) =>
        offer.id === job.harness &&
        offer.unavailable === undefined &&
        offer.sandboxes.some((kind) => kind === job.sandbox),
    ),
  )
  if (able.length === 0) return `Waits for a machine that can start ${job.harness}`
  const taking = able.filter((runner) => runner.short === undefined)
  if (taking.length === 0) return able[0]?.short ?? 'Waits for a free slot on a machine'
  const free = taking.filter(hasRoom).sort((a, b) => a.runs.size / a.capacity - b.runs.size / b.capacity)
  return free[0] ?? 'Waits for a free slot on a machine'
}

/** Whether the workspace is saved as the last turn left it. */
async function isSaved(deps: DispatcherDeps, { teamId, runId, turn }: Job): Promise<boolean> {
  const { rows } = await deps.store.read(teamSpace(teamId), [keys.run(runId)])
  const run = Run.safeParse(rows[0]?.value)
  return run.success && run.data.snapshot?.turn === turn - 1
}

function hasRoom(runner: ConnectedRunner): boolean {
  return runner.runs.size < runner.capacity
}

/** A run that was cancelled while it waited leaves the queue. */
function leavesQueue(tx: ServerTransaction, job: Job, run: Run | undefined): boolean {
  if (run !== undefined && !hasEnded(run.state)) return false
  tx.job({ run: job.runId, turn: job.turn, from: 'waiting', phase: 'ended' })
  return true
}

async function assign(deps: DispatcherDeps, job: Job, runner: ConnectedRunner): Promise<boolean> {
  runner.hold(job.runId)
  let isOver = false
  let profile: ProfileSnapshot | undefined
  const outcome = await transact(deps, async (tx) => {
    const team = tx.space(teamSpace(job.teamId))
    const run = await getRow(team, keys.run(job.runId), Run)
    isOver = leavesQueue(tx, job, run)
    if (isOver) return undefined
    const placed = run === undefined ? undefined : await pinEnvironment(team, run)
    if (run !== undefined && placed === undefined) {
      isOver = true
      const failed = moveRun(run, 'fail', tx.now, environmentGone)
      if (failed === undefined || failed.run.turn !== job.turn) return false
      const { from, to } = failed
      tx.effect({ type: 'transition', runId: job.runId, event: 'fail', from, to, reason: environmentGone })
      await putRow(team, keys.run(job.runId), await endTurn(tx, job, team, failed.run, undefined))
      return undefined
    }
    const moved = placed === undefined ? undefined : moveRun(placed, 'assign', tx.now)
    if (moved === undefined || moved.run.turn !== job.turn) return false
    tx.job({
      run: job.runId,
      turn: job.turn,
      from: 'waiting',
      phase: 'assigned',
      runner: runner.id,
      lease: tx.now + claimMs,
    })
    tx.effect({ type: 'transition', runId: job.runId, event: 'assign', from: moved.from, to: moved.to })
    profile = runner.takesProfiles ? await profileOfRun(deps.store, moved.run) : undefined
    await putRow(team, keys.run(job.runId), {
      ...moved.run,
      runnerId: runner.id,
      hostName: runner.hostName,
      ...(profile === undefined
        ? {}
        : { profile: { ...switchOf(moved.run, profile), id: profile.id, name: profile.name } }),
    })
    return undefined
  })
  if (outcome.status !== 'committed' || isOver) {
    runner.release(job.runId)
    return false
  }
  await sendAssignment(deps, job, runner, profile)
  return true
}

/** That somebody switched it holds for its later turns; how that was brought to a runner is over. */
function switchOf({ profile }: Run, { id }: ProfileSnapshot): Pick<RunProfile, 'by' | 'at'> {
  if (profile?.by === undefined || profile.id !== id) return {}
  return { by: profile.by, ...(profile.at === undefined ? {} : { at: profile.at }) }
}

/** Gives an assignment back: the runner refused it, or did not claim it in time. */
export async function releaseJob(
  deps: TransactDeps,
  job: { runId: RunId; teamId: Job['teamId']; turn: number; runnerId: RunnerId | null },
  reason: RunReason,
): Promise<void> {
  await transact(deps, async (tx) => {
    const team = tx.space(teamSpace(job.teamId))
    const run = await getRow(team, keys.run(job.runId), Run)
    const moved = run === undefined ? undefined : moveRun(run, 'release', tx.now, reason)
    if (moved === undefined || moved.run.turn !== job.turn) return false
    tx.job({ run: job.runId, turn: job.turn, from: 'assigned', phase: 'waiting' })
    tx.effect({ type: 'transition', runId: job.runId, event: 'release', from: moved.from, to: moved.to, reason })
    const { runnerId: _runner, hostName: _host, ...rest } = moved.run
    await putRow(team, keys.run(job.runId), job.turn > 1 ? moved.run : rest)
    return undefined
  })
}

/** Says in the run's row what it waits for, when that is news. */
async function explain(deps: DispatcherDeps, job: Job, text: string): Promise<void> {
  await transact(deps, async (tx) => {
    const team = tx.space(teamSpace(job.teamId))
    const run = await getRow(team, keys.run(job.runId), Run)
    if (leavesQueue(tx, job, run)) return undefined
    if (run === undefined || run.state !== 'QUEUED' || run.reason?.text === text) return false
    await putRow(team, keys.run(job.runId), { ...run, reason: { text } })
    return undefined
  })
}
