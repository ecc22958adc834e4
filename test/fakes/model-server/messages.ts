import type { ModelAnswer, ModelRequest } from './script.ts'
import { piecesOf } from './script.ts'
import { event, listOf, recordOf, textOf, type Wire } from './wire.ts'

/** Anthropic's Messages. */
export const messages: Wire = {
  name: 'messages',
  path: /^\/v1\/messages$/,
  read: (body) => ({
    model: String(body['model']),
    stream: body['stream'] === true,
    tools: listOf(body['tools']).map((tool) => String(tool['name'])),
    messages: [
      ...(body['system'] === undefined ? [] : [{ role: 'system', text: textOf(body['system']) }]),
      ...listOf(body['messages']).flatMap(readMessage),
    ],
  }),
  schema: (body) => {
    const format = recordOf(body['output_format'] ?? recordOf(body['output_config'])['format'])
    return format['type'] === 'json_schema' ? recordOf(format['schema']) : undefined
  },
  stream: async (answer, write) => {
    const send = (data: { type: string } & Record<string, unknown>): Promise<void> => write(event(data, data.type))
    const usage = { input_tokens: answer.usage.input, output_tokens: 1 }
    await send({ type: 'message_start', message: { ...baseOf(answer), content: [], stop_reason: null, usage } })
    let index = 0
    async function block(content: unknown, deltas: Iterable<Record<string, unknown>>, end = true): Promise<void> {
      await send({ type: 'content_block_start', index, content_block: content })
      for (const delta of deltas) await send({ type: 'content_block_delta', index, delta })
      if (end) await send({ type: 'content_block_stop', index })
      index += 1
    }
    if (answer.thought !== '') {
      await block({ type: 'thinking', thinking: '', signature: '' }, [
        ...[...piecesOf(answer.thought)].map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: 'c2lnbmVk' },
      ])
    }
    await block({ type: 'text', text: '' }, textDeltas(answer.pieces), !answer.open)
    if (answer.open) return
    for (const { id, name, input } of answer.calls) {
      const deltas = [...piecesOf(JSON.stringify(input))].map((piece) => ({
        type: 'input_json_delta',
        partial_json: piece,
      }))
      await block({ type: 'tool_use', id, name, input: {} }, deltas)
    }
    await send({
      type: 'message_delta',
      delta: { stop_reason: stopOf(answer), stop_sequence: null },
      usage: { input_tokens: answer.usage.input, output_tokens: answer.usage.output },
    })
    await send({ type: 'message_stop' })
  },
  whole: (answer) => ({
    ...baseOf(answer),
    content: [
      { type: 'text', text: [...answer.pieces].join('') },
      ...answer.calls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input })),
    ],
    stop_reason: stopOf(answer),
    usage: { input_tokens: answer.usage.input, output_tokens: answer.usage.output },
  }),
  error: ({ status, message }) => ({ type: 'error', error: { type: errorTypes[status] ?? 'api_error', message } }),
}

const errorTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

function baseOf({ id, model }: ModelAnswer): Record<string, unknown> {
  return { id: `msg_${id}`, type: 'message', role: 'assistant', model, stop_sequence: null }
}

function stopOf(answer: ModelAnswer): string {
  return answer.calls.length === 0 ? 'end_turn' : 'tool_use'
}

function* textDeltas(pieces: Iterable<string>): Generator<Record<string, unknown>> {
  for (const text of pieces) yield { type: 'text_delta', text }
}

/** What a tool answered stands in a message of the user; here it is one of the tool. */
function readMessage({ role, content }: Record<string, unknown>): ModelRequest['messages'] {
  if (!Array.isArray(content)) return [{ role: String(role), text: textOf(content) }]
  const parts = listOf(content)
  const results = parts
    .filter((part) => part['type'] === 'tool_result')
    .map((part) => ({ role: 'tool', text: textOf(part['content']) }))
  const rest = parts.filter((part) => part['type'] !== 'tool_result')
  return rest.length === 0 ? results : [...results, { role: String(role), text: textOf(rest) }]
}
