import { createInterface } from 'node:readline'

/**
 * A small ACP agent that says back what stands in a prompt, block by block, as JSON. Its first argument names what it takes beside text: `images`, `texts`.
 */
const takes = (process.argv[2] ?? '').split(',')
const say = (message: Record<string, unknown>): boolean =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method, params } = JSON.parse(line) as { id?: number; method?: string; params?: { prompt?: unknown } }
    const answer = (result: unknown): boolean => say({ id, result })
    switch (method) {
      case 'initialize': {
        const promptCapabilities = { image: takes.includes('images'), embeddedContext: takes.includes('texts') }
        return void answer({ protocolVersion: 1, agentCapabilities: { promptCapabilities }, authMethods: [] })
      }
      case 'session/new': {
        answer({ sessionId: 's' })
        const availableCommands = [
          { name: 'review', description: 'Review the changes', input: { hint: 'what to look at' } },
        ]
        return void say({
          method: 'session/update',
          params: { sessionId: 's', update: { sessionUpdate: 'available_commands_update', availableCommands } },
        })
      }
      case 'session/prompt': {
        const content = { type: 'text', text: JSON.stringify(params?.prompt) }
        say({
          method: 'session/update',
          params: { sessionId: 's', update: { sessionUpdate: 'agent_message_chunk', content } },
        })
        return void answer({ stopReason: 'end_turn' })
      }
    }
  })
  .on('close', () => process.exit(0))
