import { client, PROTOCOL_VERSION, RequestError, type ClientConnection } from '@agentclientprotocol/sdk'
import type { RunErrorCode } from '#shared/domain/run.ts'
import { droverVersion } from '#shared/version.ts'
import { messageOf } from '../log.ts'
import type { McpServerOffer } from '../plan-tools/mcp-host.ts'
import type { Exec, Exit } from '../sandbox/sandbox.ts'
import {
  ConfigAnswer,
  InitializeAnswer,
  PermissionParams,
  PromptAnswer,
  SessionAnswer,
  type ConfigOption,
} from './acp-shapes.ts'
import type { SessionOptions } from './declaration.ts'
import { createMessageStream } from './message-stream.ts'

/** What the harness asks of its client while it works. */
export interface AcpHandlers {
  /** Every `session/update` in order; the next waits for it. */
  onUpdate(params: unknown): Promise<void> | void
  /** @returns the chosen option and what the person said with it, or `undefined` when the request was cancelled. */
  onPermission(
    params: PermissionParams,
    signal: AbortSignal,
  ): Promise<{ optionId: string; message?: string } | undefined>
  onWriteFile(path: string, content: string): Promise<void>
  onReadFile(path: string): Promise<string>
  /** A form; only a single choice can be asked of people. @returns the chosen values, or `undefined` to decline. */
  onElicitation(params: unknown, signal: AbortSignal): Promise<Record<string, string | boolean> | undefined>
}

export interface AcpLimits {
  maxMessageBytes: number
  maxRubbishLines: number
  maxRubbishBytes: number
  /** For `initialize`, `session/new` and `session/load`. */
  startMs: number
}

export const defaultAcpLimits: AcpLimits = {
  maxMessageBytes: 32_000_000,
  maxRubbishLines: 1000,
  maxRubbishBytes: 4_000_000,
  startMs: 90_000,
}

/** The harness can't go on, or could not do what was asked. `message` is a sentence for people. */
export class HarnessError extends Error {
  override readonly name = 'HarnessError'
  readonly code: RunErrorCode
  /** The last that it wrote to stderr, or other evidence. */
  readonly evidence: string
  constructor(code: RunErrorCode, message: string, evidence = '', options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.evidence = evidence
  }
}

/** A part of a prompt, as the protocol has it. */
export type PromptBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly data: string; readonly mimeType: string; readonly uri: string }
  | {
      readonly type: 'resource'
      readonly resource: { readonly uri: string; readonly mimeType: string; readonly text: string }
    }

export interface AcpSession {
  readonly sessionId: string
  /** Whether it goes on with the conversation of an earlier process. */
  readonly loaded: boolean
  readonly answer: SessionAnswer
  readonly agentVersion: string | undefined
  /** What it takes in a prompt beside text. */
  readonly takes: { readonly images: boolean; readonly texts: boolean }
  /** @throws HarnessError */
  prompt(text: string, more?: readonly PromptBlock[]): Promise<PromptAnswer>
  cancel(): Promise<void>
  setMode(modeId: string): Promise<void>
  /** @returns the options as they are now, where the harness tells them. */
  setConfigOption(configId: string, value: string): Promise<readonly ConfigOption[] | undefined>
  /** Of agents that have no configuration option for it. */
  setModel(modelId: string): Promise<void>
  /** When something last came from the harness, by `performance.now()`. */
  lastTrafficAt(): number
  /** Resolves when the process ended or broke the protocol. */
  readonly ended: Promise<HarnessError>
  stderrTail(): string
  /** Ends the conversation; a process in a sandbox is the sandbox's to end. */
  close(): void
}

/** Key of `_meta` in the answer to a permission request: what the person said with a denial. */
export const messageMeta = 'drover/message'

const stderrLimit = 16_000

export interface AcpSessionSpec {
  exec: Exec
  /** An agent inside this process, which nothing else would end. */
  livesHere?: boolean
  /** The workspace as the harness sees it. */
  cwd: string
  handlers: AcpHandlers
  limits: AcpLimits
  harnessName: string
  /** A conversation of an earlier process to go on with, if the harness can. */
  resume?: string | undefined
  /** Servers of tools that the harness is to use, by what it can speak. */
  tools?: ((harness: { readonly http: boolean }) => readonly McpServerOffer[]) | undefined
  options?: SessionOptions | undefined
}

