import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ModelApi } from '#agent-runner/models/endpoints.ts'
import { modelKey, startModelServer, type ModelServer } from './model-server.ts'

let model: ModelServer
beforeEach(async () => {
  model = await startModelServer()
})
afterEach(() => model.close())

const tool = { name: 'look', description: 'Looks', parameters: { type: 'object' } }

/** A request on each wire that offers a tool. */
interface Case {
  wire: string
  api: ModelApi
  path: string
  headers: Record<string, string>
  body: Record<string, unknown>
  /** Parts of what is streamed. */
  streamed: string
  call: string
  end: string
}

const wires: readonly Case[] = [
  {
    wire: 'chat',
    api: 'openai',
    path: '/chat/completions',
    headers: { authorization: `Bearer ${modelKey}` },
    body: {
      model: 'm',
      tools: [{ type: 'function', function: tool }],
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
        { role: 'tool', content: 'seen' },
      ],
    },
    streamed: '"content":"',
    call: '"name":"look"',
    end: 'data: [DONE]',
  },
  {
    wire: 'responses',
    api: 'openai',
    path: '/responses',
    headers: { authorization: `Bearer ${modelKey}` },
    body: {
      model: 'm',
      tools: [{ type: 'namespace', name: 'lo', tools: [{ type: 'function', ...tool, name: 'ok' }] }],
      instructions: 'Be short.',
      input: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
        { type: 'function_call_output', call_id: '1', output: 'seen' },
      ],
    },
    streamed: 'event: response.output_text.delta',
    call: '"namespace":"lo"',
    end: 'event: response.completed',
  },
  {
    wire: 'messages',
    api: 'anthropic',
    path: '/v1/messages',
    headers: { 'x-api-key': modelKey },
    body: {
      model: 'm',
      max_tokens: 10,
      tools: [{ ...tool, input_schema: {} }],
      system: [{ type: 'text', text: 'Be short.' }],
      messages: [
        { role: 'user', content: 'Hello' },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: '1', content: 'seen' }] },
      ],
    },
    streamed: '"type":"text_delta"',
    call: '"type":"tool_use"',
    end: 'event: message_stop',
  },
  {
    wire: 'gemini',
    api: 'google',
    path: '/v1beta/models/m:generateContent',
    headers: { 'x-goog-api-key': modelKey },
    body: {
      tools: [{ functionDeclarations: [tool] }],
      systemInstruction: { parts: [{ text: 'Be short.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Hello' }] },
        { role: 'user', parts: [{ functionResponse: { name: 'look', response: 'seen' } }] },
      ],
    },
    streamed: '"text":"Hi ther"',
    call: '"functionCall"',
    end: '"finishReason":"STOP"',
  },
]

function ask(one: Case, stream: boolean, headers: Record<string, string> = one.headers) {
  const path = stream ? one.path.replace(':generate', ':streamGenerate') : one.path
  return fetch(`${model.endpoint(one.api).baseUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...one.body, ...(one.wire === 'gemini' ? {} : { stream }) }),
  })
}

test.each(wires)('$wire: is read alike, streams by pieces and comes to its end', async (one) => {
  const turn = { text: 'Hi there', tools: [{ name: 'look', input: { at: 'x' } }] }
  model.script([turn, turn])
  const streamed = await (await ask(one, true)).text()
  for (const part of [one.streamed, one.call, one.end]) expect(streamed).toContain(part)
  const whole = await (await ask(one, false)).text()
  for (const part of ['Hi there', one.call]) expect(whole).toContain(part)
  expect(model.complaints).toEqual([])
  expect(model.requests.map(({ wire, stream }) => [wire, stream])).toEqual([
    [one.wire, true],
    [one.wire, false],
  ])
  expect(model.requests[0]).toMatchObject({
    model: 'm',
    tools: ['look'],
    messages: [
      { role: 'system', text: 'Be short.' },
      { role: 'user', text: 'Hello' },
      { role: 'tool', text: expect.stringContaining('seen') },
    ],
  })
})

test.each(wires)('$wire: errors come in its own form, once or until they are taken back', async (one) => {
  model.script([{ error: { status: 429, message: 'Slow down.', retryAfter: 3 } }, { text: 'Now.' }])
  const slow = await ask(one, true)
  expect([slow.status, slow.headers.get('retry-after')]).toEqual([429, '3'])
  expect(await slow.text()).toContain('"message":"Slow down."')
  model.fail({ status: 500 })
  expect((await ask(one, true)).status).toBe(500)
  model.fail(undefined)
  expect((await ask(one, false)).status).toBe(200)
  const refused = await ask(one, true, { 'x-api-key': 'wrong' })
  expect(refused.status).toBe(401)
  expect(model.complaints).toEqual([expect.stringContaining('a wrong key')])
})

test.each(wires)('$wire: a flood is as long as it was asked for', async (one) => {
  model.script([{ flood: 50_000 }])
  const whole = await (await ask(one, false)).text()
  expect(whole.length).toBeGreaterThan(50_000)
  expect(whole.length).toBeLessThan(52_000)
})

test('a request for JSON of a form is a side call, and gets what fits', async () => {
  const answer = await fetch(`${model.origin}/v1beta/models/m:generateContent?key=${modelKey}`, {
    method: 'POST',
    body: JSON.stringify({
      contents: [],
      generationConfig: {
        responseJsonSchema: {
          type: 'object',
          properties: { why: { type: 'string' }, which: { enum: ['pro', 'flash'] }, score: { type: 'integer' } },
        },
      },
    }),
  })
  expect(await answer.text()).toContain(String.raw`{\"why\":\"A short title\",\"which\":\"pro\",\"score\":1}`)
  expect([model.requests.length, model.sideCalls.length]).toEqual([0, 1])
})
