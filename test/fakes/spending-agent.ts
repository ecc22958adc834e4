import { createInterface } from 'node:readline'

/**
 * A small ACP agent that costs money and does nothing: each call of its model costs what its first argument says, and each prompt takes as many
 * calls as the prompt's last number says. It stops between two calls when it is told to, and goes on counting where it stopped.
 */
const price = Number(process.argv[2] ?? '1')
const say = (message: Record<string, unknown>): boolean =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
const update = (fields: Record<string, unknown>): boolean =>
  say({ method: 'session/update', params: { sessionId: 's', update: fields } })

let cost = 0
let left = 0
let pending: number | undefined

const end = (stopReason: string): void => {
  if (pending === undefined) return
  say({
    id: pending,
    result: { stopReason, usage: { inputTokens: 100, outputTokens: 10, cachedReadTokens: 1000, cachedWriteTokens: 5 } },
  })
  pending = undefined
}

function callModel(): void {
  if (pending === undefined) return
  if (left === 0) return end('end_turn')
  left -= 1
  cost += price
  update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: `Call for $${price}. ` } })
  update({
    sessionUpdate: 'usage_update',
    used: 1000,
    size: 200_000,
    cost: { amount: cost, currency: 'USD' },
  })
  // Between two calls of a model there is time in which to hear that it must stop.
  setTimeout(callModel, 300)
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const message = JSON.parse(line) as {
      id?: number
      method?: string
      params?: { prompt?: { type: string; text?: string }[] }
    }
    switch (message.method) {
      case 'initialize':
        return void say({ id: message.id, result: { protocolVersion: 1, agentCapabilities: {}, authMethods: [] } })
      case 'session/new':
        return void say({ id: message.id, result: { sessionId: 's' } })
      case 'session/cancel':
        return end('cancelled')
      case 'session/prompt': {
        pending = message.id
        const calls = /(\d+)\D*$/.exec(message.params?.prompt?.[0]?.text ?? '')?.[1]
        // Without a number it goes on where it stopped.
        if (calls !== undefined) left = Number(calls)
        return callModel()
      }
    }
  })
  .on('close', () => process.exit(0))
