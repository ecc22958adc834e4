import { createInterface } from 'node:readline'
import { z } from 'zod'

/**
 * A small ACP agent that can't load a session. Told to "Ask: <command>" it asks whether it may; of any other prompt it says back what it was told.
 */
const Call = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z
    .object({ cwd: z.string(), prompt: z.array(z.object({ text: z.string() })) })
    .partial()
    .optional(),
})
const question = 9000
const say = (message: Record<string, unknown>): boolean =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
const tell = (text: string): boolean =>
  say({
    method: 'session/update',
    params: { sessionId: 's', update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } } },
  })
let pending: number | undefined

function end(text: string): void {
  tell(text)
  say({ id: pending, result: { stopReason: 'end_turn' } })
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method, params } = Call.parse(JSON.parse(line))
    if (method === undefined && id === question) return end('I leave it.')
    if (method === 'initialize') return say({ id, result: { protocolVersion: 1, agentCapabilities: {} } })
    if (method === 'session/new') return say({ id, result: { sessionId: 's' } })
    if (method !== 'session/prompt') return
    pending = id
    const prompt = params?.prompt?.map(({ text }) => text).join('\n') ?? ''
    const command = prompt.includes('<earlier>') ? undefined : /^Ask: (.*)$/m.exec(prompt)?.[1]
    if (command === undefined) return end(`I heard: ${prompt}`)
    return say({
      id: question,
      method: 'session/request_permission',
      params: {
        sessionId: 's',
        toolCall: { toolCallId: 'call', kind: 'execute', title: command, rawInput: { command } },
        options: [
          { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
          { optionId: 'no', name: 'No', kind: 'reject_once' },
        ],
      },
    })
  })
  .on('close', () => process.exit(0))
