import { APICallError } from 'ai'
import { expect, test } from 'vitest'
import { faultOf } from './faults.ts'

const now = Date.parse('2026-01-01T00:00:00Z')
const answer = (statusCode: number, message: string, responseHeaders: Record<string, string> = {}): APICallError =>
  new APICallError({ message, url: 'http://x', requestBodyValues: {}, statusCode, responseHeaders })

test.each([
  [answer(401, 'no'), { kind: 'auth' }],
  [answer(429, 'slow', { 'retry-after': '7' }), { kind: 'limit', waitMs: 7_000 }],
  [answer(503, 'soon', { 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }), { kind: 'server', waitMs: 9_000 }],
  [answer(529, 'full', { 'retry-after-ms': '12' }), { kind: 'limit', waitMs: 12 }],
  [answer(400, 'prompt is too long: 210000 tokens > 200000 maximum'), { kind: 'context' }],
  [answer(400, 'This model’s maximum context length is 8192 tokens'), { kind: 'context' }],
  [answer(400, 'unknown field'), { kind: 'request' }],
  [answer(400, 'API key not valid. Please pass a valid API key.'), { kind: 'auth' }],
  [
    answer(429, 'You exceeded your current quota, please check your plan and billing details.'),
    { kind: 'limit', waitMs: Number.POSITIVE_INFINITY },
  ],
  [answer(404, 'model not found'), { kind: 'request' }],
  [{ type: 'overloaded_error', message: 'Overloaded' }, { kind: 'limit' }],
  [new TypeError('terminated', { cause: { code: 'UND_ERR_SOCKET' } }), { kind: 'network' }],
  ['a text', { kind: 'network', text: 'a text' }],
] as const)('%s', (error, fault) => {
  expect(faultOf(error, now)).toMatchObject(fault)
})
