import type { Assignment, DeliveryBody } from '#shared/protocol/runner-link.ts'
import { refusal, type Refusal } from '#shared/refusal.ts'
import { err, type Result } from '#shared/result.ts'
import type { AcpHandlers, AcpSession } from '../harness/acp-session.ts'
import type { HarnessDeclaration, PreparedHarness } from '../harness/declaration.ts'
import { createTranslator, type Translator } from '../harness/translator.ts'
import { createActivity } from './activity.ts'
import { startAgent } from './agent.ts'
import { readInside, writeInside } from '../sandbox/inside-files.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Changes } from './changes.ts'
import { createPermissionDesk, endOfPrompt, promptWatched, type PermissionDesk } from './conversation.ts'
import { makeRunFolders } from './folders.ts'
import { createJudge, type Judge } from './judge.ts'
import { createPermissions, type Permissions } from './permissions.ts'
import { withReplay } from './replay.ts'
import type { Results } from './results.ts'
import type { RunWorkerDeps } from './run-deps.ts'
import { fillWorkspace, runSetupCommands } from './set-up.ts'
import { runStep } from './steps.ts'
import { entryLimit, type Transcript } from './transcript.ts'
import { TurnEnded, type TurnEnd } from './turn-end.ts'
import { runbookPolicy } from '../permission/judge-command.ts'
import { askElicitation } from './elicitation.ts'

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

interface Bench {
  sandbox: Sandbox
  session: AcpSession | undefined
  prepared: PreparedHarness
  declaration: HarnessDeclaration
  judge: Judge
  permissions: Permissions
  desk: PermissionDesk
  translator: Translator
}

