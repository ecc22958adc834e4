import { randomUUID } from 'node:crypto'
import { PassThrough, Readable, Writable } from 'node:stream'
import { agent, ndJsonStream, PROTOCOL_VERSION, RequestError } from '@agentclientprotocol/sdk'
import { droverVersion } from '#shared/version.ts'
import type { Exec, Exit, Sandbox } from '../../sandbox/sandbox.ts'
import { createBlockShell, type BlockShell } from './block-shell.ts'
import { performRunbook, type RunbookClient } from './perform-runbook.ts'

interface Session {
  readonly shell: BlockShell
  turn: AbortController | undefined
}

/**
 * `runbook`, an ACP agent that lives in the runner's process: it needs no model and no key, what it does stands in the prompt,
 * and it is ours, so only the blocks themselves go into the sandbox. It has the shape of a process all the same, so that
 * whoever talks to a harness talks to this one in the same way.
 */
export function openRunbook(sandbox: Sandbox): Exec {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const exited = Promise.withResolvers<Exit>()
  const sessions = new Map<string, Session>()

  const open = (sessionId: string, isResumed: boolean): void => {
    sessions.set(sessionId, { shell: createBlockShell({ sandbox, sessionId, isResumed }), turn: undefined })
  }

  function leave(exit: Exit): void {
    for (const { turn } of sessions.values()) turn?.abort()
    stdout.end()
    stderr.end()
    exited.resolve(exit)
  }

  const connection = agent({ name: 'runbook' })
    .onRequest('initialize', () => ({
      protocolVersion: PROTOCOL_VERSION,
      agentInfo: { name: 'runbook', title: 'Runbook', version: droverVersion },
      agentCapabilities: { loadSession: true },
      authMethods: [],
    }))
    .onRequest('session/new', () => {
      const sessionId = randomUUID()
      open(sessionId, false)
      return { sessionId }
    })
    // All that a runbook remembers is the shell's folder and variables, which lie in its state folder.
    .onRequest('session/load', ({ params }) => {
      open(params.sessionId, true)
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
      const { sessionId } = params
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
        shell: session.shell,
        ranOutOfMemory: () => sandbox.ranOutOfMemory(),
        workspace: sandbox.workspace,
        newId: randomUUID,
        signal: turn.signal,
      })
      const outcome =
        end.failure === undefined ? {} : { _meta: { 'drover/outcome': { code: 'step_failed', text: end.failure } } }
      return { stopReason: end.stopReason, ...outcome }
    })
    .connect(ndJsonStream(Writable.toWeb(stdout), Readable.toWeb(stdin) as ReadableStream<Uint8Array>))

  void connection.closed.then(() => leave({ code: 0, signal: null }))
  return { stdin, stdout, stderr, exited: exited.promise, kill: () => leave({ code: null, signal: 'SIGKILL' }) }
}

interface PermissionAnswer {
  outcome: { outcome: 'cancelled' } | { outcome: 'selected'; optionId: string }
  _meta?: Record<string, unknown> | null
}
