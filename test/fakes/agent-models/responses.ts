import { asList, asText, bearer, data, inputText, piecesOf, type Wire } from './wire.ts'

/** OpenAI's Responses, streamed. */
export const responsesWire: Wire = {
  serves: (path) => path === '/v1/responses',
  keyOf: bearer,
  read: (_path, body) => {
    const items = asList(body['input'])
    const isInstruction = (item: Record<string, unknown>): boolean =>
      item['role'] === 'system' || item['role'] === 'developer'
    return {
      wire: 'responses',
      model: asText(body['model']),
      instructions: items
        .filter(isInstruction)
        .map((item) => asText(item['content']))
        .join('\n'),
      tools: asList(body['tools']).map((tool) => asText(tool['name'])),
      said: items
        .filter((item) => !isInstruction(item))
        .map((item) => {
          const parts = asList(item['content']).map((part) => asText(part['text']))
          const content = parts.length > 0 ? parts.join('') : item['content']
          const what = content ?? item['output'] ?? item['arguments'] ?? item['type']
          return `${asText(item['role'] ?? item['type'])}: ${asText(what)}`
        }),
      body,
    }
  },
  begin: ({ text = '' }, n) => [
    data({ type: 'response.created', response: { id: `resp_${n}`, created_at: 0, model: 'fake' } }),
    ...(text === ''
      ? []
      : [
          data({
            type: 'response.output_item.added',
            output_index: 0,
            item: { type: 'message', id: `m_${n}`, role: 'assistant', content: [], status: 'in_progress' },
          }),
          ...piecesOf(text).map((piece) =>
            data({
              type: 'response.output_text.delta',
              item_id: `m_${n}`,
              output_index: 0,
              content_index: 0,
              delta: piece,
            }),
          ),
        ]),
  ],
  end: ({ text = '', tools = [], input = 100, isCut = false }, n) => [
    ...(text === ''
      ? []
      : [
          data({
            type: 'response.output_item.done',
            output_index: 0,
            item: {
              type: 'message',
              id: `m_${n}`,
              role: 'assistant',
              status: 'completed',
              content: [{ type: 'output_text', text, annotations: [] }],
            },
          }),
        ]),
    ...tools.flatMap((tool, index) => {
      const item = { type: 'function_call', id: `fc_${n}_${index}`, call_id: `call_${n}_${index}`, name: tool.name }
      const at = index + 1
      return [
        data({
          type: 'response.output_item.added',
          output_index: at,
          item: { ...item, arguments: '', status: 'in_progress' },
        }),
        data({
          type: 'response.function_call_arguments.delta',
          item_id: item.id,
          output_index: at,
          delta: inputText(tool),
        }),
        data({
          type: 'response.output_item.done',
          output_index: at,
          item: { ...item, arguments: inputText(tool), status: 'completed' },
        }),
      ]
    }),
    data({
      type: isCut ? 'response.incomplete' : 'response.completed',
      response: {
        id: `resp_${n}`,
        created_at: 0,
        model: 'fake',
        output: [],
        incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
        usage: {
          input_tokens: input,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: 10,
          output_tokens_details: { reasoning_tokens: 0 },
        },
      },
    }),
  ],
  error: (status, message) => ({ error: { message, type: 'fake', code: String(status) } }),
}