export function createWorkbench(
  deps: RunWorkerDeps & { transcript: Transcript; changes: Changes; results: Results },
): Workbench {
  const { runId, journal, transcript, clock, folders, results } = deps
  let bench: Bench | undefined
  let starting: Sandbox | undefined
  let opening: Promise<unknown> = Promise.resolve()
  let turnNumber = 1
  let answering: Promise<unknown> | undefined
  let memoryEnded = false
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
    const said = journal.memory().conversation.slice(0, -1)
    const knownSession = journal.memory().facts.sessionId
    if (bench === undefined) bench = await build(assignment, signal)
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
    const { config } = assignment
    const declaration = deps.harness(config.harness)
    const provider = deps.sandbox(config.sandbox)
    if (declaration === undefined || provider === undefined) {
      const what = declaration === undefined ? `the harness ${config.harness}` : `the sandbox ${config.sandbox}`
      throw new TurnEnded({
        event: 'error',
        reason: { code: 'harness_missing', text: `This runner does not have ${what}.`, retryable: false },
      })
    }
    await makeRunFolders(folders)
    const context = {
      runId,
      config,
      journal,
      transcript,
      clock,
      changes: deps.changes,
      hostWorkspace: folders.workspace,
      hostEnv: deps.hostEnv,
      signal,
    }
    const fresh = journal.memory().facts.setUp !== true
    if (fresh) await fillWorkspace(context)
    const prepared = await fetchHarness(declaration, config.sandbox, signal)
    const sandbox = await provider.start({
      runId,
      workspace: folders.workspace,
      home: folders.home,
      tmp: folders.tmp,
      tools: prepared.tools,
      ...(config.image === undefined ? {} : { image: config.image }),
    })
    starting = sandbox
    signal.throwIfAborted()
    if (fresh) {
      await runSetupCommands(context, sandbox)
      await journal.record({ k: 'facts', facts: { setUp: true } })
    }
    return assemble(declaration, prepared, sandbox)
  }

  async function fetchHarness(
    declaration: HarnessDeclaration,
    sandbox: Sandbox['kind'],
    signal: AbortSignal,
  ): Promise<PreparedHarness> {
    if (await declaration.installed(sandbox)) return declaration.prepare({ sandbox, signal, onOutput: () => {} })
    let prepared: PreparedHarness | undefined
    await runStep(
      { transcript, clock, signal },
      {
        title: `Fetch ${declaration.name} ${declaration.version ?? ''}`.trim(),
        run: async (onOutput) => {
          prepared = await declaration.prepare({ sandbox, signal, onOutput })
          return 0
        },
      },
    )
    signal.throwIfAborted()
    return prepared ?? declaration.prepare({ sandbox, signal, onOutput: () => {} })
  }

  function assemble(declaration: HarnessDeclaration, prepared: PreparedHarness, sandbox: Sandbox): Bench {
    const judge = createJudge({
      workspace: sandbox.workspace,
      hostWorkspace: folders.workspace,
      environment: { PATH: deps.hostEnv['PATH'] ?? '/usr/bin:/bin' },
      policy: runbookPolicy,
    })
    const permissions = createPermissions({
      runId,
      turn: () => turnNumber,
      agent: declaration.name,
      journal,
      transcript,
      clock,
      digest: judge.digest,
    })
    const translator = createTranslator({
      transcript,
      emit: (body) => journal.append(body),
      clock,
      blobs: deps.blobs,
      harnessName: declaration.name,
      workspace: sandbox.workspace,
      onActivity: activity.set,
      onTouched: results.touched,
    })
    const desk = createPermissionDesk({
      declaration,
      permissions: () => permissions,
      translator: () => translator,
      judge: () => judge,
      blobs: deps.blobs,
      similar: () => journal.memory().facts.similar ?? [],
      allowSimilar: (patterns) => {
        const all = [...new Set([...(journal.memory().facts.similar ?? []), ...patterns])]
        void journal.record({ k: 'facts', facts: { similar: all.slice(-200) } })
      },
      relative: (path) => (path.startsWith(`${sandbox.workspace}/`) ? path.slice(sandbox.workspace.length + 1) : path),
      cwd: () => sandbox.workspace,
    })
    return { sandbox, session: undefined, prepared, declaration, judge, permissions, desk, translator }
  }

  async function startSession(on: Bench, assignment: Assignment, signal: AbortSignal): Promise<AcpSession> {
    const handlers: AcpHandlers = {
      onUpdate: async (params) => {
        on.translator.update(params)
        if (transcript.count() > entryLimit) throw new Error('too many entries')
        await journal.roomy()
      },
      onPermission: (params, cancelled) => on.desk.decide(params, cancelled),
      onWriteFile: async (path, content) => {
        await writeInside(on.sandbox, path, content)
        results.touched()
      },
      onReadFile: (path) => readInside(on.sandbox, path),
      onElicitation: (params, cancelled) =>
        askElicitation(params, {
          permissions: on.permissions,
          transcript,
          name: on.declaration.name,
          signal: cancelled,
        }),
    }
    on.translator.setReplaying(true)
    try {
      const session = await startAgent({
        config: assignment.config,
        declaration: on.declaration,
        prepared: on.prepared,
        sandbox: on.sandbox,
        handlers: guarded(handlers, on),
        limits: deps.limits,
        journal,
        transcript,
      })
      signal.throwIfAborted()
      on.session = session
      void session.ended.then(() => {
        if (bench?.session === session) bench.session = undefined
      })
      on.translator.setReplaying(false)
      on.translator.sessionOpened(session.answer)
      return session
    } finally {
      on.translator.setReplaying(false)
    }
  }

  /** An update that breaks a limit of ours ends the harness, not the runner. */
  function guarded(handlers: AcpHandlers, on: Bench): AcpHandlers {
    return {
      ...handlers,
      onUpdate: async (params) => {
        if (memoryEnded) return
        try {
          await handlers.onUpdate(params)
        } catch (error) {
          memoryEnded = true
          flooded.reject(
            new TurnEnded({
              event: 'error',
              reason: {
                code: 'harness_protocol',
                text: `${on.declaration.name} was stopped: it made more than ${entryLimit} entries or an update that can't be kept (${error instanceof Error ? error.message : 'unknown'}).`.slice(
                  0,
                  600,
                ),
                retryable: true,
              },
            }),
          )
        }
      },
    }
  }
  const flooded = Promise.withResolvers<never>()
  flooded.promise.catch(() => {})

  async function prompt(text: string): Promise<TurnEnd> {
    const on = bench
    const session = on?.session
    if (on === undefined || session === undefined)
      throw new TurnEnded({
        event: 'error',
        reason: { code: 'harness_died', text: 'The harness is gone.', retryable: true },
      })
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
    const answer = await Promise.race([asked, flooded.promise])
    on.translator.promptAnswered(answer)
    on.permissions.lapseAll()
    on.translator.endTurn(answer.stopReason === 'cancelled' ? 'cancelled' : 'completed')
    return endOfPrompt(answer, on.declaration.name)
  }

  async function tearDown(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      const old = bench
      const sandbox = old?.sandbox ?? starting
      bench = undefined
      starting = undefined
      old?.session?.close()
      await sandbox?.dispose()
      // What was being made ready fails now that its sandbox is gone; what it made until then goes as well.
      if (round === 0) await Promise.race([opening, new Promise((resolve) => setTimeout(resolve, 5000))])
    }
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
      const dead = end.reason?.code === 'harness_died' || end.reason?.code === 'sandbox_failed'
      const starved = dead && (await (bench?.sandbox ?? starting)?.ranOutOfMemory().catch(() => false)) === true
      if (!starved) return end
      return {
        ...end,
        reason: {
          code: 'sandbox_out_of_memory',
          text: 'The sandbox ran out of memory. Give it more, or run less at once.',
          retryable: true,
        },
      }
    },
    tearDown,
  }
}
