import { createInterface } from 'node:readline'

/**
 * For harnesses that know servers of the Model Context Protocol only as programs: each message that comes on stdin goes by HTTP to the runner on this
 * machine, and its answer out on stdout. It imports nothing, so it starts at once.
 */
const url = process.env['DROVER_TOOLS_URL'] ?? ''
const token = process.env['DROVER_TOOLS_TOKEN'] ?? ''

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue
  void pass(line)
}

async function pass(line: string): Promise<void> {
  let problem: string
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: line,
    })
    const text = await response.text()
    if (response.ok) {
      // A notification has no answer.
      if (text !== '') process.stdout.write(`${text.replaceAll('\n', ' ')}\n`)
      return
    }
    problem = `Drover’s runner answered ${response.status}.`
  } catch {
    problem = 'Drover’s runner can’t be reached.'
  }
  const id = idOf(line)
  if (id !== undefined)
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: problem } })}\n`)
}

function idOf(line: string): string | number | undefined {
  try {
    const message: unknown = JSON.parse(line)
    const id: unknown =
      typeof message === 'object' && message !== null && 'method' in message ? Reflect.get(message, 'id') : undefined
    return typeof id === 'string' || typeof id === 'number' ? id : undefined
  } catch {
    return undefined
  }
}
