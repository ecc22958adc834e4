import { isDeepStrictEqual } from 'node:util'
import type { Attachment } from '#shared/domain/attachment.ts'
import type { ProfileSnapshot } from '#shared/domain/profile.ts'
import type { TerminalEnd } from '#shared/domain/terminal.ts'
import type { RunErrorCode } from '#shared/domain/run.ts'
import type { Assignment, DeliveryBody } from '#shared/protocol/runner-link.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, type Result } from '#shared/result.ts'
import type { AcpSession, PromptBlock } from '../harness/acp-session.ts'
import type { HarnessDeclaration } from '../harness/declaration.ts'
import { runbook } from '../harness/declarations/runbook.ts'
import { modeFor } from '../harness/modes.ts'
import { messageOf } from '../log.ts'
import { openPlanTools } from './plan-tools.ts'
import { waysHere } from '../sandbox/own-files.ts'
import { tellSecrets } from '../secrets/tell-secrets.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { createActivity } from './activity.ts'
import { startAgent } from './agent.ts'
import { changeModel, needsStart } from './change-model.ts'
import { createAgentHandlers, guarded } from './agent-handlers.ts'
import { bringAttachments } from './attachments.ts'
import { createBench, type Bench } from './bench.ts'
import type { Changes } from './changes/changes.ts'
import { endOfPrompt, promptWatched } from './conversation.ts'
import { equip } from './equip.ts'
import { bringPages } from './mentioned-pages.ts'
import { tellMissing } from './mentioned-paths.ts'
import { withReplay } from './replay.ts'
import type { Results } from './results.ts'
import type { RunWorkerDeps } from './run-deps.ts'
import { askForMoney, goOn, stoppedPrompt, watchLimit, type PaidWay, type Prompted } from './paid-way.ts'
import { createSpending } from './spending.ts'
import type { AgentTerminals } from '../terminals/agent-terminals.ts'
import type { Terminals } from '../terminals/terminals.ts'
import { cut, type Transcript } from './transcript.ts'
import { signAs } from './sign-as.ts'
import { TurnEnded, type TurnEnd } from './turn-end.ts'

/** What goes with a message, until `signal` says that the turn is over. */
export interface Beside {
  readonly attachments: readonly Attachment[]
  /** Files of the workspace that it mentions. */
  readonly paths: readonly string[]
  /** Addresses of pages that it mentions. */
  readonly pages: readonly string[]
  readonly signal: AbortSignal
}

/** What a run works with and what outlives a turn: workspace, sandbox, harness, its session. */
export interface Workbench {
  /** Makes ready what is missing. `firstPrompt` puts before the message what the harness can't remember. @throws TurnEnded, HarnessError, SandboxError */
  open(assignment: Assignment, signal: AbortSignal): Promise<{ firstPrompt: (text: string) => string }>
  /** Makes ready all that stands around an agent, and starts none. @throws TurnEnded, HarnessError, SandboxError */
  setUp(assignment: Assignment, signal: AbortSignal): Promise<void>
  prompt(text: string, beside?: Beside): Promise<TurnEnd>
  /** Asks the harness to end its turn; resolves when it did or `graceMs` passed. After that its session is not used again. */
  cancelPrompt(graceMs: number): Promise<void>
  answer(body: Extract<DeliveryBody, { type: 'answer' }>): Result<void, Refusal>
  takeUnheard(): string[]
  /** From here on the run is worked under this; open questions that it answers itself are settled. */
  setProfile(profile: ProfileSnapshot): Promise<void>
  settle(status: 'completed' | 'cancelled' | 'failed'): void
  /** A better reason for an error, where the sandbox knows one. */
  explain(end: TurnEnd): Promise<TurnEnd>
  /** Says which limits of the sandbox held the turn's processes back. */
  tellLimits(): Promise<void>
  /** Where the run's processes live, while they do. */
  sandbox(): Sandbox | undefined
  /** How its harness is called, once it is known. */
  declaration(): HarnessDeclaration | undefined
  /** Ends every process of the run. */
  tearDown(why?: TerminalEnd['why']): Promise<void>
}

/** Ends behind which the sandbox may stand. */
const explainable: ReadonlySet<RunErrorCode> = new Set(['harness_died', 'harness_missing', 'sandbox_failed'])

