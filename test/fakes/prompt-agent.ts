import { createInterface } from 'node:readline'

/**
 * A small ACP agent that says back what stands in a prompt, block by block, as JSON. Its first argument names what it takes beside text: `images`, `texts`.
 * With `models` it lets its model be chosen, with `first-model` it takes the one of its start (`ECHO_MODEL`); with either it says the model alone.
 */
const takes = (process.argv[2] ?? '').split(',')
let model = process.env['ECHO_MODEL'] ?? 'small'
const options = ['small', 'big'].map((value) => ({ value, name: value }))
const say = (message: Record<string, unknown>): boolean =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method, params } = JSON.parse(line) as {
      id?: number
      method?: string
      params?: { prompt?: unknown; value?: string }
    }
    const answer = (result: unknown): boolean => say({ id, result })
    switch (method) {
      case 'initialize': {
        const promptCapabilities = { image: takes.includes('images'), embeddedContext: takes.includes('texts') }
        return void answer({ protocolVersion: 1, agentCapabilities: { promptCapabilities }, authMethods: [] })
      }
      case 'session/new': {
        const configOptions = [
          { id: 'model', name: 'Model', type: 'select', category: 'model', currentValue: model, options },
        ]
        answer({ sessionId: 's', ...(takes.includes('models') ? { configOptions } : {}) })
        const availableCommands = [
          { name: 'review', description: 'Review the changes', input: { hint: 'what to look at' } },
        ]
        return void say({
          method: 'session/update',
          params: { sessionId: 's', update: { sessionUpdate: 'available_commands_update', availableCommands } },
        })
      }
      case 'session/set_config_option':
        model = params?.value ?? model
        return void answer({})
      case 'session/prompt': {
        const saysModel = takes.some((one) => one.endsWith('model') || one.endsWith('models'))
        const content = { type: 'text', text: JSON.stringify(saysModel ? [{ model }] : params?.prompt) }
        say({
          method: 'session/update',
          params: { sessionId: 's', update: { sessionUpdate: 'agent_message_chunk', content } },
        })
        return void answer({ stopReason: 'end_turn' })
      }
    }
  })
  .on('close', () => process.exit(0))
