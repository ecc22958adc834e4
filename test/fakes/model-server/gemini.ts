import type { ModelAnswer, ModelRequest } from './script.ts'
import { event, listOf, recordOf, type Wire } from './wire.ts'

/** Google's Gemini API. */
export const gemini: Wire = {
  name: 'gemini',
  path: /^\/v1(?:beta)?\/models\/[^/:]+:(?:generateContent|streamGenerateContent)$/,
  read: (body, path) => ({
    model: decodeURIComponent(/models\/([^/:]+):/.exec(path)?.[1] ?? ''),
    stream: path.endsWith(':streamGenerateContent'),
    tools: listOf(body['tools']).flatMap((tool) =>
      listOf(tool['functionDeclarations']).map((one) => String(one['name'])),
    ),
    messages: [
      ...(body['systemInstruction'] === undefined
        ? []
        : [{ role: 'system', text: wordsOf(recordOf(body['systemInstruction'])) }]),
      ...listOf(body['contents']).flatMap(readContent),
    ],
  }),
  schema: (body) => {
    const wanted = recordOf(body['generationConfig'])
    const schema = wanted['responseJsonSchema'] ?? wanted['responseSchema']
    return schema === undefined ? undefined : recordOf(schema)
  },
  stream: async (answer, write) => {
    const send = (parts: unknown[], more: Record<string, unknown> = {}): Promise<void> =>
      write(event(chunkOf(answer, parts, more)))
    if (answer.thought !== '') await send([{ text: answer.thought, thought: true }])
    for (const text of answer.pieces) await send([{ text }])
    if (answer.open) return
    for (const part of callsOf(answer)) await send([part])
    await send([{ text: '' }], { finishReason: 'STOP' })
  },
  whole: (answer) =>
    chunkOf(answer, [{ text: [...answer.pieces].join('') }, ...callsOf(answer)], { finishReason: 'STOP' }),
  error: ({ status, message }) => ({ error: { code: status, message, status: statusNames[status] ?? 'INTERNAL' } }),
}

const statusNames: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
}

function chunkOf(answer: ModelAnswer, parts: unknown[], more: Record<string, unknown>): Record<string, unknown> {
  const { input, output } = answer.usage
  return {
    candidates: [{ index: 0, content: { role: 'model', parts }, ...more }],
    usageMetadata: { promptTokenCount: input, candidatesTokenCount: output, totalTokenCount: input + output },
    modelVersion: answer.model,
    responseId: answer.id,
  }
}

function callsOf(answer: ModelAnswer): unknown[] {
  return answer.calls.map(({ id, name, input }) => ({ functionCall: { id, name, args: input } }))
}

function wordsOf(content: Record<string, unknown>): string {
  return listOf(content['parts'])
    .map((part) => (typeof part['text'] === 'string' ? part['text'] : ''))
    .join('\n')
}

function readContent(content: Record<string, unknown>): ModelRequest['messages'] {
  const parts = listOf(content['parts'])
  const results = parts
    .filter((part) => part['functionResponse'] !== undefined)
    .map((part) => ({ role: 'tool', text: JSON.stringify(recordOf(part['functionResponse'])['response']) }))
  if (results.length > 0 && results.length === parts.length) return results
  return [...results, { role: content['role'] === 'model' ? 'assistant' : 'user', text: wordsOf(content) }]
}
