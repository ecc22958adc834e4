import { crc32 } from 'node:zlib'
import { asList, asText, bearer, inputText, piecesOf, type Wire } from './wire.ts'

/** A frame of Amazon's event stream (`application/vnd.amazon.eventstream`). */
export function frame(type: string, payload: unknown): Buffer {
  const headers = Buffer.concat(
    [
      [':message-type', 'event'],
      [':event-type', type],
      [':content-type', 'application/json'],
    ].map(([name = '', value = '']) => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(value.length)
      // Type 7: a text.
      return Buffer.concat([
        Buffer.from([name.length]),
        Buffer.from(name),
        Buffer.from([7]),
        length,
        Buffer.from(value),
      ])
    }),
  )
  const body = Buffer.from(JSON.stringify(payload))
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return bytes
  }
  const lengths = Buffer.concat([number(16 + headers.byteLength + body.byteLength), number(headers.byteLength)])
  const whole = Buffer.concat([lengths, number(crc32(lengths)), headers, body])
  return Buffer.concat([whole, number(crc32(whole))])
}

const delta = (index: number, fields: Record<string, unknown>): Buffer =>
  frame('contentBlockDelta', { contentBlockIndex: index, delta: fields })

/** Amazon Bedrock's `converse-stream`. */
export const bedrockWire: Wire = {
  type: 'application/vnd.amazon.eventstream',
  serves: (path) => /^\/model\/[^/]+\/converse-stream$/.test(path),
  keyOf: bearer,
  read: (path, body) => ({
    wire: 'bedrock',
    model: decodeURIComponent(/^\/model\/([^/]+)/.exec(path)?.[1] ?? ''),
    instructions: asList(body['system'])
      .map((one) => asText(one['text']))
      .join('\n'),
    tools: asList((body['toolConfig'] as Record<string, unknown> | undefined)?.['tools']).map((one) =>
      asText((one['toolSpec'] as Record<string, unknown> | undefined)?.['name']),
    ),
    said: asList(body['messages']).flatMap((message) =>
      asList(message['content']).map(
        (one) => `${asText(message['role'])}: ${asText(one['text'] ?? one['toolResult'] ?? one['toolUse'])}`,
      ),
    ),
    body,
  }),
  begin: ({ thought, text = '' }) => [
    frame('messageStart', { role: 'assistant' }),
    ...(thought === undefined
      ? []
      : [
          delta(0, { reasoningContent: { text: thought } }),
          delta(0, { reasoningContent: { signature: 'sig' } }),
          frame('contentBlockStop', { contentBlockIndex: 0 }),
        ]),
    ...piecesOf(text).map((piece) => delta(1, { text: piece })),
    ...(text === '' ? [] : [frame('contentBlockStop', { contentBlockIndex: 1 })]),
  ],
  end: ({ tools = [], input = 100, cached = 0, isCut = false }, n) => [
    ...tools.flatMap((tool, index) => [
      frame('contentBlockStart', {
        contentBlockIndex: index + 2,
        start: { toolUse: { toolUseId: `call-${n}-${index}`, name: tool.name } },
      }),
      ...piecesOf(inputText(tool)).map((piece) => delta(index + 2, { toolUse: { input: piece } })),
      frame('contentBlockStop', { contentBlockIndex: index + 2 }),
    ]),
    frame('messageStop', { stopReason: isCut ? 'max_tokens' : tools.length > 0 ? 'tool_use' : 'end_turn' }),
    frame('metadata', {
      usage: {
        inputTokens: input - cached,
        outputTokens: 10,
        totalTokens: input + 10,
        ...(cached === 0 ? {} : { cacheReadInputTokens: cached }),
      },
      metrics: { latencyMs: 5 },
    }),
  ],
  error: (_status, message) => ({ message }),
}
