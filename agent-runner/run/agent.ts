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
import type { RunModels } from '../models/endpoints.ts'
import type { PlanTools } from '../plan-tools/mcp-host.ts'
import { markProcess } from '../sandbox/process-tree.ts'
import type { Exec, Sandbox } from '../sandbox/sandbox.ts'
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
}): Promise<AcpSession> {
  const context: HarnessContext = {
    inside: (path) => sandbox.toolPath(path),
    home: sandbox.home,
    models,
    config,
    secrets,
  }
  const exec = await open(prepared, sandbox, context)
  const mark = exec.pid === undefined ? undefined : await markProcess(exec.pid)
  if (mark !== undefined) await journal.record({ k: 'facts', facts: { process: mark } })
  const session = await openAcpSession({
    exec,
    cwd: sandbox.workspace,
    handlers,
    limits,
    harnessName: declaration.name,
    resume: journal.memory().facts.sessionId,
    tools: planTools === undefined ? undefined : (harness) => [planTools.offer(harness)],
    options: 'open' in prepared ? undefined : prepared.session?.(context),
  })
  await journal.record({ k: 'facts', facts: { sessionId: session.sessionId } })
  const mode = await chooseMode(session, declaration, sandbox.kind)
  const told = offeredModels(session.answer)
  if (told.length > 0) declaration.learn?.(told)
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

/** Said each time, also after a load: the session may have been left in another one. */
async function chooseMode(
  session: AcpSession,
  { name, quirks }: HarnessDeclaration,
  sandbox: Sandbox['kind'],
): Promise<string | undefined> {
  const mode = sandbox === 'direct' ? quirks.firstMode : (quirks.containerMode ?? quirks.firstMode)
  if (mode === undefined) return undefined
  const { modes } = session.answer
  if (modes?.currentModeId === mode) return mode
  if (modes?.availableModes.some((one) => one.id === mode) !== true) {
    throw new HarnessError(
      'harness_protocol',
      `${name} does not offer its mode “${mode}” any more, in which it asks before it changes something.`,
    )
  }
  await session.setMode(mode)
  return mode
}