/** Starts the protocol over a running process: `initialize`, then `session/load` or `session/new`. @throws HarnessError */
export async function openAcpSession(spec: AcpSessionSpec): Promise<AcpSession> {
  const { exec, handlers, limits, harnessName } = spec
  let stderr = ''
  let trafficAt = performance.now()
  let broken: string | undefined
  const decoder = new TextDecoder()
  exec.stderr.on('data', (piece: Uint8Array) => {
    stderr = (stderr + decoder.decode(piece, { stream: true })).slice(-stderrLimit)
  })
  // Read errors show in the exit.
  exec.stderr.on('error', () => {})

  const { promise: ended, resolve: onEnded } = Promise.withResolvers<HarnessError>()
  const stream = createMessageStream({
    stdin: exec.stdin,
    stdout: exec.stdout,
    onUpdate: (params) => handlers.onUpdate(params),
    onTraffic: () => {
      trafficAt = performance.now()
    },
    onBroken: (sentence) => {
      broken = sentence
      onEnded(new HarnessError('harness_protocol', `${harnessName} broke the protocol. ${sentence}`, evidence()))
      exec.kill()
    },
    maxMessageBytes: limits.maxMessageBytes,
    maxRubbishLines: limits.maxRubbishLines,
    maxRubbishBytes: limits.maxRubbishBytes,
  })

  function evidence(): string {
    const { lines, sample } = stream.rubbish()
    const parts = [
      stderr.trim(),
      lines === 0 ? '' : `${lines} lines on stdout were no messages; the first:\n${sample.trim()}`,
    ]
    return parts.filter((part) => part !== '').join('\n\n')
  }

  void exec.exited.then((exit) => {
    onEnded(deathOf(harnessName, exit, evidence()))
  })

  const connection = connect(stream, handlers)

  /** Races an answer against the end of the process. @throws HarnessError */
  async function ask<T>(work: Promise<T>, timeoutMs?: number): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            const seconds = Math.round(timeoutMs / 1000)
            reject(
              new HarnessError(
                'harness_hung',
                `${harnessName} did not get ready within ${seconds} seconds.`,
                evidence(),
              ),
            )
          }, timeoutMs)
    const death = ended.then((error) => {
      throw error
    })
    work.catch(() => {})
    try {
      return await Promise.race([work, death, late])
    } catch (error) {
      if (error instanceof HarnessError) throw error
      // A connection that closed under a request is an end; its reason comes with the exit.
      if (!(error instanceof RequestError) || connection.signal.aborted) {
        const grace = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 1000))
        const reason = await Promise.race([ended, grace])
        if (reason !== undefined) throw reason
      }
      throw requestError(harnessName, error, evidence())
    } finally {
      clearTimeout(timer)
    }
  }

  const initialized = InitializeAnswer.parse(
    await ask(
      connection.agent.request<unknown>('initialize', {
        protocolVersion: PROTOCOL_VERSION,
        clientInfo: { name: 'drover', title: 'Drover', version: droverVersion },
        clientCapabilities: {
          fs: { readTextFile: false, writeTextFile: false },
          terminal: false,
          elicitation: { form: {} },
          _meta: { terminal_output: true },
        },
      }),
      limits.startMs,
    ),
  )
  if (initialized.protocolVersion !== PROTOCOL_VERSION) {
    throw new HarnessError(
      'harness_protocol',
      `${harnessName} speaks version ${initialized.protocolVersion} of the Agent Client Protocol, Drover speaks ${PROTOCOL_VERSION}.`,
    )
  }

  if (spec.options?.authMethod !== undefined)
    await ask(connection.agent.request<unknown>('authenticate', { methodId: spec.options.authMethod }), limits.startMs)
  const _meta = spec.options?.meta
  const mcpServers = spec.tools?.({ http: initialized.agentCapabilities?.mcpCapabilities?.http === true }) ?? []
  let loaded = false
  let answer: SessionAnswer | undefined
  if (spec.resume !== undefined && initialized.agentCapabilities?.loadSession === true) {
    const params = { sessionId: spec.resume, cwd: spec.cwd, mcpServers, ...(_meta === undefined ? {} : { _meta }) }
    try {
      answer = SessionAnswer.parse(
        (await ask(connection.agent.request<unknown>('session/load', params), limits.startMs)) ?? {},
      )
      loaded = true
    } catch (error) {
      // What it forgot is told by the caller; an end is an end.
      if (connection.signal.aborted || broken !== undefined) throw error
    }
  }
  if (answer === undefined) {
    const params = { cwd: spec.cwd, mcpServers, ...(_meta === undefined ? {} : { _meta }) }
    answer = SessionAnswer.parse(await ask(connection.agent.request<unknown>('session/new', params), limits.startMs))
  }
  const sessionId = loaded ? spec.resume : answer.sessionId
  if (sessionId === undefined)
    throw new HarnessError('harness_protocol', `${harnessName} opened a session without an id.`, evidence())

  return {
    sessionId,
    loaded,
    answer,
    agentVersion: initialized.agentInfo?.version,
    takes: {
      images: initialized.agentCapabilities?.promptCapabilities?.image === true,
      texts: initialized.agentCapabilities?.promptCapabilities?.embeddedContext === true,
    },
    prompt: async (text, more = []) => {
      const params = { sessionId, prompt: [{ type: 'text', text }, ...more] }
      return PromptAnswer.parse((await ask(connection.agent.request<unknown>('session/prompt', params))) ?? {})
    },
    cancel: async () => {
      await connection.agent.notify('session/cancel', { sessionId }).catch(() => {})
    },
    setMode: async (modeId) => {
      await ask(connection.agent.request('session/set_mode', { sessionId, modeId }), limits.startMs)
    },
    setConfigOption: async (configId, value) => {
      const params = { sessionId, configId, value }
      const told = await ask(connection.agent.request<unknown>('session/set_config_option', params), limits.startMs)
      return ConfigAnswer.parse(told ?? {}).configOptions ?? undefined
    },
    setModel: async (modelId) => {
      await ask(connection.agent.request<unknown>('session/set_model', { sessionId, modelId }), limits.startMs)
    },
    lastTrafficAt: () => trafficAt,
    ended,
    stderrTail: evidence,
    close: () => {
      connection.close()
      if (spec.livesHere === true) exec.kill()
    },
  }
}

