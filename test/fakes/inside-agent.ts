import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { z } from 'zod'
import type { HarnessDeclaration } from '#agent-runner/harness/declaration.ts'
import { waysHere } from '#agent-runner/sandbox/own-files.ts'
import { SandboxError, type Exit, type SandboxProvider } from '#agent-runner/sandbox/sandbox.ts'
import { HarnessId } from '#shared/domain/harness.ts'

/**
 * An agent that lives in the test's process and does what the test says, in a sandbox that is none: for tests of
 * what lies between agent and server. It keeps a prompt until it is cancelled or `letGo` was called.
 */
export interface InsideAgent {
  readonly harness: HarnessDeclaration
  readonly sandbox: SandboxProvider
  /** Texts of the prompts that reached it, in order. */
  readonly heard: readonly string[]
  /** Says something in each of its sessions. @returns false when it has none. */
  say(text: string): boolean
  /** From now on it answers every prompt at once, and the one that it keeps. */
  letGo(): void
}

export function createInsideAgent(): InsideAgent {
  const heard: string[] = []
  const sessions = new Set<Session>()
  let free = false

  function answerKept(session: Session, stopReason: string): void {
    const id = session.kept
    session.kept = undefined
    if (id !== undefined) session.write({ id, result: { stopReason } })
  }

  function live(stdin: PassThrough, stdout: PassThrough): Session {
    const session: Session = {
      write: (message) => void stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
      kept: undefined,
    }
    sessions.add(session)
    createInterface({ input: stdin }).on('line', (line) => {
      const { id, method, params } = Call.parse(JSON.parse(line))
      switch (method) {
        case 'initialize':
          return session.write({ id, result: { protocolVersion: 1, agentCapabilities: {} } })
        case 'session/new':
          return session.write({ id, result: { sessionId: 's' } })
        case 'session/cancel':
          return answerKept(session, 'cancelled')
        case 'session/prompt':
          heard.push(params?.prompt?.map((block) => block.text).join('') ?? '')
          session.kept = id
          return free ? answerKept(session, 'end_turn') : undefined
        default:
          return undefined
      }
    })
    return session
  }

  return {
    heard,
    harness: {
      id: HarnessId.parse('inside'),
      name: 'Inside',
      letters: 'IN',
      version: undefined,
      sandboxes: ['direct'],
      unavailable: () => undefined,
      installed: async () => true,
      prepare: async () => ({ tools: [], argv: () => ['inside'], env: () => ({}) }),
      quirks: { hearsDenials: false, rulesApply: true, takesTools: true },
    },
    sandbox: {
      kind: 'direct',
      problem: async () => undefined,
      sweep: async () => true,
      close: async () => {},
      start: async (spec) => {
        const exit = Promise.withResolvers<Exit>()
        let session: Session | undefined
        const end = (): void => {
          if (session !== undefined) sessions.delete(session)
          exit.resolve({ code: null, signal: 'SIGKILL' })
        }
        return {
          kind: 'direct',
          workspace: spec.workspace,
          home: spec.home,
          ownWorkspace: async () => {},
          toolPath: (path) => path,
          ...waysHere,
          exec: async () => {
            const stdin = new PassThrough()
            const stdout = new PassThrough()
            session = live(stdin, stdout)
            return { stdin, stdout, stderr: new PassThrough(), exited: exit.promise, kill: end }
          },
          terminal: async () => {
            throw new SandboxError('sandbox_failed', 'There is no terminal here.')
          },
          kill: async () => end(),
          ranOutOfMemory: async () => false,
          misfit: async () => undefined,
          dispose: async () => end(),
        }
      },
    },
    say: (text) => {
      const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } }
      for (const { write } of sessions) write({ method: 'session/update', params: { sessionId: 's', update } })
      return sessions.size > 0
    },
    letGo: () => {
      free = true
      for (const session of sessions) answerKept(session, 'end_turn')
    },
  }
}

interface Session {
  write: (message: Record<string, unknown>) => void
  /** The request whose prompt it works on. */
  kept: number | undefined
}

const Call = z.object({
  id: z.number().optional(),
  method: z.string(),
  params: z.object({ prompt: z.array(z.object({ text: z.string() })).optional() }).optional(),
})
