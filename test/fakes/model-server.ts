import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One answer of the model: words first, then its tool calls. */
export interface ModelTurn {
  text?: string
  tools?: readonly { name: string; input: Record<string, unknown> }[]
  /** The answer breaks off after its words and never ends by itself. */
  hold?: boolean
}

/** One that depends on what it is asked, such as on what a tool had answered. */
export type ScriptedTurn = ModelTurn | ((request: ModelRequest) => ModelTurn | Promise<ModelTurn>)

/** A request for a completion, as far as tests look at it. */
export interface ModelRequest {
  model: string
  /** Names of the tools that were offered; none for a title and the like. */
  tools: string[]
  messages: { role: string; text: string }[]
}

/** An OpenAI-compatible model on loopback that says what a script tells it to. */
export interface ModelServer {
  /** With `/v1`. */
  readonly url: string
  /** Requests of the conversation, in order; side calls without tools are in `sideCalls`. */
  readonly requests: ModelRequest[]
  readonly sideCalls: ModelRequest[]
  /** Problems with what came: a wrong key, an unknown path, a request after the script's end. */
  readonly complaints: string[]
  /** What is left of the script is replaced. */
  script(turns: readonly ScriptedTurn[]): void
  close(): Promise<void>
}

export const modelKey = 'fake-model-key'
const modelName = 'fake-1'
const pieceLength = 7

export async function startModelServer(): Promise<ModelServer> {
  const requests: ModelRequest[] = []
  const sideCalls: ModelRequest[] = []
  const complaints: string[] = []
  let turns: ScriptedTurn[] = []
  let answers = 0

  const http = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      complaints.push(String(error))
      response.destroy()
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const port = (http.address() as AddressInfo).port

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    if (request.headers.authorization !== `Bearer ${modelKey}`) {
      complaints.push(`a wrong key on ${request.url ?? ''}`)
      return fail(response, 401, 'Incorrect API key provided.')
    }
    if (request.method === 'GET' && request.url === '/v1/models') {
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({ object: 'list', data: [{ id: modelName, object: 'model', created: 0, owned_by: 'test' }] }),
      )
      return
    }
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
      complaints.push(`${request.method ?? ''} ${request.url ?? ''} is not served`)
      return fail(response, 404, 'not served')
    }
    const body = JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown>
    const known = readRequest(body)
    if (known.tools.length === 0) {
      sideCalls.push(known)
      return answer(response, { text: 'A short title' }, body['stream'] === true)
    }
    requests.push(known)
    const next = turns.shift()
    const turn = typeof next === 'function' ? await next(known) : next
    if (turn === undefined) complaints.push('a request after the end of the script')
    answer(response, turn ?? { text: 'Nothing more is scripted.' }, body['stream'] === true)
  }

  function answer(response: ServerResponse, turn: ModelTurn, stream: boolean): void {
    answers += 1
    const id = `answer-${answers}`
    const base = { id, created: 0, model: modelName }
    const calls = (turn.tools ?? []).map(({ name, input }, index) => ({
      id: `call_${answers}_${index}`,
      type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    }))
    const finish = calls.length === 0 ? 'stop' : 'tool_calls'
    const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 }
    if (!stream) {
      const message = {
        role: 'assistant',
        content: turn.text ?? null,
        ...(calls.length === 0 ? {} : { tool_calls: calls }),
      }
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({
          ...base,
          object: 'chat.completion',
          choices: [{ index: 0, message, finish_reason: finish }],
          usage,
        }),
      )
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    const send = (choices: unknown[], more: Record<string, unknown> = {}): void => {
      response.write(`data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices, ...more })}\n\n`)
    }
    const delta = (fields: Record<string, unknown>): void => send([{ index: 0, delta: fields, finish_reason: null }])
    delta({ role: 'assistant', content: '' })
    for (const piece of piecesOf(turn.text ?? '')) delta({ content: piece })
    if (turn.hold === true) return
    for (const [index, call] of calls.entries()) {
      delta({ tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: '' } }] })
      for (const piece of piecesOf(call.function.arguments))
        delta({ tool_calls: [{ index, function: { arguments: piece } }] })
    }
    send([{ index: 0, delta: {}, finish_reason: finish }])
    send([], { usage })
    response.end('data: [DONE]\n\n')
  }

  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    sideCalls,
    complaints,
    script: (next) => {
      turns = [...next]
    },
    close: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
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

function fail(response: ServerResponse, status: number, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { message, type: 'fake', code: status } }))
}

function readRequest(body: Record<string, unknown>): ModelRequest {
  const tools = (body['tools'] ?? []) as { function: { name: string } }[]
  const messages = (body['messages'] ?? []) as { role: string; content?: unknown }[]
  return {
    model: String(body['model']),
    tools: tools.map((tool) => tool.function.name),
    messages: messages.map(({ role, content }) => ({
      role,
      text: typeof content === 'string' ? content : JSON.stringify(content ?? ''),
    })),
  }
}

/** As a model sends it: a few characters at a time. */
function piecesOf(text: string): string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length; at += pieceLength) pieces.push(text.slice(at, at + pieceLength))
  return pieces
}