function connect(stream: ReturnType<typeof createMessageStream>, handlers: AcpHandlers): ClientConnection {
  const any = (value: unknown): unknown => value
  return client({ name: 'drover' })
    .onRequest('session/request_permission', any, async ({ params, signal }) => {
      const parsed = PermissionParams.safeParse(params)
      if (!parsed.success) throw RequestError.invalidParams(undefined, parsed.error.message.slice(0, 500))
      const chosen = await handlers.onPermission(parsed.data, signal)
      if (chosen === undefined) return { outcome: { outcome: 'cancelled' } }
      const outcome = { outcome: 'selected', optionId: chosen.optionId }
      return chosen.message === undefined ? { outcome } : { outcome, _meta: { [messageMeta]: chosen.message } }
    })
    .onRequest('fs/write_text_file', async ({ params }) => {
      await handlers.onWriteFile(params.path, params.content)
      return {}
    })
    .onRequest('fs/read_text_file', async ({ params }) => ({ content: await handlers.onReadFile(params.path) }))
    .onRequest('elicitation/create', any, async ({ params, signal }) => {
      const content = await handlers.onElicitation(params, signal)
      return content === undefined ? { action: 'decline' } : { action: 'accept', content }
    })
    .connect(stream)
}

function deathOf(harnessName: string, exit: Exit, evidence: string): HarnessError {
  if (exit.code === 127 || exit.code === 126) {
    return new HarnessError(
      'harness_missing',
      `${harnessName} could not be started in the sandbox (exit ${exit.code}).`,
      evidence,
    )
  }
  const how = exit.signal === null ? `with exit code ${exit.code ?? 'unknown'}` : `by signal ${exit.signal}`
  return new HarnessError('harness_died', `${harnessName} ended ${how}.`, evidence)
}

/** What agents say of a sign-in that is missing or refused. Whole words: an author, or a port with 401 in it, is none. */
const signInWords = /\bauth(?:enticat\w+|orization)?\b|\bapi[ _-]?key\b|\bunauthorized\b|\b401\b/i

/** -32000 is the protocol's "authentication required". */
export function requestError(harnessName: string, error: unknown, evidence: string): HarnessError {
  const message = detailOf(error)
  if (error instanceof RequestError && (error.code === -32000 || signInWords.test(message))) {
    return new HarnessError('authentication_required', `${harnessName} is not signed in: ${message}`, evidence, {
      cause: error,
    })
  }
  return new HarnessError('harness_protocol', `${harnessName} answered with an error: ${message}`, evidence, {
    cause: error,
  })
}

function detailOf(error: unknown): string {
  const message = messageOf(error)
  if (!(error instanceof RequestError) || typeof error.data !== 'object' || error.data === null) return message
  const data = error.data as Record<string, unknown>
  const detail = [data['details'], data['message'], data['error']].find((part) => typeof part === 'string')
  return typeof detail === 'string' && !message.includes(detail) ? `${message}: ${detail}` : message
}