export function createWorkbench(
  given: RunWorkerDeps & {
    transcript: Transcript
    changes: Changes
    results: Results
    terminals: Terminals
    agentTerminals: AgentTerminals
  },
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
    const opened = otherWall(assignment).then(() => makeReady(assignment, signal))
    opening = opened.catch(() => {})
    return opened
  }

  /** A container keeps to the rules, and some agents to the model, that they were started with; where those changed since, the turn starts them anew. */
  async function otherWall({ egress = { kind: 'all' }, config }: Assignment): Promise<void> {
    const old = bench
    if (old === undefined || (isDeepStrictEqual(old.egress, egress) && !needsStart(old, config))) return
    bench = undefined
    await endBench(old)
  }

  async function endBench(old: Bench, why: TerminalEnd['why'] = 'put_away'): Promise<void> {
    await deps.terminals.endAll(why)
    old.session?.close()
    old.planTools?.close()
    old.models?.close()
    old.git.close()
    await old.sandbox.dispose()
  }

  async function makeReady(
    assignment: Assignment,
    signal: AbortSignal,
  ): Promise<{ firstPrompt: (text: string) => string }> {
    turnNumber = assignment.turn
    tellSecrets(transcript, assignment, deps.secrets)
    if (assignment.profile !== undefined) await journal.record({ k: 'facts', facts: { profile: assignment.profile } })
    bench?.desk.beginTurn()
    spending.begin(assignment)
    const said = journal.memory().conversation.slice(0, -1)
    const knownSession = journal.memory().facts.sessionId
    const isFresh = bench === undefined
    bench ??= await build(assignment, signal)
    if (isFresh) results.tellPaths()
    bench.models?.renew(assignment.secrets ?? [])
    await signAs(bench, assignment.author)
    if (bench.session !== undefined) {
      await changeModel(bench, assignment.config, transcript)
      return { firstPrompt: (text) => text }
    }
    const session = await startSession(bench, assignment, signal)
    if (journal.memory().facts.carried === true) {
      await journal.record({ k: 'facts', facts: { carried: false } })
      if (session.loaded)
        transcript.notice('info', `${bench.declaration.name} goes on with its own session, which came along.`)
    }
    // What was said would be executed once more.
    const isRunbook = assignment.config.harness === runbook.id
    if (session.loaded || isRunbook || (assignment.turn === 1 && said.length === 0))
      return { firstPrompt: (text) => text }
    if (assignment.turn === 1) {
      const told = said.map(({ who, text }) => `${who === 'user' ? 'Person' : 'Agent'}: ${text}`).join('\n\n')
      transcript.notice('info', 'This run goes on with a conversation from elsewhere.', told)
    }
    const why = knownSession === undefined ? 'has no earlier session here' : 'could not load its earlier session'
    transcript.notice(
      'info',
      `${bench.declaration.name} ${why}. It goes on in a new one, with the last part of this conversation as text.`,
    )
    return { firstPrompt: (text) => withReplay(said, text) }
  }

  async function setUp(assignment: Assignment, signal: AbortSignal): Promise<void> {
    turnNumber = assignment.turn
    bench ??= await build(assignment, signal)
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
    deps.terminals.setPlace(equipment.sandbox)
    return createBench(deps, equipment, {
      turn: () => turnNumber,
      onActivity: activity.set,
      profile: () => journal.memory().facts.profile,
    })
  }

  async function startSession(on: Bench, assignment: Assignment, signal: AbortSignal): Promise<AcpSession> {
    const flooded = Promise.withResolvers<never>()
    flooded.promise.catch(() => {})
    const handlers = createAgentHandlers({ on, transcript, journal, results })
    on.translator.setReplaying(true)
    on.planTools?.close()
    // An agent of ours is in this process; the others have what their sandbox has.
    const ways = 'open' in on.prepared ? waysHere : on.sandbox
    const planTools = await openPlanTools(deps, { declaration: on.declaration, ways })
    on.planTools = planTools
    on.models ??= await deps.models.open({
      runId: deps.runId,
      sandbox: ways,
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
        secrets: assignment.secrets ?? [],
        terminals: deps.terminalsTaken() ? deps.agentTerminals : undefined,
        profile: journal.memory().facts.profile,
      })
      signal.throwIfAborted()
      on.session = session
      on.chosen = assignment.config
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

  async function prompt(text: string, beside?: Beside): Promise<TurnEnd> {
    let next: string | undefined = text
    let more = beside === undefined ? [] : await bring(beside)
    for (;;) {
      const gate: PaidWay = await passGate()
      if (gate !== 'open') return stoppedPrompt(gate)
      const { end, cut: wasCut }: Prompted = await promptOnce(next, more)
      // What was interrupted by a person goes on with what they said.
      if (!wasCut) return end
      next = goOn
      more = []
    }
  }

  async function bring({ attachments, paths, pages, signal }: Beside): Promise<readonly PromptBlock[]> {
    const on = bench
    if (on?.session === undefined) return []
    const { sandbox, session } = on
    const missing = await tellMissing({ sandbox, transcript }, paths)
    const files = { fetchBlob: deps.fetchBlob, sandbox, transcript, signal, takes: session.takes }
    const read = await bringPages({ sandbox, transcript, clock, signal }, pages)
    return [...missing, ...read, ...(await bringAttachments(files, attachments))]
  }

  /** Nothing is asked of a model while the run's money is spent and nobody gave it more. */
  async function passGate(): Promise<PaidWay> {
    const on = bench
    const asked = on === undefined ? Promise.resolve<PaidWay>('open') : askForMoney(spending, on)
    answering = asked
    return asked
  }

  async function promptOnce(text: string, more: readonly PromptBlock[]): Promise<Prompted> {
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
        more,
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
      if (on.declaration.quirks.modelFailed?.(answer) === true) {
        const said = `${on.declaration.name} answered with an error: ${on.translator.said()}`
        const reason = { code: 'harness_protocol' as const, text: cut(said, 600), retryable: true }
        return { end: { event: 'error', reason }, cut: false }
      }
      on.translator.endTurn(answer.stopReason === 'cancelled' ? 'cancelled' : 'completed')
      const end = endOfPrompt(answer, { harnessName: on.declaration.name, denied: on.desk.takeDenied() })
      return { end, cut: limit.cut() && answer.stopReason === 'cancelled' }
    } finally {
      limit.close()
    }
  }

  async function setProfile(profile: ProfileSnapshot): Promise<void> {
    await journal.record({ k: 'facts', facts: { profile } })
    transcript.endSpeech()
    transcript.notice('info', `From here on the run is worked under the profile ${profile.name}.`)
    const on = bench
    if (on === undefined) return
    on.permissions.reconsider()
    const mode = modeFor(on.declaration.id, profile)
    if (mode === undefined || on.session?.answer.modes?.availableModes.some((one) => one.id === mode) !== true) return
    // The harness may be at work; a mode that it does not take holds nothing up, since every question comes here anyway.
    await on.session.setMode(mode).catch((error: unknown) => {
      transcript.notice('warning', `${on.declaration.name} did not change its mode.`, messageOf(error))
    })
  }

  async function tearDown(why: TerminalEnd['why'] = 'put_away'): Promise<void> {
    for (let round = 0; round < 2; round++) {
      const old = bench
      const half = starting
      bench = undefined
      starting = undefined
      await (old === undefined ? half?.dispose() : endBench(old, why))
      // What was being made ready fails now that its sandbox is gone; what it made until then goes as well.
      if (round === 0) await Promise.race([opening, new Promise((resolve) => setTimeout(resolve, 5000))])
    }
    if (journal.memory().facts.awake === true && bench === undefined)
      await journal.record({ k: 'facts', facts: { awake: false } })
  }

  return {
    open,
    setUp: (assignment, signal) => {
      const made = setUp(assignment, signal)
      opening = made.catch(() => {})
      return made
    },
    prompt,
    cancelPrompt: async (graceMs) => {
      const on = bench
      if (on?.session === undefined || answering === undefined) return
      on.permissions.lapseAll()
      await on.session.cancel()
      await Promise.race([answering, new Promise((resolve) => setTimeout(resolve, graceMs))])
    },
    answer: (body) => bench?.permissions.answer(body) ?? err(refusal('expired', 'the question is not open any more')),
    setProfile,
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
      const hit = (await sandbox.limitsHit?.().catch(() => [])) ?? []
      if (hit.length > 0)
        return { ...end, reason: { code: 'sandbox_failed', text: cut(hit.join(' '), 600), retryable: true } }
      const misfit = await sandbox.misfit().catch(() => undefined)
      if (misfit === undefined) return end
      return { ...end, reason: { code: 'sandbox_failed', text: cut(misfit, 600), retryable: false } }
    },
    tellLimits: async () => {
      const hit = (await bench?.sandbox.limitsHit?.().catch(() => [])) ?? []
      for (const sentence of hit) transcript.notice('warning', sentence)
    },
    sandbox: () => bench?.sandbox,
    declaration: () => bench?.declaration,
    tearDown,
  }
}
