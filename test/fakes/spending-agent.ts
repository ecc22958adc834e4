import { createInterface } from 'node:readline'

/**
 * A small ACP agent that costs money and does nothing: each call of its model costs what its first argument says, and each prompt takes as many
 * calls as the prompt's last number says. With "Hold every 2" it waits after every second call until it is told to stop; the next prompt goes on
 * where it stopped.
 */
const price = Number(process.argv[2] ?? '1')
const say = (message: Record<string, unknown>): boolean =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
const update = (fields: Record<string, unknown>): boolean =>
  say({ method: 'session/update', params: { sessionId: 's', update: fields } })

let cost = 0
let left = 0
let made = 0
let holdEvery = 0
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
  made += 1
  cost += price
  update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: `Call for $${price}. ` } })
  update({
    sessionUpdate: 'usage_update',
    used: 1000,
    size: 200_000,
    cost: { amount: cost, currency: 'USD' },
  })
  if (holdEvery > 0 && made % holdEvery === 0) return
  setTimeout(callModel, 20)
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
        const text = message.params?.prompt?.[0]?.text ?? ''
        const calls = /(\d+)\D*$/.exec(text)?.[1]
        const hold = /Hold every (\d+)/.exec(text)?.[1]
        if (hold !== undefined) holdEvery = Number(hold)
        // Without a number it goes on where it stopped.
        if (calls !== undefined) left = Number(calls)
        return callModel()
      }
    }
  })
  .on('close', () => process.exit(0))
