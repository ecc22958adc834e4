import type { ProfileSnapshot } from '#shared/domain/profile.ts'
import type { RunConfig } from '#shared/domain/run.ts'
import type { RunSecret } from '#shared/domain/secret.ts'
import {
  HarnessError,
  openAcpSession,
  type AcpHandlers,
  type AcpLimits,
  type AcpSession,
} from '../harness/acp-session.ts'
import type { HarnessContext, HarnessDeclaration, PreparedHarness } from '../harness/declaration.ts'
import { modeFor } from '../harness/modes.ts'
import type { RunModels } from '../models/endpoints.ts'
import type { PlanTools } from '../plan-tools/mcp-host.ts'
import { markProcess } from '../sandbox/process-tree.ts'
import type { Exec, Sandbox } from '../sandbox/sandbox.ts'
import type { AgentTerminals } from '../terminals/agent-terminals.ts'
import { chooseModel, offeredModels } from './choose-model.ts'
import type { Journal } from './journal.ts'
import type { Transcript } from './transcript.ts'

/** Starts a harness in the sandbox and opens its session. @throws HarnessError, SandboxError */
export async function startAgent({
  config,
  declaration,
  prepared,
  sandbox,
  handlers,
  limits,
  journal,
  transcript,
  planTools,
  models,
  secrets,
  terminals,
  profile,
}: {
  config: RunConfig
  declaration: HarnessDeclaration
  prepared: PreparedHarness
  sandbox: Sandbox
  handlers: AcpHandlers
  limits: AcpLimits
  journal: Journal
  transcript: Transcript
  planTools: PlanTools | undefined
  models: RunModels
  secrets: readonly RunSecret[]
  terminals: AgentTerminals | undefined
  profile: ProfileSnapshot | undefined
}): Promise<AcpSession> {
  const context: HarnessContext = {
    inside: (path) => sandbox.toolPath(path),
    home: sandbox.home,
    models,
    config,
    secrets,
    ...(terminals === undefined ? {} : { terminals }),
  }
  const exec = await open(prepared, sandbox, context)
  const mark = exec.pid === undefined ? undefined : await markProcess(exec.pid)
  if (mark !== undefined) await journal.record({ k: 'facts', facts: { process: mark } })
  const livesHere = 'open' in prepared
  const session = await openAcpSession({
    exec,
    livesHere,
    cwd: sandbox.workspace,
    handlers,
    limits,
    harnessName: declaration.name,
    resume: journal.memory().facts.sessionId,
    tools: planTools === undefined ? undefined : (harness) => [planTools.offer(harness)],
    options: livesHere ? undefined : prepared.session?.(context),
  }).catch((error: unknown) => {
    if (livesHere) exec.kill()
    throw error
  })
  await journal.record({ k: 'facts', facts: { sessionId: session.sessionId } })
  const mode = await chooseMode(session, declaration, modeFor(declaration.id, profile))
  const told = offeredModels(session.answer)
  if (told.length > 0) declaration.learn?.(told)
  declaration.learnAbilities?.({ images: session.takes.images })
  await chooseModel(session, config, { transcript, name: declaration.name })
  const { modes } = session.answer
  // It tells of a change of its own only.
  return mode === undefined || modes == null
    ? session
    : { ...session, answer: { ...session.answer, modes: { ...modes, currentModeId: mode } } }
}

async function open(prepared: PreparedHarness, sandbox: Sandbox, context: HarnessContext): Promise<Exec> {
  if ('open' in prepared) return prepared.open(sandbox, context)
  return sandbox.exec({ argv: prepared.argv(context.inside), env: await prepared.env(context) })
}

/**
 * Said each time, also after a load: the session may have been left in another one. @param fitting the mode that fits the run's profile, where the
 * harness has one; else it stays in that of its declaration, in which it asks.
 */
async function chooseMode(
  session: AcpSession,
  { name, quirks }: HarnessDeclaration,
  fitting: string | undefined,
): Promise<string | undefined> {
  const { modes } = session.answer
  const offers = (mode: string | undefined): boolean => modes?.availableModes.some(({ id }) => id === mode) === true
  const mode = offers(fitting) ? fitting : quirks.firstMode
  if (mode === undefined || modes?.currentModeId === mode) return mode
  if (!offers(mode)) {
    throw new HarnessError(
      'harness_protocol',
      `${name} does not offer its mode “${mode}” any more, in which it asks before it changes something.`,
    )
  }
  await session.setMode(mode)
  return mode
}
