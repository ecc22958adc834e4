import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { anthropicWire } from './anthropic.ts'
import { bedrockWire } from './bedrock.ts'
import { chatWire } from './chat.ts'
import { googleWire } from './google.ts'
import { responsesWire } from './responses.ts'
import type { Asked, ModelStep, Wire } from './wire.ts'

/** Models on loopback that say what a script tells them to, on all the wires that the agent speaks. */
export interface AgentModels {
  readonly url: string
  readonly asked: Asked[]
  /** What came that should not have: an unknown path, a wrong key, a request after the script's end. */
  readonly complaints: string[]
  /** What is left of the script is replaced. */
  script(steps: readonly (ModelStep | ((asked: Asked) => ModelStep))[]): void
  /** Resolves when this many requests have come. */
  until(count: number): Promise<void>
  close(): Promise<void>
}

export const agentModelKey = 'fake-agent-model-key'
const wires: readonly Wire[] = [anthropicWire, responsesWire, chatWire, googleWire, bedrockWire]

export async function startAgentModels(): Promise<AgentModels> {
  const asked: Asked[] = []
  const complaints: string[] = []
  const watchers = new Set<() => void>()
  let steps: (ModelStep | ((asked: Asked) => ModelStep))[] = []

  const http = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      complaints.push(String(error))
      response.destroy()
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const path = request.url ?? ''
    if (request.method === 'GET' && path === '/v1/models') {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: [{ id: 'local-1' }] }))
      return
    }
    const wire = wires.find((one) => one.serves(path))
    if (wire === undefined) {
      complaints.push(`${request.method ?? ''} ${path} is not served`)
      response.writeHead(404).end()
      return
    }
    if (wire.keyOf(request) !== agentModelKey) complaints.push(`a wrong key on ${path}`)
    const body = JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown>
    const known = wire.read(path, body)
    asked.push(known)
    for (const look of watchers) look()
    const next = steps.shift()
    if (next === undefined) complaints.push('a request after the end of the script')
    const step = typeof next === 'function' ? next(known) : (next ?? { text: 'Nothing more is scripted.' })
    if (step.status !== undefined) {
      response
        .writeHead(step.status, { 'content-type': 'application/json', ...step.headers })
        .end(JSON.stringify(wire.error(step.status, step.text ?? 'it failed')))
      return
    }
    response.writeHead(200, { 'content-type': wire.type ?? 'text/event-stream', 'cache-control': 'no-cache' })
    const say = (lines: string | Uint8Array): void => void response.write(lines)
    for (const line of wire.begin(step, asked.length)) say(line)
    if (step.hold === true) return
    if (step.breaks === true) {
      response.destroy()
      return
    }
    for (const line of wire.end(step, asked.length)) say(line)
    response.end()
  }

  return {
    url,
    asked,
    complaints,
    script: (next) => {
      steps = [...next]
    },
    until: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (asked.length < count) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
    close: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
