import { asList, asText, inputText, piecesOf, type Wire } from './wire.ts'

const event = (value: { type: string } & Record<string, unknown>): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`
const hasThought = (thought: string | undefined): number => (thought === undefined ? 0 : 1)

/** Messages API, streamed. */
export const anthropicWire: Wire = {
  serves: (path) => path === '/v1/messages',
  keyOf: (request) => String(request.headers['x-api-key']),
  read: (_path, body) => ({
    wire: 'anthropic',
    model: asText(body['model']),
    instructions: asList(body['system'])
      .map((part) => asText(part['text']))
      .join('\n'),
    tools: asList(body['tools']).map((tool) => asText(tool['name'])),
    said: asList(body['messages']).flatMap((message) =>
      asList(message['content']).map((part) => {
        const what = part['text'] ?? part['content'] ?? part['input'] ?? part['thinking'] ?? part['type']
        return `${asText(message['role'])}: ${asText(what)}`
      }),
    ),
    body,
  }),
  begin: ({ thought, text = '', input = 100, cached = 0 }, n) => [
    event({
      type: 'message_start',
      message: {
        id: `msg_${n}`,
        type: 'message',
        role: 'assistant',
        model: 'fake',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: {
          input_tokens: input,
          output_tokens: 1,
          cache_read_input_tokens: cached,
          cache_creation_input_tokens: 0,
        },
      },
    }),
    ...(thought === undefined
      ? []
      : [
          event({
            type: 'content_block_start',
            index: 0,
            content_block: { type: 'thinking', thinking: '', signature: '' },
          }),
          event({ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: thought } }),
          event({ type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: `sig-${n}` } }),
          event({ type: 'content_block_stop', index: 0 }),
        ]),
    ...(text === ''
      ? []
      : [
          event({ type: 'content_block_start', index: hasThought(thought), content_block: { type: 'text', text: '' } }),
          ...piecesOf(text).map((piece) =>
            event({
              type: 'content_block_delta',
              index: hasThought(thought),
              delta: { type: 'text_delta', text: piece },
            }),
          ),
        ]),
  ],
  end: ({ thought, text = '', tools = [], isCut = false }, n) => {
    const first = hasThought(thought) + (text === '' ? 0 : 1)
    return [
      ...(text === '' ? [] : [event({ type: 'content_block_stop', index: hasThought(thought) })]),
      ...tools.flatMap((tool, index) => [
        event({
          type: 'content_block_start',
          index: first + index,
          content_block: { type: 'tool_use', id: `toolu_${n}_${index}`, name: tool.name, input: {} },
        }),
        ...piecesOf(inputText(tool), 40).map((piece) =>
          event({
            type: 'content_block_delta',
            index: first + index,
            delta: { type: 'input_json_delta', partial_json: piece },
          }),
        ),
        event({ type: 'content_block_stop', index: first + index }),
      ]),
      event({
        type: 'message_delta',
        delta: { stop_reason: isCut ? 'max_tokens' : tools.length > 0 ? 'tool_use' : 'end_turn', stop_sequence: null },
        usage: { output_tokens: 10 },
      }),
      event({ type: 'message_stop' }),
    ]
  },
  error: (status, message) => ({
    type: 'error',
    error: {
      type: status === 401 ? 'authentication_error' : status === 429 ? 'rate_limit_error' : 'api_error',
      message,
    },
  }),
}
