import type { ModelAnswer, ModelRequest } from './script.ts'
import { piecesOf } from './script.ts'
import { event, listOf, recordOf, textOf, type Wire } from './wire.ts'

type Item = { type: string; id: string } & Record<string, unknown>

/** OpenAI's Responses. */
export const responses: Wire = {
  name: 'responses',
  path: /^\/v1\/responses$/,
  read: (body) => ({
    model: String(body['model']),
    stream: body['stream'] === true,
    tools: toolsOf(body).map(({ name }) => name),
    messages: [
      ...(typeof body['instructions'] === 'string' ? [{ role: 'system', text: body['instructions'] }] : []),
      ...(typeof body['input'] === 'string' ? [{ role: 'user', text: body['input'] }] : []),
      ...listOf(body['input']).flatMap(readItem),
    ],
  }),
  schema: (body) => {
    const format = recordOf(recordOf(body['text'])['format'])
    return format['type'] === 'json_schema' ? recordOf(format['schema']) : undefined
  },
  stream: async (answer, write, body) => {
    let number = 0
    const send = (type: string, more: Record<string, unknown>): Promise<void> => {
      number += 1
      return write(event({ type, sequence_number: number, ...more }, type))
    }
    await send('response.created', { response: responseOf(answer, 'in_progress', []) })
    await send('response.in_progress', { response: responseOf(answer, 'in_progress', []) })
    const done: Item[] = []
    async function item(whole: Item, begun: Item, deltas: () => Promise<void>): Promise<void> {
      const output_index = done.length
      await send('response.output_item.added', { output_index, item: begun })
      await deltas()
      done.push(whole)
      await send('response.output_item.done', { output_index, item: whole })
    }
    if (answer.thought !== '') {
      const whole = reasoningOf(answer)
      const place = { item_id: whole.id, output_index: 0, summary_index: 0 }
      await item(whole, { ...whole, summary: [] }, async () => {
        await send('response.reasoning_summary_part.added', { ...place, part: { type: 'summary_text', text: '' } })
        for (const delta of piecesOf(answer.thought))
          await send('response.reasoning_summary_text.delta', { ...place, delta })
        await send('response.reasoning_summary_text.done', { ...place, text: answer.thought })
        await send('response.reasoning_summary_part.done', {
          ...place,
          part: { type: 'summary_text', text: answer.thought },
        })
      })
    }
    const id = `msg_${answer.id}`
    const place = { item_id: id, output_index: done.length, content_index: 0 }
    await send('response.output_item.added', {
      output_index: done.length,
      item: { ...messageOf(answer, ''), status: 'in_progress', content: [] },
    })
    await send('response.content_part.added', { ...place, part: { type: 'output_text', text: '', annotations: [] } })
    let text = ''
    for (const delta of answer.pieces) {
      text += delta
      await send('response.output_text.delta', { ...place, delta })
    }
    if (answer.open) return
    await send('response.output_text.done', { ...place, text })
    await send('response.content_part.done', { ...place, part: { type: 'output_text', text, annotations: [] } })
    const said = messageOf(answer, text)
    done.push(said)
    await send('response.output_item.done', { output_index: place.output_index, item: said })
    for (const call of callsOf(answer, body)) {
      const custom = call.type === 'custom_tool_call'
      const [field, kind] = custom ? ['input', 'custom_tool_call_input'] : ['arguments', 'function_call_arguments']
      const given = String(call[field])
      const at = { item_id: call.id, output_index: done.length }
      await item(call, { ...call, status: 'in_progress', [field]: '' }, async () => {
        for (const delta of piecesOf(given)) await send(`response.${kind}.delta`, { ...at, delta })
        await send(`response.${kind}.done`, { ...at, [field]: given })
      })
    }
    await send('response.completed', { response: responseOf(answer, 'completed', done) })
  },
  whole: (answer, body) =>
    responseOf(answer, 'completed', [messageOf(answer, [...answer.pieces].join('')), ...callsOf(answer, body)]),
  error: ({ status, message }) => ({
    error: { message, type: status === 429 ? 'rate_limit_exceeded' : 'fake', code: String(status), param: null },
  }),
}

function responseOf(answer: ModelAnswer, status: string, output: readonly Item[]): Record<string, unknown> {
  const { input, output: spent } = answer.usage
  return {
    id: `resp_${answer.id}`,
    object: 'response',
    created_at: 0,
    status,
    model: answer.model,
    output,
    error: null,
    incomplete_details: null,
    usage:
      status === 'completed'
        ? {
            input_tokens: input,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: spent,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: input + spent,
          }
        : null,
  }
}

function messageOf(answer: ModelAnswer, text: string): Item {
  return {
    type: 'message',
    id: `msg_${answer.id}`,
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text, annotations: [] }],
  }
}

function reasoningOf(answer: ModelAnswer): Item {
  return { type: 'reasoning', id: `rs_${answer.id}`, summary: [{ type: 'summary_text', text: answer.thought }] }
}

/** A tool of the type `custom` takes a text; one of a namespace is called by both names. */
function callsOf(answer: ModelAnswer, body: Record<string, unknown>): Item[] {
  const tools = toolsOf(body)
  return answer.calls.map(({ id, name, namespace, input }) => {
    const tool = tools.find((one) => one.name === name)
    const spaced = namespace ?? tool?.namespace
    const call = { id: `fc_${id}`, call_id: id, status: 'completed', name: tool?.own ?? name }
    if (tool?.custom === true) return { ...call, type: 'custom_tool_call', input: String(input['input']) }
    return {
      ...call,
      type: 'function_call',
      arguments: JSON.stringify(input),
      ...(spaced === undefined ? {} : { namespace: spaced }),
    }
  })
}

interface Tool {
  /** With its namespace. */
  name: string
  own: string
  namespace: string | undefined
  custom: boolean
}

function toolsOf(body: Record<string, unknown>): Tool[] {
  return listOf(body['tools']).flatMap((tool) =>
    tool['type'] === 'namespace'
      ? listOf(tool['tools']).map((one) => toolOf(one, String(tool['name'])))
      : [toolOf(tool, undefined)],
  )
}

function toolOf(tool: Record<string, unknown>, namespace: string | undefined): Tool {
  const own = String(tool['name'] ?? tool['type'])
  return { name: `${namespace ?? ''}${own}`, own, namespace, custom: tool['type'] === 'custom' }
}

function readItem(item: Record<string, unknown>): ModelRequest['messages'] {
  switch (item['type']) {
    case 'function_call':
    case 'custom_tool_call':
      return [{ role: 'assistant', text: '' }]
    case 'function_call_output':
    case 'custom_tool_call_output':
      return [{ role: 'tool', text: textOf(item['output']) }]
    case 'reasoning':
      return []
    default:
      return [{ role: String(item['role']), text: textOf(item['content']) }]
  }
}
