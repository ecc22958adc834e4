import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RunId } from '#shared/ids.ts'
import type { PlanToolAnswer, PlanToolCall } from '#shared/protocol/plan-tools.ts'
import { messageOf, type Log } from '../log.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

/** A server of the Model Context Protocol as a harness is told of it, in the shapes of the Agent Client Protocol. */
export type McpServerOffer =
  | {
      readonly type: 'http'
      readonly name: string
      readonly url: string
      readonly headers: readonly { readonly name: string; readonly value: string }[]
    }
  | {
      readonly name: string
      readonly command: string
      readonly args: readonly string[]
      readonly env: readonly { readonly name: string; readonly value: string }[]
    }

/** The plan tools of one run. */
export interface PlanTools {
  offer(harness: { readonly http: boolean }): McpServerOffer
  /** Its token is worth nothing from then on. */
  close(): void
}

/** Serves the plan tools to harnesses: one listener on this machine's loopback for all runs, to which their sandboxes have a way, and a token for each. */
export interface McpHost {
  /** `hide`: takes out of a call what must not leave the runner. @throws SandboxError when the sandbox has no way here. */
  open(
    runId: RunId,
    onMade: (made: NonNullable<PlanToolAnswer['made']>) => void,
    sandbox: Pick<Sandbox, 'reach' | 'ownProgram'>,
    hide?: (call: PlanToolCall) => PlanToolCall,
  ): Promise<PlanTools>
  close(): Promise<void>
}

const maxBody = 2_000_000
/** Requests of one run that may be open. */
const maxOpen = 16
const path = '/mcp'
/** A container's end has a port of its own. */
const here = /^127\.0\.0\.1:\d+$/

interface Client {
  readonly ask: (call: PlanToolCall) => Promise<PlanToolAnswer>
  open: number
}

export function createMcpHost({
  ask,
  log,
}: {
  ask: (runId: RunId, call: PlanToolCall) => Promise<PlanToolAnswer>
  log: Log
}): McpHost {
  /** By the hash of its token, so that no comparison tells how far a guess was right. */
  const clients = new Map<string, Client>()
  let listening: Promise<{ http: Server; port: number }> | undefined

  function listen(): Promise<{ http: Server; port: number }> {
    listening ??= new Promise<{ http: Server; port: number }>((resolve, reject) => {
      const http = createServer((request, response) => {
        serve(request, response).catch((error: unknown) => {
          log.error({ error: messageOf(error) }, 'A call of a plan tool could not be answered.')
          if (response.headersSent) response.destroy()
          else refuse(response, 500)
        })
      })
      http.once('error', reject)
      http.listen(0, '127.0.0.1', () => resolve({ http, port: (http.address() as AddressInfo).port }))
    }).catch((error: unknown) => {
      // The next run tries again.
      listening = undefined
      throw error
    })
    return listening
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Pages of a browser on this machine have no business here, whatever name they came by.
    if (!here.test(request.headers.host ?? '') || request.headers.origin !== undefined) return refuse(response, 403)
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
    const client = token === undefined ? undefined : clients.get(hashOf(token))
    if (client === undefined) return refuse(response, 401)
    if (request.url !== path) return refuse(response, 404)
    // Nothing is told unasked, so there is no stream to listen to.
    if (request.method !== 'POST') return refuse(response, 405)
    if (client.open >= maxOpen) return refuse(response, 429)
    client.open++
    try {
      const body = await readJson(request)
      if (typeof body === 'number') return refuse(response, body)
      await answer(client, request, response, body.json)
    } finally {
      client.open--
    }
  }

  /** Each request stands alone: there is no session that could outlive its token. */
  async function answer(
    client: Client,
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
  ): Promise<void> {
    // Only a run with an agent needs them.
    const [{ StreamableHTTPServerTransport }, { createPlanMcpServer }] = await Promise.all([
      import('@modelcontextprotocol/sdk/server/streamableHttp.js'),
      import('./mcp-server.ts'),
    ])
    const server = createPlanMcpServer(client.ask)
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
    const gone = new Promise<void>((resolve) => response.once('close', resolve))
    try {
      await server.connect(transport)
      await transport.handleRequest(request, response, body)
      await gone
    } finally {
      await server.close()
    }
  }

  return {
    async open(runId, onMade, sandbox, hide = (call) => call) {
      const { port } = await listen()
      const reached = await sandbox.reach(port)
      const token = randomBytes(32).toString('base64url')
      const url = `http://127.0.0.1:${reached}${path}`
      clients.set(hashOf(token), {
        open: 0,
        async ask(call) {
          const answered = await ask(runId, hide(call))
          if (answered.made !== undefined) onMade(answered.made)
          return answered
        },
      })
      return {
        offer: ({ http }) =>
          http
            ? { type: 'http', name: 'drover', url, headers: [{ name: 'Authorization', value: `Bearer ${token}` }] }
            : {
                name: 'drover',
                ...sandbox.ownProgram('mcp-over-stdio.ts'),
                env: [
                  { name: 'DROVER_TOOLS_URL', value: url },
                  { name: 'DROVER_TOOLS_TOKEN', value: token },
                ],
              },
        close: () => void clients.delete(hashOf(token)),
      }
    },
    async close() {
      clients.clear()
      const open = await listening?.catch(() => undefined)
      if (open === undefined) return
      open.http.closeAllConnections()
      await new Promise((resolve) => open.http.close(resolve))
    },
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, status === 405 ? { allow: 'POST' } : {}).end()
  // What it may still send is not read.
  response.req.resume()
}

/** The status to refuse it with, where it is too large or no JSON. */
async function readJson(request: IncomingMessage): Promise<{ json: unknown } | number> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request) {
    if (!Buffer.isBuffer(piece)) return 400
    size += piece.length
    if (size > maxBody) return 413
    pieces.push(piece)
  }
  try {
    return { json: JSON.parse(Buffer.concat(pieces).toString()) }
  } catch {
    return 400
  }
}
