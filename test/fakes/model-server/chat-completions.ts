import type { ModelAnswer } from './script.ts'
import { event, listOf, recordOf, textOf, type Wire } from './wire.ts'
import { piecesOf } from './script.ts'

/** OpenAI's Chat Completions, which most other servers speak too. */
export const chatCompletions: Wire = {
  name: 'chat',
  path: /^\/v1\/chat\/completions$/,
  read: (body) => ({
    model: String(body['model']),
    stream: body['stream'] === true,
    tools: listOf(body['tools']).map((tool) => String(recordOf(tool['function'])['name'])),
    messages: listOf(body['messages']).map(({ role, content }) => ({ role: String(role), text: textOf(content) })),
  }),
  schema: (body) => {
    const format = recordOf(body['response_format'])
    return format['type'] === 'json_schema' ? recordOf(recordOf(format['json_schema'])['schema']) : undefined
  },
  stream: async (answer, write) => {
    const base = { id: answer.id, created: 0, model: answer.model, object: 'chat.completion.chunk' }
    const send = (choices: unknown[], more: Record<string, unknown> = {}): Promise<void> =>
      write(event({ ...base, choices, ...more }))
    const delta = (fields: Record<string, unknown>): Promise<void> =>
      send([{ index: 0, delta: fields, finish_reason: null }])
    await delta({ role: 'assistant', content: '' })
    for (const piece of piecesOf(answer.thought)) await delta({ reasoning_content: piece })
    for (const piece of answer.pieces) await delta({ content: piece })
    if (answer.open) return
    for (const [index, call] of answer.calls.entries()) {
      await delta({
        tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }],
      })
      for (const piece of piecesOf(JSON.stringify(call.input)))
        await delta({ tool_calls: [{ index, function: { arguments: piece } }] })
    }
    await send([{ index: 0, delta: {}, finish_reason: finishOf(answer) }])
    await send([], { usage: usageOf(answer) })
    await write('data: [DONE]\n\n')
  },
  whole: (answer) => ({
    id: answer.id,
    created: 0,
    model: answer.model,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        finish_reason: finishOf(answer),
        message: {
          role: 'assistant',
          content: [...answer.pieces].join(''),
          ...(answer.calls.length === 0
            ? {}
            : {
                tool_calls: answer.calls.map(({ id, name, input }) => ({
                  id,
                  type: 'function',
                  function: { name, arguments: JSON.stringify(input) },
                })),
              }),
        },
      },
    ],
    usage: usageOf(answer),
  }),
  error: ({ status, message }) => ({ error: { message, type: 'fake', code: status } }),
}

function finishOf(answer: ModelAnswer): string {
  return answer.calls.length === 0 ? 'stop' : 'tool_calls'
}

function usageOf({ usage }: ModelAnswer): Record<string, number> {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
  }
}
