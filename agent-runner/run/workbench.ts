import type { RunErrorCode } from '#shared/domain/run.ts'
import type { Assignment, DeliveryBody } from '#shared/protocol/runner-link.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, type Result } from '#shared/result.ts'
import type { AcpSession } from '../harness/acp-session.ts'
import { openPlanTools } from './plan-tools.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { createActivity } from './activity.ts'
import { startAgent } from './agent.ts'
import { createAgentHandlers, guarded } from './agent-handlers.ts'
import { createBench, type Bench } from './bench.ts'
import type { Changes } from './changes/changes.ts'
import { endOfPrompt, promptWatched } from './conversation.ts'
import { equip } from './equip.ts'
import { withReplay } from './replay.ts'
import type { Results } from './results.ts'
import type { RunWorkerDeps } from './run-deps.ts'
import { askForMoney, goOn, stoppedPrompt, watchLimit, type PaidWay, type Prompted } from './paid-way.ts'
import { createSpending } from './spending.ts'
import { cut, type Transcript } from './transcript.ts'
import { TurnEnded, type TurnEnd } from './turn-end.ts'

/** What a run works with and what outlives a turn: workspace, sandbox, harness, its session. */
export interface Workbench {
  /** Makes ready what is missing. `firstPrompt` puts before the message what the harness can't remember. @throws TurnEnded, HarnessError, SandboxError */
  open(assignment: Assignment, signal: AbortSignal): Promise<{ firstPrompt: (text: string) => string }>
  prompt(text: string): Promise<TurnEnd>
  /** Asks the harness to end its turn; resolves when it did or `graceMs` passed. After that its session is not used again. */
  cancelPrompt(graceMs: number): Promise<void>
  answer(body: Extract<DeliveryBody, { type: 'answer' }>): Result<void, Refusal>
  takeUnheard(): string[]
  settle(status: 'completed' | 'cancelled' | 'failed'): void
  /** A better reason for an error, where the sandbox knows one. */
  explain(end: TurnEnd): Promise<TurnEnd>
  /** Ends every process of the run. */
  tearDown(): Promise<void>
}

/** Ends behind which the sandbox may stand. */
const explainable: ReadonlySet<RunErrorCode> = new Set(['harness_died', 'harness_missing', 'sandbox_failed'])

