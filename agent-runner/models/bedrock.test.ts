import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RunSecret } from '#shared/domain/secret.ts'
import { RunId } from '#shared/ids.ts'
import { frame } from '#test/fakes/agent-models/bedrock.ts'
import { silentLog } from '../log.ts'
import type { ModelCallUsage, ModelGateway, RunModels } from './endpoints.ts'
import { createModelGateway } from './gateway.ts'

const runId = RunId.parse('0192f0e4-0000-7000-8000-000000000001')
let provider: Server
let base: string
let seen: { url: string; headers: IncomingMessage['headers']; body: string }[]
let reply: (response: ServerResponse) => void
let used: ModelCallUsage[]
let gateway: ModelGateway
let models: RunModels
beforeEach(async () => {
  seen = []
  used = []
  reply = (response) => response.setHeader('content-type', 'application/json').end('{}')
  provider = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece))
    request.on('end', () => {
      seen.push({ url: request.url ?? '', headers: request.headers, body })
      reply(response)
    })
  })
  provider.listen(0, '127.0.0.1')
  await once(provider, 'listening')
  base = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
})
afterEach(async () => {
  await gateway.close()
  provider.closeAllConnections()
  await new Promise((resolve) => provider.close(resolve))
})

const secret = (kind: string, value: unknown): RunSecret =>
  RunSecret.parse({ name: 'A', kind, value: typeof value === 'string' ? value : JSON.stringify(value) })
async function open(secrets: RunSecret[]): Promise<void> {
  gateway = createModelGateway({ hostEnv: {}, log: silentLog })
  const sandbox = { reach: async (port: number) => port }
  models = await gateway.open({ runId, sandbox, secrets, onUsage: (usage) => used.push(usage) })
}
/** As an agent asks, by the token of its run. */
function ask(path: string, init: RequestInit & { readonly headers?: Record<string, string> }): Promise<Response> {
  const [way] = models.all?.() ?? []
  const address = way?.baseUrl.replace(/\/openai.*$/, '/bedrock') ?? ''
  return fetch(`${address}${path}`, {
    method: 'POST',
    ...init,
    headers: { authorization: `Bearer ${way?.token ?? ''}`, 'content-type': 'application/json', ...init.headers },
  })
}

const path = '/model/eu.anthropic.claude-sonnet-5/converse-stream'
const body = JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Häl' }] }] })
const streamed = (...frames: Buffer[]): void => {
  reply = (response) =>
    response.setHeader('content-type', 'application/vnd.amazon.eventstream').end(Buffer.concat(frames))
}

test('an API key goes as it is, what was used is read along in its frames, and these come as they are', async () => {
  await open([secret('bedrock_key', { key: 'real-bedrock-key', region: 'eu-west-1', baseUrl: base })])
  const frames = [
    frame('contentBlockDelta', { delta: { text: '"usage":{"inputTokens":9999}' } }),
    frame('metadata', { usage: { inputTokens: 7, outputTokens: 4, cacheReadInputTokens: 3 } }),
  ]
  streamed(...frames)
  const answer = await ask(path, { body })
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.concat(frames))
  expect(seen[0]).toMatchObject({ url: path, body, headers: { authorization: 'Bearer real-bedrock-key' } })
  const counted = { inputTokens: 7, outputTokens: 4, cachedTokens: 3, cacheWrittenTokens: 0 }
  expect(used).toEqual([{ model: 'eu.anthropic.claude-sonnet-5', ...counted }])
  expect(models.all?.()[0]).toMatchObject({ api: 'bedrock', region: 'eu-west-1' })
})

test('with an access key each request is signed here: the agent has no part of it', async () => {
  const pair = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'real-secret', sessionToken: 'real-session' }
  await open([secret('bedrock_access_key', { ...pair, region: 'eu-west-1', baseUrl: base })])
  const claimed = { 'x-amz-date': '19700101T000000Z', 'x-amz-security-token': 'theirs' }
  await ask(path.replace('sonnet-5', 'sonnet-5%3A0'), { body, headers: claimed })
  const { headers = {}, url = '' } = seen[0] ?? {}
  expect(headers['x-amz-security-token']).toBe('real-session')
  const date = String(headers['x-amz-date'])
  const scope = `${date.slice(0, 8)}/eu-west-1/bedrock/aws4_request`
  // By the definition of Signature Version 4, with the path encoded once more.
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
  const signedHeaders = 'host;x-amz-date;x-amz-security-token'
  const canonical = [
    'POST',
    url.replaceAll('%', '%25'),
    '',
    `host:${String(headers.host)}\nx-amz-date:${date}\nx-amz-security-token:real-session\n`,
    signedHeaders,
    hash(body),
  ].join('\n')
  const key = [date.slice(0, 8), 'eu-west-1', 'bedrock', 'aws4_request'].reduce<string | Buffer>(
    (above, part) => createHmac('sha256', above).update(part).digest(),
    'AWS4real-secret',
  )
  const text = ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n')
  const signature = createHmac('sha256', key).update(text).digest('hex')
  expect(headers.authorization).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
  )
  expect(JSON.stringify([seen, models.all?.()])).not.toContain('real-secret')
})

test('a region that would lead elsewhere is none, and what is missing is said', async () => {
  await open([secret('bedrock_key', { key: 'k', region: 'evil.test/#' }), secret('openai_key', 'sk-real')])
  expect(models.endpoint('bedrock')).toBeUndefined()
  const answer = await ask(path, { body })
  expect([answer.status, await answer.json()]).toEqual([
    401,
    { message: expect.stringContaining('no credentials for Amazon Bedrock') },
  ])
})

test('frames that are none, or too long, cost nothing', async () => {
  await open([secret('bedrock_key', { key: 'k', region: 'eu-west-1', baseUrl: base })])
  streamed(
    frame('contentBlockDelta', { delta: { text: 'x'.repeat(3_000_000) } }),
    frame('metadata', { usage: { inputTokens: 1, outputTokens: 2 } }),
  )
  await (await ask(path, { body })).arrayBuffer()
  expect(used).toMatchObject([{ inputTokens: 1, outputTokens: 2 }])
  streamed(Buffer.alloc(64))
  await (await ask(path, { body })).arrayBuffer()
  expect(used).toHaveLength(1)
})
