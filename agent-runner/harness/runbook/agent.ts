import { randomUUID } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { agent, ndJsonStream, PROTOCOL_VERSION, RequestError } from '@agentclientprotocol/sdk'
import { droverVersion } from '#shared/version.ts'
import { processEnvironment } from '../../config.ts'
import { performRunbook, type RunbookClient } from './perform-runbook.ts'
import { createBlockShell } from './run-block.ts'

/**
 * `runbook`, an ACP agent as a process of its own: `node agent.ts`, messages on stdin and stdout. It needs no model
 * and no key: what it does stands in the prompt.
 */
interface Session {
  workspace: string
  turn: AbortController | undefined
}

const sessions = new Map<string, Session>()

function open(sessionId: string, workspace: string): void {
  sessions.set(sessionId, { workspace, turn: undefined })
}

const connection = agent({ name: 'runbook' })
  .onRequest('initialize', () => ({
    protocolVersion: PROTOCOL_VERSION,
    agentInfo: { name: 'runbook', title: 'Runbook', version: droverVersion },
    agentCapabilities: { loadSession: true },
    authMethods: [],
  }))
  .onRequest('session/new', ({ params }) => {
    const sessionId = randomUUID()
    open(sessionId, params.cwd)
    return { sessionId }
  })
  // All that a runbook remembers is the shell's folder and variables, which lie in its state folder.
  .onRequest('session/load', ({ params }) => {
    open(params.sessionId, params.cwd)
    return {}
  })
  .onRequest('authenticate', () => ({}))
  .onNotification('session/cancel', ({ params }) => {
    sessions.get(params.sessionId)?.turn?.abort()
  })
  .onRequest('session/prompt', async ({ params, client }) => {
    const session = sessions.get(params.sessionId)
    if (session === undefined) throw RequestError.invalidParams(undefined, `there is no session ${params.sessionId}`)
    const turn = new AbortController()
    session.turn = turn
    const sessionId = params.sessionId
    const toClient: RunbookClient = {
      update: (update) => client.notify<unknown>('session/update', { sessionId, update }),
      ask: async (request) => {
        const answer = await client.request<PermissionAnswer>('session/request_permission', {
          sessionId,
          ...request,
        } as unknown)
        if (answer.outcome.outcome !== 'selected') return undefined
        const message = answer._meta?.['drover/message']
        return { optionId: answer.outcome.optionId, ...(typeof message === 'string' ? { message } : {}) }
      },
    }
    const end = await performRunbook({
      prompt: params.prompt.map((block) => (block.type === 'text' ? block.text : '')).join('\n'),
      client: toClient,
      shell: createBlockShell({
        stateFolder: join(homedir(), '.drover-runbook', sessionId.replace(/[^\w-]/g, '_')),
        workspace: session.workspace,
        env: processEnvironment(),
      }),
      workspace: session.workspace,
      newId: randomUUID,
      signal: turn.signal,
    })
    const outcome =
      end.failure === undefined ? {} : { _meta: { 'drover/outcome': { code: 'step_failed', text: end.failure } } }
    return { stopReason: end.stopReason, ...outcome }
  })
  .connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>))

interface PermissionAnswer {
  outcome: { outcome: 'cancelled' } | { outcome: 'selected'; optionId: string }
  _meta?: Record<string, unknown> | null
}

await connection.closed
process.exit(0)
