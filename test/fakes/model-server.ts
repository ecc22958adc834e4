import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ModelApi, ModelEndpoint } from '#agent-runner/models/endpoints.ts'
import { SecretName, type RunSecret } from '#shared/domain/secret.ts'
import { chatCompletions } from './model-server/chat-completions.ts'
import { gemini } from './model-server/gemini.ts'
import { messages } from './model-server/messages.ts'
import { responses } from './model-server/responses.ts'
import {
  piecesOf,
  type ModelAnswer,
  type ModelError,
  type ModelRequest,
  type ModelTurn,
  type ScriptedTurn,
} from './model-server/script.ts'
import { valueFor, type Wire } from './model-server/wire.ts'

export type { ModelError, ModelRequest, ModelTurn, ScriptedTurn } from './model-server/script.ts'

/**
 * A model on loopback that says what a script tells it to, on the wires of all providers: OpenAI's Chat Completions and Responses,
 * Anthropic's Messages, Google's Gemini API.
 */
export interface ModelServer {
  /** With `/v1`. */
  readonly url: string
  /** Without a path. */
  readonly origin: string
  /** Requests of the conversation, in order; side calls without tools, or for JSON of a form, are in `sideCalls`. */
  readonly requests: ModelRequest[]
  readonly sideCalls: ModelRequest[]
  /** Problems with what came: a wrong key, an unknown path, a request after the script's end. */
  readonly complaints: string[]
  /** What is left of the script is replaced. */
  script(turns: readonly ScriptedTurn[]): void
  /** Every request is answered with this error, until it is taken back; the script waits. */
  fail(error: ModelError | undefined): void
  /** As a run's gateway gives it to a harness. */
  endpoint(api: ModelApi, token?: string): ModelEndpoint
  /** The same as a secret of a run. */
  secret(api: ModelApi, key?: string): RunSecret
  close(): Promise<void>
}

export const modelKey = 'fake-model-key'
const modelName = 'fake-1'
const wires: readonly Wire[] = [chatCompletions, responses, messages, gemini]
const usual = { input: 100, output: 10 }

export async function startModelServer(): Promise<ModelServer> {
  const requests: ModelRequest[] = []
  const sideCalls: ModelRequest[] = []
  const complaints: string[] = []
  let turns: ScriptedTurn[] = []
  let failing: ModelError | undefined
  let answers = 0

  const http = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!response.destroyed) complaints.push(String(error))
      response.destroy()
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const port = (http.address() as AddressInfo).port
  const origin = `http://127.0.0.1:${port}`

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const { pathname: path, searchParams } = new URL(request.url ?? '/', origin)
    // Whether anybody is there at all.
    if (request.method === 'HEAD') return void response.end()
    const wire = wires.find((one) => one.path.test(path))
    if (keyOf(request, searchParams) !== modelKey) {
      complaints.push(`a wrong key on ${path}`)
      return fail(response, wire, { status: 401, message: 'Incorrect API key provided.' })
    }
    if (request.method === 'GET' && path === '/v1/models') {
      return json(response, 200, {
        object: 'list',
        data: [{ id: modelName, object: 'model', type: 'model', display_name: 'Fake', created: 0, owned_by: 'test' }],
      })
    }
    if (request.method === 'POST' && path === '/v1/messages/count_tokens')
      return json(response, 200, { input_tokens: 100 })
    if (request.method === 'POST' && path.endsWith(':countTokens')) return json(response, 200, { totalTokens: 100 })
    if (request.method !== 'POST' || wire === undefined) {
      complaints.push(`${request.method ?? ''} ${path} is not served`)
      return fail(response, wire, { status: 404, message: 'not served' })
    }
    const body = JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown>
    const known: ModelRequest = { wire: wire.name, path, headers: request.headers, ...wire.read(body, path), body }
    const schema = wire.schema(body)
    const aside = known.tools.length === 0 || schema !== undefined
    if (aside) sideCalls.push(known)
    else requests.push(known)
    if (failing !== undefined) return fail(response, wire, failing)
    const turn = aside
      ? { text: schema === undefined ? 'A short title' : JSON.stringify(valueFor(schema)) }
      : await nextTurn(known)
    if (turn.error !== undefined) return fail(response, wire, turn.error)
    await answer(response, { wire, turn, known })
  }

  async function nextTurn(known: ModelRequest): Promise<ModelTurn> {
    const next = turns.shift()
    if (next === undefined) complaints.push('a request after the end of the script')
    return (typeof next === 'function' ? await next(known) : next) ?? { text: 'Nothing more is scripted.' }
  }

  async function answer(
    response: ServerResponse,
    { wire, turn, known }: { wire: Wire; turn: ModelTurn; known: ModelRequest },
  ): Promise<void> {
    answers += 1
    const told: ModelAnswer = {
      id: `answer-${answers}`,
      model: known.model,
      thought: turn.thought ?? '',
      pieces: piecesOf(turn.text ?? '', turn.flood),
      calls: (turn.tools ?? []).map((call, index) => ({ id: `call_${answers}_${index}`, ...call })),
      usage: turn.usage ?? usual,
      open: turn.hold === true || turn.cut === true,
    }
    if (!known.stream) return json(response, 200, wire.whole(told, known.body))
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    const gone = once(response, 'close')
    await wire.stream(
      told,
      async (text) => {
        if (response.destroyed) throw new Error('the reader is gone')
        if (!response.write(text)) await Promise.race([once(response, 'drain'), gone])
      },
      known.body,
    )
    if (turn.cut === true) response.destroy()
    else if (turn.hold !== true) response.end()
  }

  return {
    url: `${origin}/v1`,
    origin,
    requests,
    sideCalls,
    complaints,
    script: (next) => {
      turns = [...next]
    },
    fail: (error) => {
      failing = error
    },
    endpoint,
    secret: (api, key = modelKey) => ({
      name: SecretName.parse(`${api.toUpperCase()}_ENDPOINT`),
      kind: 'model_endpoint',
      value: JSON.stringify({ api, baseUrl: endpoint(api).baseUrl, key }),
    }),
    close: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }

  function endpoint(api: ModelApi, token = modelKey): ModelEndpoint {
    return { api, baseUrl: api === 'openai' ? `${origin}/v1` : origin, token }
  }
}

/** OpenCode's configuration for a model at `url`, as DROVER_OPENCODE_CONFIG takes it. */
export function openCodeConfig(url: string, apiKey = modelKey): string {
  const model = {
    name: 'Fake',
    tool_call: true,
    limit: { context: 100_000, output: 8_000 },
    cost: { input: 1, output: 2 },
  }
  return JSON.stringify({
    model: `fake/${modelName}`,
    small_model: `fake/${modelName}`,
    provider: {
      fake: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Fake',
        options: { baseURL: url, apiKey },
        models: { [modelName]: model },
      },
    },
  })
}

/** Where each provider's libraries put it. */
function keyOf(request: IncomingMessage, query: URLSearchParams): string | undefined {
  const { authorization } = request.headers
  if (authorization !== undefined) return authorization.replace(/^Bearer /, '')
  const header = request.headers['x-api-key'] ?? request.headers['x-goog-api-key'] ?? query.get('key')
  return typeof header === 'string' ? header : undefined
}

function json(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

function fail(response: ServerResponse, wire: Wire | undefined, error: ModelError): void {
  const told = { ...error, message: error.message ?? `The model answers with ${error.status}.` }
  const headers = error.retryAfter === undefined ? {} : { 'retry-after': String(error.retryAfter) }
  json(response, error.status, (wire ?? chatCompletions).error(told), headers)
}
