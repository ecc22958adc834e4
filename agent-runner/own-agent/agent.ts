import { randomUUID } from 'node:crypto'
import { Readable, Writable, type PassThrough } from 'node:stream'
import { agent, ndJsonStream, PROTOCOL_VERSION, RequestError, type PromptResponse } from '@agentclientprotocol/sdk'
import { z } from 'zod'
import { droverVersion } from '#shared/version.ts'
import type { HarnessContext } from '../harness/declaration.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { modelTimes, type ModelTimes } from './model/times.ts'
import { createSession, type OwnSession } from './session.ts'
import { McpServer } from './tools/mcp.ts'
import { promptContent } from './turn/prompt-content.ts'
import { loadSession } from './turn/session-file.ts'
import { turnLimits, type TurnEnd, type TurnLimits } from './turn/perform-turn.ts'
import { toTurnClient } from './to-client.ts'

export interface OwnAgentOptions {
  readonly times: ModelTimes
  readonly limits: TurnLimits
  readonly now: () => number
  readonly random: () => number
}

/** Serves the Agent Client Protocol until its client is gone. */
export async function serveAgent({
  sandbox,
  context,
  stdin,
  stdout,
  signal,
  options,
}: {
  sandbox: Sandbox
  context: HarnessContext
  stdin: PassThrough
  stdout: PassThrough
  signal: AbortSignal
  options: Partial<OwnAgentOptions>
}): Promise<void> {
  const { times = modelTimes, limits = turnLimits, now = Date.now, random = Math.random } = options
  const sessions = new Map<string, OwnSession>()
  // The AI SDK's remarks on requests would go to the runner's log.
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })
  const deps = { sandbox, context, times, limits, now, random, newId: randomUUID, ended: signal }

  function sessionOf(sessionId: string): OwnSession {
    const session = sessions.get(sessionId)
    if (session === undefined) throw RequestError.invalidParams(undefined, `there is no session ${sessionId}`)
    return session
  }

  const connection = agent({ name: 'drover' })
    .onRequest('initialize', () => ({
      protocolVersion: PROTOCOL_VERSION,
      agentInfo: { name: 'drover', title: 'Drover', version: droverVersion },
      agentCapabilities: {
        loadSession: true,
        promptCapabilities: { image: true, embeddedContext: true },
        mcpCapabilities: { http: true },
      },
      authMethods: [],
    }))
    .onRequest('session/new', async ({ params }) => {
      const sessionId = randomUUID()
      const session = createSession(sessionId, undefined, serversOf(params.mcpServers), deps)
      sessions.set(sessionId, session)
      return { sessionId, ...(await session.offers()) }
    })
    .onRequest('session/load', async ({ params, client }) => {
      const { sessionId } = params
      const kept = await loadSession(sandbox, sessionId)
      if (kept === undefined) throw RequestError.invalidParams(undefined, `there is no session ${sessionId}`)
      await sessions.get(sessionId)?.close()
      const session = createSession(sessionId, kept, serversOf(params.mcpServers), deps)
      sessions.set(sessionId, session)
      for (const update of session.replay()) await client.notify<unknown>('session/update', { sessionId, update })
      return session.offers()
    })
    .onRequest('authenticate', () => ({}))
    .onRequest('session/set_mode', ({ params }) => {
      if (!sessionOf(params.sessionId).setMode(params.modeId))
        throw RequestError.invalidParams(undefined, `there is no mode ${params.modeId}`)
      return {}
    })
    .onRequest('session/set_config_option', async ({ params }) => {
      const session = sessionOf(params.sessionId)
      const problem = await session.setOption(params.configId, params.value)
      if (problem !== undefined) throw RequestError.invalidParams(undefined, problem)
      const { configOptions } = await session.offers()
      return { configOptions }
    })
    .onNotification('session/cancel', ({ params }) => {
      sessions.get(params.sessionId)?.cancel()
    })
    .onRequest('session/prompt', async ({ params, client }) => {
      const session = sessionOf(params.sessionId)
      const end = await session.prompt(promptContent(params.prompt), toTurnClient(client, params.sessionId))
      if (end === 'busy') throw RequestError.invalidRequest(undefined, 'a prompt is at work already')
      return answerOf(end)
    })
    .connect(ndJsonStream(Writable.toWeb(stdout), Readable.toWeb(stdin) as ReadableStream<Uint8Array>))

  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  await Promise.race([connection.closed, aborted])
  await Promise.all([...sessions.values()].map((session) => session.close()))
}

/** A server that can't be spoken to is kept as its name, so that the transcript can say so. */
function serversOf(given: unknown): (McpServer | { readonly unknown: string })[] {
  const servers = z.array(z.unknown()).catch([]).parse(given)
  return servers.map((one) => {
    const parsed = McpServer.safeParse(one)
    if (parsed.success) return parsed.data
    const named = z.looseObject({ name: z.string() }).safeParse(one)
    return { unknown: named.success ? named.data.name : 'a server' }
  })
}

/** -32000 is the protocol's "authentication required". */
function answerOf({ stopReason, spent, failure }: TurnEnd): PromptResponse & { usage: Record<string, number> } {
  if (failure?.kind === 'auth') throw new RequestError(-32000, failure.text)
  const code = failure?.kind === 'limit' || failure?.kind === 'context' ? 'model_limit' : 'step_failed'
  return {
    stopReason,
    usage: { ...spent, totalTokens: spent.inputTokens + spent.outputTokens },
    ...(failure === undefined ? {} : { _meta: { 'drover/outcome': { code, text: failure.text } } }),
  }
}
