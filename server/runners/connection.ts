import { Run } from '#shared/domain/run.ts'
import type { Runner } from '#shared/domain/team.ts'
import type { RunId, TeamId } from '#shared/ids.ts'
import { RunnerUp, runnerProtocol, type RunnerDown, type RunnerHello } from '#shared/protocol/runner-link.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, putRow } from '#sync/core/transaction.ts'
import type { LiveHub } from '#sync/server/live.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import type { Job, JobStore } from '../db/job-store.ts'
import { moveRun } from '../runs/run-changes.ts'
import type { PlanSender } from '../plans/mentions/send-plans.ts'
import { releaseJob } from '../runs/dispatcher.ts'
import { sendAssignment } from '../runs/send-assignment.ts'
import type { GiveGitCredentials, GiveSecrets } from '../secrets/give-secrets.ts'
import { usageOfMoves } from '../costs/note-usage.ts'
import { sendOpen, takeReceipt } from '../runs/deliveries.ts'
import { createRunIngest, type RunIngest } from '../runs/ingest.ts'
import type { Inspections } from '../environments/inspections.ts'
import type { PullLooks } from '../runs/pull-looks.ts'
import type { TerminalRelay } from '../terminals/relay.ts'
import type { PlanCalls } from '../plans/agent/plan-calls.ts'
import type { ConnectedRunner, RunnerRegistry } from './registry.ts'

export type RunnerConnectionDeps = TransactDeps & {
  readonly jobs: JobStore
  readonly runners: RunnerRegistry
  readonly planSender: PlanSender
  readonly giveSecrets: GiveSecrets
  readonly giveGitCredentials: GiveGitCredentials
  readonly live: LiveHub
  readonly planCalls: PlanCalls
  readonly inspections: Inspections
  readonly pullLooks: PullLooks
  readonly terminals: Pick<TerminalRelay, 'connected' | 'lost' | 'take' | 'claimed'>
  readonly serverVersion: string
  readonly heartbeatMs: number
  readonly leaseMs: number
  readonly wakeDispatcher: () => void
  /** The runner was told that it did something wrong; it may be told often. */
  readonly onRefused: (why: Refusal) => void
  readonly onError: (error: unknown, about: string) => void
}

export type RunnerSocket = {
  send(text: string): void
  close(code: number, reason: string): void
}

export type RunnerConnection = {
  receive(text: string): Promise<void>
  /** The socket is gone. */
  close(): Promise<void>
}

/** Calls of plan tools that one runner's agents may have open. */
const maxOpenCalls = 100

