import type { RunConfig } from '#shared/domain/run.ts'
import { openAcpSession, type AcpHandlers, type AcpLimits, type AcpSession } from '../harness/acp-session.ts'
import type { HarnessContext, HarnessDeclaration, PreparedHarness } from '../harness/declaration.ts'
import { objectOf } from '../harness/tool-content.ts'
import { messageOf } from '../log.ts'
import type { RunModels } from '../models/endpoints.ts'
import type { PlanTools } from '../plan-tools/mcp-host.ts'
import { markProcess } from '../sandbox/process-tree.ts'
import type { Exec, Sandbox } from '../sandbox/sandbox.ts'
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
}): Promise<AcpSession> {
  const exec = await open(prepared, sandbox, {
    inside: (path) => sandbox.toolPath(path),
    home: sandbox.home,
    models,
    config,
  })
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
  }).catch((error: unknown) => {
    if (livesHere) exec.kill()
    throw error
  })
  await journal.record({ k: 'facts', facts: { sessionId: session.sessionId } })
  await chooseMode(session, declaration)
  await chooseModel(session, config, { transcript, name: declaration.name })
  return session
}

async function open(prepared: PreparedHarness, sandbox: Sandbox, context: HarnessContext): Promise<Exec> {
  if ('open' in prepared) return prepared.open(sandbox, context)
  return sandbox.exec({ argv: prepared.argv(context.inside), env: prepared.env(context) })
}

async function chooseMode(session: AcpSession, declaration: HarnessDeclaration): Promise<void> {
  const mode = declaration.quirks.firstMode
  const offered = session.answer.modes?.availableModes.some((one) => one.id === mode) === true
  if (mode !== undefined && offered && session.answer.modes?.currentModeId !== mode) await session.setMode(mode)
}

/** A model is a configuration option of category `model`. */
async function chooseModel(
  session: AcpSession,
  config: RunConfig,
  { transcript, name }: { transcript: Transcript; name: string },
): Promise<void> {
  if (config.model === undefined) return
  const option = session.answer.configOptions?.find((one) => one.category === 'model' || one.id === 'model')
  if (option === undefined) {
    transcript.notice('warning', `${name} does not let its model be chosen; it uses its own.`)
    return
  }
  if (option.currentValue === config.model) return
  try {
    await session.setConfigOption(option.id, config.model)
  } catch (error) {
    const offered = (option.options ?? [])
      .map((one) => objectOf(one)?.['value'])
      .filter((value) => typeof value === 'string')
    transcript.notice(
      'warning',
      `${name} does not have the model ${config.model}; it uses its own.`,
      [messageOf(error), ...offered.slice(0, 50)].join('\n'),
    )
  }
}
