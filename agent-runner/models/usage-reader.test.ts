import { describe, expect, test } from 'vitest'
import type { ModelApi, ModelCallUsage } from './endpoints.ts'
import { createUsageReader } from './usage-reader.ts'

const sse = (...events: unknown[]): string =>
  events.map((event) => `event: x\ndata: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('')
/** Given whole, and again byte by byte: what is cut must not matter. */
function read(api: ModelApi, type: string, text: string): ModelCallUsage | undefined {
  const [whole, cut] = [createUsageReader(api, type), createUsageReader(api, type)]
  const bytes = new TextEncoder().encode(text)
  whole.push(bytes)
  for (const byte of bytes) cut.push(Uint8Array.of(byte))
  const usage = whole.read()
  expect(cut.read()).toEqual(usage)
  return usage
}
const stream = 'text/event-stream; charset=utf-8'
const json = 'application/json'

describe('Anthropic', () => {
  const start = {
    type: 'message_start',
    message: {
      model: 'claude-x',
      usage: { input_tokens: 10, cache_read_input_tokens: 200, cache_creation_input_tokens: 30, output_tokens: 1 },
    },
  }
  const usage = { model: 'claude-x', inputTokens: 40, outputTokens: 55, cachedTokens: 200, cacheWrittenTokens: 30 }
  test('in a stream the input stands at its start, the output at its end', () => {
    const delta = { type: 'content_block_delta', delta: { text: 'the "usage" of “words”' } }
    expect(
      read('anthropic', stream, sse(start, delta, { type: 'message_delta', delta: {}, usage: { output_tokens: 55 } })),
    ).toEqual(usage)
    expect(read('anthropic', stream, sse(start, delta))).toEqual({ ...usage, outputTokens: 1 })
  })
  test('in one answer, and in an answer that is none of a model', () => {
    const { input_tokens: _, ...rest } = start.message.usage
    expect(
      read(
        'anthropic',
        json,
        JSON.stringify({ model: 'claude-x', content: [], usage: { ...rest, input_tokens: 10, output_tokens: 55 } }),
      ),
    ).toEqual(usage)
    expect(read('anthropic', json, '{"input_tokens":7}')).toBeUndefined()
    expect(read('anthropic', json, '{"model":"claude-x"')).toBeUndefined()
  })
})

describe('OpenAI', () => {
  const usage = { model: 'gpt-x', inputTokens: 40, outputTokens: 20, cachedTokens: 60, cacheWrittenTokens: 0 }
  test('Responses, as a stream and as one answer', () => {
    const counted = {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 60 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 5 },
    }
    const events = [
      { type: 'response.created', response: { model: 'gpt-x', usage: null } },
      { type: 'response.completed', response: { model: 'gpt-x', usage: counted } },
    ]
    expect(read('openai', stream, sse(...events))).toEqual(usage)
    expect(read('openai', json, JSON.stringify({ model: 'gpt-x', usage: counted }))).toEqual(usage)
  })
  test('Chat Completions, whose stream has it in its last piece, without a line end', () => {
    const counted = { prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 60 } }
    const piece = { model: 'gpt-x', choices: [{ delta: { content: 'hi' } }], usage: null }
    expect(read('openai', stream, sse(piece, { model: 'gpt-x', choices: [], usage: counted }, '[DONE]'))).toEqual(usage)
    expect(read('openai', stream, `data: ${JSON.stringify({ model: 'gpt-x', choices: [], usage: counted })}`)).toEqual(
      usage,
    )
    expect(read('openai', stream, sse(piece, '[DONE]'))).toBeUndefined()
  })
  test('numbers that are none count for nothing', () => {
    expect(
      read('openai', json, '{"model":"gpt-x","usage":{"prompt_tokens":-1,"completion_tokens":"7"}}'),
    ).toBeUndefined()
  })
})

describe('Google', () => {
  const counted = {
    promptTokenCount: 90,
    toolUsePromptTokenCount: 10,
    candidatesTokenCount: 15,
    thoughtsTokenCount: 5,
    cachedContentTokenCount: 60,
  }
  const usage = { model: 'gemini-x', inputTokens: 40, outputTokens: 20, cachedTokens: 60, cacheWrittenTokens: 0 }
  const pieces = [
    { modelVersion: 'gemini-x', usageMetadata: { promptTokenCount: 90 } },
    { modelVersion: 'gemini-x', usageMetadata: counted },
  ]
  test('as events, as a list and as one answer', () => {
    expect(read('google', stream, sse(...pieces))).toEqual(usage)
    expect(read('google', json, JSON.stringify(pieces))).toEqual(usage)
    expect(read('google', json, JSON.stringify(pieces[1]))).toEqual(usage)
    expect(read('google', json, '{"totalTokens":7}')).toBeUndefined()
  })
})

test('a line, or an answer, that has no end is not kept', () => {
  const usage = { model: 'm', usage: { prompt_tokens: 1, completion_tokens: 1 } }
  const events = createUsageReader('openai', stream)
  const answer = createUsageReader('openai', json)
  const piece = new TextEncoder().encode('x'.repeat(1_000_000))
  for (let n = 0; n < 6; n++) for (const reader of [events, answer]) reader.push(piece)
  events.push(new TextEncoder().encode(`\n${sse(usage)}`))
  expect(events.read()).toMatchObject({ model: 'm', inputTokens: 1 })
  expect(answer.read()).toBeUndefined()
})
