import { asList, asText, bearer, data, inputText, piecesOf, type Wire } from './wire.ts'

const chunk = (n: number, choices: unknown[], more: Record<string, unknown> = {}): string =>
  data({ id: `chat-${n}`, object: 'chat.completion.chunk', created: 0, model: 'fake', choices, ...more })
const delta = (n: number, fields: Record<string, unknown>): string =>
  chunk(n, [{ index: 0, delta: fields, finish_reason: null }])

/** Chat Completions, streamed, as servers of one's own speak it. */
export const chatWire: Wire = {
  serves: (path) => path === '/v1/chat/completions',
  keyOf: bearer,
  read: (_path, body) => {
    const messages = asList(body['messages'])
    return {
      wire: 'chat',
      model: asText(body['model']),
      instructions: asText(messages.find(({ role }) => role === 'system')?.['content']),
      tools: asList(body['tools']).map((tool) => asText((tool['function'] as Record<string, unknown>)['name'])),
      said: messages
        .filter(({ role }) => role !== 'system')
        .map(({ role, content, tool_calls: calls }) => `${asText(role)}: ${asText(content ?? calls)}`),
      body,
    }
  },
  begin: ({ thought, text = '' }, n) => [
    delta(n, { role: 'assistant', content: '' }),
    ...(thought === undefined ? [] : [delta(n, { reasoning_content: thought })]),
    ...piecesOf(text).map((piece) => delta(n, { content: piece })),
  ],
  end: ({ tools = [], input = 100, isCut = false }, n) => [
    ...tools.flatMap((tool, index) => [
      delta(n, {
        tool_calls: [
          { index, id: `call_${n}_${index}`, type: 'function', function: { name: tool.name, arguments: '' } },
        ],
      }),
      ...piecesOf(inputText(tool), 40).map((piece) =>
        delta(n, { tool_calls: [{ index, function: { arguments: piece } }] }),
      ),
    ]),
    chunk(n, [{ index: 0, delta: {}, finish_reason: isCut ? 'length' : tools.length > 0 ? 'tool_calls' : 'stop' }]),
    chunk(n, [], { usage: { prompt_tokens: input, completion_tokens: 10, total_tokens: input + 10 } }),
    'data: [DONE]\n\n',
  ],
  error: (status, message) => ({ error: { message, type: 'fake', code: status } }),
}
