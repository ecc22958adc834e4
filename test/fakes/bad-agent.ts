import { createInterface } from 'node:readline'

/** A small ACP agent that misbehaves as its first argument says. No SDK, so that it can break every rule. */
const [, , how = 'polite', detail = ''] = process.argv
const say = (message: Record<string, unknown>): boolean =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
const update = (fields: Record<string, unknown>): boolean =>
  say({ method: 'session/update', params: { sessionId: 's', update: fields } })
const text = (words: string): boolean =>
  update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: words } })

if (how === 'rubbish') for (let i = 0; i < 20_000; i++) process.stdout.write(`this is line ${i} of no protocol\n`)
if (how === 'some-rubbish') process.stdout.write('Starting up…\nloaded 3 plugins\n')
if (how === 'mute') process.stdin.resume()

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  if (how === 'mute') return
  const message = JSON.parse(line) as { id?: number; method?: string }
  const answer = (result: unknown): boolean => say({ id: message.id, result })
  switch (message.method) {
    case 'initialize':
      if (how === 'old-protocol') return void answer({ protocolVersion: 99, agentCapabilities: {} })
      return void answer({ protocolVersion: 1, agentCapabilities: {}, authMethods: [] })
    case 'session/new':
      if (how === 'locked')
        return void say({ id: message.id, error: { code: -32000, message: 'Authentication required' } })
      return void answer({ sessionId: 's' })
    case 'session/cancel':
      if (how !== 'stubborn') return void say({ id: pending, result: { stopReason: 'cancelled' } })
      return
    case 'session/prompt':
      pending = message.id
      void misbehave()
  }
})
lines.on('close', () => {
  if (how !== 'stubborn') process.exit(0)
})
let pending: number | undefined

async function misbehave(): Promise<void> {
  const end = (stopReason: string): boolean => say({ id: pending, result: { stopReason } })
  switch (how) {
    case 'dies':
      text('I was just about to')
      process.stderr.write('panic: something broke at line 42\n')
      setTimeout(() => process.exit(7), 20)
      return
    case 'hangs':
    case 'stubborn':
      text('thinking')
      return
    case 'floods': {
      // About 40 MB of words, then many tool calls, as fast as the pipe takes them.
      for (let i = 0; i < 4000; i++) {
        if (!text(`${i} ${'lorem ipsum '.repeat(800)}`))
          await new Promise((resolve) => process.stdout.once('drain', resolve))
      }
      end('end_turn')
      return
    }
    case 'huge-line':
      process.stdout.write(`{"jsonrpc":"2.0","method":"session/update","params":{"x":"${'y'.repeat(40_000_000)}"}}\n`)
      return
    case 'unknown-kinds':
      update({ sessionUpdate: 'brand_new_kind', extra: { deep: 1 } })
      update({
        sessionUpdate: 'tool_call',
        toolCallId: 't',
        title: 'Odd',
        kind: 'kind_of_2030',
        status: 'weird',
        content: 'no list',
      })
      update({
        sessionUpdate: 'tool_call_update',
        toolCallId: 't',
        status: 'completed',
        content: [{ type: 'hologram' }],
      })
      say({ method: 'session/update', params: 'not an object' })
      text('still fine')
      end('end_turn')
      return
    case 'writes-outside':
      say({ id: 900, method: 'fs/write_text_file', params: { sessionId: 's', path: detail, content: 'gotcha' } })
      setTimeout(() => end('end_turn'), 300)
      return
    case 'leaves':
      text('That is enough for today.')
      process.stdout.write('', () => process.exit(0))
      return
    case 'odd-exit':
      update({ sessionUpdate: 'tool_call', toolCallId: 't', title: 'Odd', kind: 'execute', status: 'in_progress' })
      update({
        sessionUpdate: 'tool_call_update',
        toolCallId: 't',
        status: 'failed',
        _meta: { terminal_exit: { exit_code: 1e300 } },
      })
      end('end_turn')
      return
    case 'endless-entries':
      for (let i = 0; i < 30_000; i++) {
        const call = { toolCallId: `t${i}`, title: `Call ${i}`, kind: 'read', status: 'completed' }
        if (!update({ sessionUpdate: 'tool_call', ...call }))
          await new Promise((resolve) => process.stdout.once('drain', resolve))
      }
      return
    case 'refuses':
      end('refusal')
      return
    case 'spawns':
      return
    default:
      text('fine')
      end('end_turn')
  }
}