/** The server's end of one runner's link. Messages are handled in the order in which they came. */
export function createRunnerConnection(
  deps: RunnerConnectionDeps,
  key: { teamId: TeamId; keyId: string },
  socket: RunnerSocket,
): RunnerConnection {
  const ingests = new Map<RunId, RunIngest>()
  const held = new Set<RunId>()
  let runner: ConnectedRunner | undefined
  let hello: RunnerHello | undefined
  let order: Promise<void> = Promise.resolve()
  let closed = false

  const send = (message: RunnerDown): void => {
    if (!closed) socket.send(JSON.stringify(message))
  }

  function fail(why: Refusal): void {
    deps.onRefused(why)
    send({ type: 'error', refusal: why, fatal: true })
    socket.close(4400, why.detail ?? why.code)
  }

  function refuseOnce(why: Refusal): void {
    deps.onRefused(why)
    send({ type: 'error', refusal: why, fatal: false })
  }

  function openIngest(job: Job): RunIngest | undefined {
    const known = ingests.get(job.runId)
    if (known !== undefined || runner === undefined) return known
    const { runId } = job
    const current = runner
    const ingest = createRunIngest(
      { ...deps, onError: (error) => deps.onError(error, `events of run ${runId}`) },
      { runId, teamId: job.teamId, runnerId: runner.id, turn: job.turn, ackedSeq: job.ackedSeq },
      {
        ack: (seq) => send({ type: 'ack', runId, seq }),
        moved: () => void forgetEnded(runId),
        resend: (fromSeq) => send({ type: 'resend', runId, fromSeq }),
        lost: () => {
          ingests.delete(runId)
          current.release(runId)
          send({ type: 'drop', runId })
        },
      },
    )
    ingests.set(runId, ingest)
    return ingest
  }

  /** A run whose turn is over takes no room on the runner any more. */
  async function forgetEnded(runId: RunId): Promise<void> {
    const job = await deps.jobs.job(runId).catch(() => undefined)
    if (job === undefined || job.phase === 'assigned' || job.phase === 'held') return
    if (runner?.runs.has(runId) !== true) return
    runner.release(runId)
    deps.wakeDispatcher()
  }

  async function greet(message: RunnerHello): Promise<void> {
    if (hello !== undefined) return refuseOnce(refusal('invalid', 'hello came twice'))
    if (message.protocol !== runnerProtocol)
      return fail(
        refusal(
          'protocol_too_old',
          `this server speaks runner protocol ${runnerProtocol}, the runner ${message.protocol}: use the same version of Drover on both`,
        ),
      )
    const isOurs = await deps.jobs.claimRunnerId(
      { id: message.runnerId, teamId: key.teamId, keyId: key.keyId, name: message.name, hostName: message.hostName },
      deps.now(),
    )
    if (!isOurs)
      return fail(refusal('not_allowed', 'this runner belongs to another team: give it a data folder of its own'))
    hello = message
    runner = toConnected(message)
    deps.runners.add(runner)
    const runs = await takeUp(message, runner)
    await deps.jobs.renew(message.runnerId, deps.now() + deps.leaseMs)
    await showRow(true)
    send({
      type: 'welcome',
      protocol: runnerProtocol,
      serverVersion: deps.serverVersion,
      heartbeatMs: deps.heartbeatMs,
      leaseMs: deps.leaseMs,
      runs,
      planTools: true,
      terminals: true,
      snapshots: true,
      takesPaths: true,
    })
    deps.terminals.connected(runner)
    for (const job of await deps.jobs.ofRunner(message.runnerId)) await restate(job, message, runner)
    await sendOpen(deps, runner)
    deps.wakeDispatcher()
  }

  /** What becomes of each run that the runner still has: it goes on, or only its last events are taken, or it is dropped. */
  async function takeUp(
    message: RunnerHello,
    current: ConnectedRunner,
  ): Promise<Extract<RunnerDown, { type: 'welcome' }>['runs']> {
    const runs: Extract<RunnerDown, { type: 'welcome' }>['runs'] = []
    for (const { runId, lastSeq } of message.runs) {
      const job = await deps.jobs.job(runId)
      const isMine = job !== undefined && job.runnerId === message.runnerId && job.teamId === key.teamId
      const goesOn = isMine && (job.phase === 'held' || job.phase === 'assigned')
      if (isMine && (goesOn || lastSeq > job.ackedSeq)) openIngest(job)
      if (goesOn) current.hold(runId)
      runs.push({ runId, ackedSeq: isMine ? job.ackedSeq : 0, keep: isMine })
    }
    return runs
  }

  /** A job that the runner does not have, because the server or the runner stopped in between. */
  async function restate(job: Job, message: RunnerHello, current: ConnectedRunner): Promise<void> {
    current.hold(job.runId)
    openIngest(job)
    const known = message.runs.find((one) => one.runId === job.runId)
    if (known !== undefined && known.turn >= job.turn) return
    await sendAssignment(deps, job, current)
  }

  async function claimed(runId: RunId, turn: number): Promise<void> {
    const current = runner
    if (current === undefined) return
    const job = await deps.jobs.job(runId)
    if (
      job === undefined ||
      job.runnerId !== current.id ||
      job.turn !== turn ||
      job.phase === 'ended' ||
      job.phase === 'waiting'
    ) {
      send({ type: 'drop', runId })
      return
    }
    current.hold(runId)
    openIngest(job)
    deps.terminals.claimed(runId)
    await transact(deps, async (tx) => {
      const team = tx.space(teamSpace(job.teamId))
      tx.job({ run: runId, turn, holder: current.id, phase: 'held', lease: tx.now + deps.leaseMs })
      const run = await getRow(team, keys.run(runId), Run)
      const moved = run === undefined ? undefined : moveRun(run, 'claim', tx.now)
      if (run === undefined || moved === undefined) return
      tx.effect({ type: 'transition', runId, event: 'claim', from: moved.from, to: moved.to })
      for (const effect of usageOfMoves(run, moved.run, { at: tx.now, now: tx.now, turns: 1 })) tx.effect(effect)
      await putRow(team, keys.run(runId), moved.run)
    })
    await sendOpen(deps, current)
  }

  async function rejected(runId: RunId, turn: number, reason: string): Promise<void> {
    const job = await deps.jobs.job(runId)
    if (runner === undefined || job === undefined || job.runnerId !== runner.id) return
    runner.release(runId)
    await releaseJob(deps, { ...job, turn }, { text: `Waits again: ${reason}` })
  }

  async function handle(message: RunnerUp): Promise<void> {
    if (message.type === 'hello') return greet(message)
    const current = runner
    if (current === undefined) return fail(refusal('invalid', 'the first message must be hello'))
    switch (message.type) {
      case 'offer':
        if (hello !== undefined) hello = { ...hello, short: undefined, ...message, type: 'hello' }
        await showRow(true)
        return deps.wakeDispatcher()
      case 'claimed':
        return claimed(message.runId, message.turn)
      case 'rejected':
        return rejected(message.runId, message.turn, message.reason)
      case 'events': {
        const job = ingests.has(message.runId) ? undefined : await deps.jobs.job(message.runId)
        const isMine = job !== undefined && job.runnerId === current.id && job.teamId === key.teamId
        const ingest = ingests.get(message.runId) ?? (isMine ? openIngest(job) : undefined)
        if (ingest === undefined) return send({ type: 'drop', runId: message.runId })
        return ingest.take(message.events)
      }
      case 'receipt':
        return takeReceipt({ ...deps, onError: (error) => deps.onError(error, 'a receipt') }, current, message)
      case 'heartbeat':
        await deps.jobs.renew(current.id, deps.now() + deps.leaseMs)
        await deps.jobs.runnerSeen(current.id, deps.now())
        await showRow(true)
        return send({ type: 'heartbeat_ack', at: message.at })
      case 'draining':
        draining = true
        return
      case 'inspect_answer':
        return deps.inspections.answered(current.id, message.callId, message.answer)
      case 'pulls_answer':
        return deps.pullLooks.answered(current.id, message.callId, message.pulls)
      case 'plan_call':
        return answerPlanCall(current, message)
      case 'terminals':
      case 'terminal_output':
      case 'terminal_refused':
        return deps.terminals.take(current, message)
    }
  }

  /** Beside the order of the others: what is at work on a plan holds up no events. */
  function answerPlanCall(current: ConnectedRunner, message: Extract<RunnerUp, { type: 'plan_call' }>): void {
    const { callId } = message
    if (openCalls >= maxOpenCalls) {
      const text = 'Too many calls at once. Wait for the answers to those before.'
      return send({ type: 'plan_answer', callId, answer: { ok: false, text } })
    }
    openCalls++
    void deps.planCalls.answer(current, message).then((answer) => {
      openCalls--
      send({ type: 'plan_answer', callId, answer })
    })
  }

  let openCalls = 0
  let draining = false
  let shown = ''

  function toConnected(message: RunnerHello): ConnectedRunner {
    return {
      id: message.runnerId,
      teamId: key.teamId,
      keyId: key.keyId,
      name: message.name,
      hostName: message.hostName,
      capacity: message.capacity,
      takesContext: message.takesContext === true,
      takesAttachments: message.takesAttachments === true,
      takesEnvironments: message.takesEnvironments === true,
      takesFiles: message.takesFiles === true,
      publishes: message.publishes === true,
      takesProfiles: message.takesProfiles === true,
      takesTerminals: message.takesTerminals === true,
      takesSnapshots: message.takesSnapshots === true,
      takesRegistryLogins: message.takesRegistryLogins === true,
      looksAtPulls: message.looksAtPulls === true,
      get sandboxes() {
        return hello?.sandboxes ?? []
      },
      get harnesses() {
        return hello?.harnesses ?? []
      },
      get short() {
        return hello?.short
      },
      get draining() {
        return draining
      },
      runs: held,
      send,
      hold: (runId) => void held.add(runId),
      release: (runId) => void held.delete(runId),
      close: (reason) => socket.close(4400, reason),
    }
  }

  /** The runner's synced row, written when something people see has changed, and at least once a minute. */
  async function showRow(connected: boolean): Promise<void> {
    if (hello === undefined) return
    const { runnerId, name, hostName, version, platform, sandboxes, harnesses, capacity, problems, about } = hello
    const now = deps.now()
    const row: Runner = {
      id: runnerId,
      name,
      hostName,
      version,
      platform,
      sandboxes,
      harnesses,
      capacity,
      problems,
      ...(about === undefined ? {} : { about }),
      running: held.size,
      connected,
      lastSeenAt: now,
    }
    const facts = JSON.stringify({ ...row, lastSeenAt: Math.floor(now / 60_000) })
    if (facts === shown) return
    shown = facts
    await transact(deps, async (tx) => {
      await putRow(tx.space(teamSpace(key.teamId)), keys.runner(runnerId), row)
    })
  }

  return {
    receive(text) {
      const message = parseUp(text)
      order = order
        .then(() => {
          if (closed) return
          return message === undefined
            ? refuseOnce(refusal('invalid', 'this message is not understood'))
            : handle(message)
        })
        .catch((error: unknown) => {
          // Nothing that failed here was acknowledged: the runner says it again after it has reconnected.
          deps.onError(error, 'a message of a runner')
          socket.close(1011, 'the server failed; connect again')
        })
      return order
    },
    async close() {
      if (closed) return
      closed = true
      await order
      for (const ingest of ingests.values()) ingest.close()
      if (runner === undefined) return
      const isLast = deps.runners.get(runner.id) === runner
      deps.inspections.lost(runner.id)
      deps.pullLooks.lost(runner.id)
      deps.runners.remove(runner)
      if (isLast) deps.terminals.lost(runner.id)
      if (isLast) await showRow(false).catch((error: unknown) => deps.onError(error, 'the row of a runner'))
    },
  }
}

function parseUp(text: string): RunnerUp | undefined {
  try {
    const parsed = RunnerUp.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
