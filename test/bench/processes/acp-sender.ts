/**
 * What a harness writes while it is busy, and nothing else: `acp-sender UPDATES PER_SECOND`. Of ten updates seven are pieces of speech; the
 * others open a tool call, print into it and end it.
 */
const [updates = 0, perSecond = 1] = process.argv.slice(2).map(Number)
const tickMs = 5

function updateOf(n: number): Record<string, unknown> {
  const call = `call-${Math.floor(n / 10)}`
  switch (n % 10) {
    case 2:
      return {
        sessionUpdate: 'tool_call',
        toolCallId: call,
        title: 'Run the tests',
        kind: 'execute',
        status: 'in_progress',
        rawInput: { command: `npm test -- part-${n}` },
      }
    case 5:
      return {
        sessionUpdate: 'tool_call_update',
        toolCallId: call,
        _meta: { terminal_output_delta: { terminal_id: call, data: `ok ${n} ${'a test that passed '.repeat(100)}\n` } },
      }
    case 8:
      return { sessionUpdate: 'tool_call_update', toolCallId: call, status: 'completed' }
    default:
      return { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: `word ${n} of what it says. ` } }
  }
}

const began = performance.now()
let sent = 0
const timer = setInterval(() => {
  const due = Math.min(updates, Math.floor(((performance.now() - began) * perSecond) / 1000))
  for (; sent < due; sent++) {
    const params = { sessionId: 's', update: updateOf(sent) }
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'session/update', params })}\n`)
  }
  if (sent === updates) clearInterval(timer)
}, tickMs)