export function createWorkbench(
  given: RunWorkerDeps & { transcript: Transcript; changes: Changes; results: Results },
): Workbench {
  const spending = createSpending(given)
  const deps = { ...given, spending }
  const { journal, transcript, clock, results } = deps
  let bench: Bench | undefined
  let starting: Sandbox | undefined
  let opening: Promise<unknown> = Promise.resolve()
  let turnNumber = 1
  let answering: Promise<unknown> | undefined
  const activity = createActivity(clock, (text) => journal.append({ type: 'activity', text }))

  function open(assignment: Assignment, signal: AbortSignal): Promise<{ firstPrompt: (text: string) => string }> {
    const opened = makeReady(assignment, signal)
    opening = opened.catch(() => {})
    return opened
  }

  async function makeReady(
    assignment: Assignment,
    signal: AbortSignal,
  ): Promise<{ firstPrompt: (text: string) => string }> {
    turnNumber = assignment.turn
    spending.begin(assignment)
    const said = journal.memory().conversation.slice(0, -1)
    const knownSession = journal.memory().facts.sessionId
    bench ??= await build(assignment, signal)
    bench.models?.renew(assignment.secrets ?? [])
    if (bench.session !== undefined) return { firstPrompt: (text) => text }
    const session = await startSession(bench, assignment, signal)
    if (session.loaded || (assignment.turn === 1 && said.length === 0)) return { firstPrompt: (text) => text }
    const why = knownSession === undefined ? 'has no earlier session here' : 'could not load its earlier session'
    transcript.notice(
      'info',
      `${bench.declaration.name} ${why}. It goes on in a new one, with the last part of this conversation as text.`,
    )
    return { firstPrompt: (text) => withReplay(said, text) }
  }

  async function build(assignment: Assignment, signal: AbortSignal): Promise<Bench> {
    const equipment = await equip(deps, assignment, {
      signal,
      onSandbox: (sandbox) => {
        starting = sandbox
      },
    }).catch(async (error: unknown) => {
      // The next turn starts another one.
      const half = starting
      starting = undefined
      await half?.dispose()
      throw error
    })
    return createBench(deps, equipment, { turn: () => turnNumber, onActivity: activity.set })
  }

  async function startSession(on: Bench, assignment: Assignment, signal: AbortSignal): Promise<AcpSession> {
    const flooded = Promise.withResolvers<never>()
    flooded.promise.catch(() => {})
    const handlers = createAgentHandlers({ on, transcript, journal, results })
    on.translator.setReplaying(true)
    on.planTools?.close()
    const planTools = await openPlanTools(deps, on)
    on.planTools = planTools
    on.models ??= await deps.models.open({
      runId: deps.runId,
      sandbox: on.sandbox,
      secrets: assignment.secrets ?? [],
      onUsage: spending.gateway,
    })
    try {
      const session = await startAgent({
        config: assignment.config,
        declaration: on.declaration,
        prepared: on.prepared,
        sandbox: on.sandbox,
        handlers: guarded(handlers, { name: on.declaration.name, end: flooded.reject }),
        limits: deps.limits,
        journal,
        transcript,
        planTools,
        models: on.models,
      })
      signal.throwIfAborted()
      on.session = session
      on.flooded = flooded.promise
      void session.ended.then(() => {
        planTools?.close()
        if (bench?.session === session) bench.session = undefined
      })
      on.translator.setReplaying(false)
      on.translator.sessionOpened(session.answer)
      return session
    } finally {
      on.translator.setReplaying(false)
      if (on.session === undefined) planTools?.close()
    }
  }

  async function prompt(text: string): Promise<TurnEnd> {
    let next: string | undefined = text
    for (;;) {
      const gate: PaidWay = await passGate()
      if (gate !== 'open') return stoppedPrompt(gate)
      const { end, cut: wasCut }: Prompted = await promptOnce(next)
      // What was interrupted by a person goes on with what they said.
      if (!wasCut) return end
      next = goOn
    }
  }

  /** Nothing is asked of a model while the run's money is spent and nobody gave it more. */
  async function passGate(): Promise<PaidWay> {
    const on = bench
    const asked = on === undefined ? Promise.resolve<PaidWay>('open') : askForMoney(spending, on)
    answering = asked
    return asked
  }

  async function promptOnce(text: string): Promise<Prompted> {
    const on = bench
    const session = on?.session
    if (on === undefined || session === undefined)
      throw new TurnEnded({
        event: 'error',
        reason: { code: 'harness_died', text: 'The harness is gone.', retryable: true },
      })
    spending.startPrompt()
    const limit = watchLimit(spending, () => {
      on.permissions.lapseAll()
      void session.cancel()
    })
    try {
      const asked = promptWatched({
        session,
        text,
        translator: on.translator,
        permissions: on.permissions,
        transcript,
        harnessName: on.declaration.name,
        times: deps.times,
      })
      answering = asked.catch(() => {})
      const answer = await Promise.race([asked, on.flooded, limit.deaf])
      on.translator.promptAnswered(answer)
      on.permissions.lapseAll()
      on.translator.endTurn(answer.stopReason === 'cancelled' ? 'cancelled' : 'completed')
      return { end: endOfPrompt(answer, on.declaration.name), cut: limit.cut() && answer.stopReason === 'cancelled' }
    } finally {
      limit.close()
    }
  }

  async function tearDown(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      const old = bench
      const sandbox = old?.sandbox ?? starting
      bench = undefined
      starting = undefined
      old?.session?.close()
      old?.planTools?.close()
      old?.models?.close()
      await sandbox?.dispose()
      // What was being made ready fails now that its sandbox is gone; what it made until then goes as well.
      if (round === 0) await Promise.race([opening, new Promise((resolve) => setTimeout(resolve, 5000))])
    }
    if (journal.memory().facts.awake === true && bench === undefined)
      await journal.record({ k: 'facts', facts: { awake: false } })
  }

  return {
    open,
    prompt,
    cancelPrompt: async (graceMs) => {
      const on = bench
      if (on?.session === undefined || answering === undefined) return
      on.permissions.lapseAll()
      await on.session.cancel()
      await Promise.race([answering, new Promise((resolve) => setTimeout(resolve, graceMs))])
    },
    answer: (body) => bench?.permissions.answer(body) ?? err(refusal('expired', 'the question is not open any more')),
    takeUnheard: () => bench?.desk.takeUnheard() ?? [],
    settle: (status) => {
      activity.close()
      bench?.permissions.lapseAll()
      bench?.translator.endTurn(status)
      transcript.endSpeech()
    },
    explain: async (end) => {
      const code = end.reason?.code
      const sandbox = bench?.sandbox ?? starting
      if (sandbox === undefined || code === undefined || !explainable.has(code)) return end
      if (await sandbox.ranOutOfMemory().catch(() => false)) {
        const text = 'The sandbox ran out of memory. Give it more, or run less at once.'
        return { ...end, reason: { code: 'sandbox_out_of_memory', text, retryable: true } }
      }
      const misfit = await sandbox.misfit().catch(() => undefined)
      if (misfit === undefined) return end
      return { ...end, reason: { code: 'sandbox_failed', text: cut(misfit, 600), retryable: false } }
    },
    tearDown,
  }
}
