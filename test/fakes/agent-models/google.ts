import { asList, asText, data, piecesOf, type Wire } from './wire.ts'

const part = (fields: Record<string, unknown>): string =>
  data({ candidates: [{ index: 0, content: { role: 'model', parts: [fields] } }] })

/** Gemini's `streamGenerateContent`. */
export const googleWire: Wire = {
  serves: (path) => /^\/v1beta\/models\/[^/]+:streamGenerateContent/.test(path),
  keyOf: (request) => String(request.headers['x-goog-api-key']),
  read: (path, body) => {
    const system = body['systemInstruction'] as Record<string, unknown> | undefined
    return {
      wire: 'google',
      model: /models\/([^:]+):/.exec(path)?.[1] ?? '',
      instructions: asList(system?.['parts'])
        .map((one) => asText(one['text']))
        .join('\n'),
      tools: asList(body['tools']).flatMap((tool) =>
        asList(tool['functionDeclarations']).map((one) => asText(one['name'])),
      ),
      said: asList(body['contents']).flatMap((content) =>
        asList(content['parts']).map(
          (one) =>
            `${asText(content['role'])}: ${asText(one['text'] ?? one['functionResponse'] ?? one['functionCall'])}`,
        ),
      ),
      body,
    }
  },
  begin: ({ thought, text = '' }) => [
    ...(thought === undefined ? [] : [part({ text: thought, thought: true })]),
    ...piecesOf(text).map((piece) => part({ text: piece })),
  ],
  end: ({ tools = [], input = 100, isCut = false }, n) => [
    ...tools.map((tool, index) =>
      part({
        functionCall: { name: tool.name, args: typeof tool.input === 'string' ? {} : tool.input },
        thoughtSignature: `sig-${n}-${index}`,
      }),
    ),
    data({
      candidates: [{ index: 0, content: { role: 'model', parts: [] }, finishReason: isCut ? 'MAX_TOKENS' : 'STOP' }],
      usageMetadata: { promptTokenCount: input, candidatesTokenCount: 10, totalTokenCount: input + 10 },
    }),
  ],
  error: (status, message) => ({ error: { code: status, message, status: 'FAILED' } }),
}
