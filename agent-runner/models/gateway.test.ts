import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RunSecret } from '#shared/domain/secret.ts'
import { RunId } from '#shared/ids.ts'
import { silentLog } from '../log.ts'
import type { ModelApi, ModelEndpoint, ModelGateway, RunModels } from './endpoints.ts'
import { createModelGateway, mostOpen, type ModelGatewayDeps } from './gateway.ts'

const runId = RunId.parse('0192f0e4-0000-7000-8000-000000000001')
const direct = { reach: async (port: number) => port }
const times = { connectMs: 5_000, headersMs: 20_000, silenceMs: 20_000 }

let provider: Server
let base: string
let seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[]
let reply: (request: IncomingMessage, response: ServerResponse, body: string) => void
let used: unknown[]
let gateway: ModelGateway
let models: RunModels
beforeEach(async () => {
  seen = []
  used = []
  reply = (_request, response) => response.setHeader('content-type', 'application/json').end('{"fine":true}')
  provider = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece))
    request.on('error', () => {})
    request.on('end', () => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
      reply(request, response, body)
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

const secret = (kind: string, value: unknown, name = 'A'): RunSecret =>
  RunSecret.parse({ name, kind, value: typeof value === 'string' ? value : JSON.stringify(value) })
const endpointSecret = (api: ModelApi, more: Record<string, unknown> = {}): RunSecret =>
  secret('model_endpoint', {
    api,
    baseUrl: `${base}/below${api === 'openai' ? '/v1' : ''}`,
    key: `real-${api}-key`,
    ...more,
  })
async function open(secrets: RunSecret[], deps: Partial<ModelGatewayDeps> = {}): Promise<void> {
  gateway = createModelGateway({ hostEnv: {}, log: silentLog, times, ...deps })
  models = await gateway.open({ runId, sandbox: direct, secrets, onUsage: (usage) => used.push(usage) })
}
function at(api: ModelApi): ModelEndpoint {
  const endpoint = models.endpoint(api)
  if (endpoint === undefined) throw new Error(`there is no ${api}`)
  return endpoint
}
const ask = (api: ModelApi, path: string, init: RequestInit = {}, of: string = at(api).baseUrl): Promise<Response> =>
  fetch(`${of}${path}`, {
    method: 'POST',
    body: '{"model":"m"}',
    ...init,
    headers: { authorization: `Bearer ${at(api).token}`, 'content-type': 'application/json', ...init.headers },
  })
const untilSeen = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

describe('each wire', () => {
  test('gets the real key in its own place, and nothing of the token', async () => {
    await open([endpointSecret('anthropic'), endpointSecret('openai'), endpointSecret('google')])
    const { token } = at('anthropic')
    await ask('anthropic', '/v1/messages?beta=true', {
      headers: { authorization: '', 'x-api-key': token, 'anthropic-version': '2023-06-01', cookie: 'a=b' },
    })
    await ask('openai', '/responses')
    await ask('google', `/v1beta/models/g:streamGenerateContent?alt=sse&key=${token}`, {
      headers: { authorization: '' },
    })
    await ask('google', '/v1beta/models', {
      method: 'GET',
      body: null,
      headers: { authorization: '', 'x-goog-api-key': token },
    })
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /below/v1/messages?beta=true',
      'POST /below/v1/responses',
      'POST /below/v1beta/models/g:streamGenerateContent?alt=sse',
      'GET /below/v1beta/models',
    ])
    expect(seen[0]?.headers).toMatchObject({
      'x-api-key': 'real-anthropic-key',
      authorization: 'Bearer real-anthropic-key',
      'anthropic-version': '2023-06-01',
    })
    expect(seen[1]?.headers).toMatchObject({
      authorization: 'Bearer real-openai-key',
      'content-type': 'application/json',
    })
    for (const one of seen.slice(2)) expect(one.headers).toMatchObject({ 'x-goog-api-key': 'real-google-key' })
    expect(seen.map(({ body }) => body)).toEqual(['{"model":"m"}', '{"model":"m"}', '{"model":"m"}', ''])
    expect(seen[0]?.headers).not.toHaveProperty('cookie')
    expect(JSON.stringify(seen)).not.toContain(token)
  })

  test('streams both ways as it comes, tells usage, and goes without a key where there is none', async () => {
    await open([endpointSecret('openai', { key: undefined })])
    let firstHeard = (): void => {}
    const heard = new Promise<void>((resolve) => (firstHeard = resolve))
    provider.removeAllListeners('request')
    provider.on('request', (request: IncomingMessage, response: ServerResponse) => {
      // The answer begins while the question is still being sent.
      request.once('data', () => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write('data: {"first":1}\n\n')
        void heard.then(() =>
          response.end('data: {"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n'),
        )
      })
      expect(request.headers).not.toHaveProperty('authorization')
    })
    const { baseUrl, token } = at('openai')
    const asking = httpRequest(`${baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    asking.write('{"half":')
    const [answer] = (await once(asking, 'response')) as [IncomingMessage]
    const [first] = (await once(answer, 'data')) as [Buffer]
    expect(first.toString()).toBe('data: {"first":1}\n\n')
    asking.end('1}')
    firstHeard()
    let rest = ''
    for await (const piece of answer) rest += String(piece)
    expect(rest).toContain('completion_tokens')
    expect(used).toEqual([{ model: 'm', inputTokens: 3, outputTokens: 4, cachedTokens: 0, cacheWrittenTokens: 0 }])
  })

  test('says in its own shape that there is no credential, no run and no provider', async () => {
    await open([endpointSecret('anthropic'), endpointSecret('openai', { baseUrl: 'http://127.0.0.1:1/v1' })])
    const { token, baseUrl } = at('anthropic')
    const told = async (response: Promise<Response>): Promise<unknown> => [
      (await response).status,
      await (await response).json(),
    ]
    expect(await told(ask('anthropic', '/v1/messages', { headers: { authorization: 'Bearer wrong' } }))).toEqual([
      401,
      {
        type: 'error',
        error: { type: 'authentication_error', message: 'This is not the token of a run, or its run is over.' },
      },
    ])
    expect(await told(ask('openai', '/responses'))).toEqual([
      502,
      {
        error: {
          message: 'The endpoint 127.0.0.1:1 can’t be reached: nothing listens there.',
          type: 'server_error',
          param: null,
          code: null,
        },
      },
    ])
    const google = baseUrl.replace('anthropic', 'google')
    expect(await told(ask('anthropic', '/v1beta/models/g:generateContent', {}, google))).toEqual([
      401,
      {
        error: { code: 401, status: 'UNAUTHENTICATED', message: expect.stringContaining('no credentials for Google') },
      },
    ])
    expect(models.endpoint('google')).toBeUndefined()
    models.renew([])
    const headers = { authorization: `Bearer ${token}` }
    expect(await told(fetch(`${baseUrl}/v1/messages`, { method: 'POST', headers }))).toMatchObject([
      401,
      { error: { type: 'authentication_error' } },
    ])
  })
})

describe('it is no open door', () => {
  test('only below the base address, only for programs with a token, and no redirect is followed', async () => {
    await open([endpointSecret('openai')])
    const { baseUrl, token } = at('openai')
    const { port } = new URL(baseUrl)
    const raw = async (path: string, headers = ''): Promise<string> => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.write(
        `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n${headers}connection: close\r\n\r\n`,
      )
      let text = ''
      for await (const piece of socket) text += String(piece)
      return text.slice(9, 12)
    }
    for (const path of [
      '/openai/v1/../../secret',
      '/openai/v1/%2e%2e/x',
      '/openai/v1/a%2f..%2f..%2fx',
      '/openai/v1/%252e%252e/x',
      '/openai/v1/..%5cx',
      '/openai/x',
      '/openai',
      '/',
      'http://example.com/openai/v1/x',
      '//openai/v1/x',
    ])
      expect([path, await raw(path)]).toEqual([path, '404'])
    expect(await raw('/openai/v1/models', 'origin: http://localhost\r\n')).toBe('403')
    expect(seen).toEqual([])
    expect(await raw('/openai/v1//models')).toBe('200')
    expect(seen.map(({ url }) => url)).toEqual(['/below/v1//models'])
    reply = (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
    expect(await (await ask('openai', '/models')).json()).toMatchObject({
      error: { message: expect.stringContaining('redirect, which Drover does not follow') },
    })
  })

  test('a key that a provider repeats is taken out, in headers and across the edges of what it sends', async () => {
    await open([endpointSecret('openai')])
    reply = (request, response) => {
      response.writeHead(401, { 'content-type': 'application/json', 'x-asked': request.headers.authorization })
      response.write('{"error":{"message":"Incorrect API key provided: real-ope')
      setImmediate(() => response.end('nai-key."}}'))
    }
    const answer = await ask('openai', '/responses')
    expect(answer.status).toBe(401)
    expect(answer.headers.get('x-asked')).toBe('Bearer [key]')
    expect(await answer.json()).toEqual({ error: { message: 'Incorrect API key provided: [key].' } })
  })
})

describe('bounds and ends', () => {
  test('who goes away ends the request at the provider, and a provider that goes away ends the answer', async () => {
    await open([endpointSecret('openai')])
    let gone = false
    reply = (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      request.socket.once('close', () => (gone = true))
    }
    const ending = new AbortController()
    const answer = await ask('openai', '/responses', { signal: ending.signal })
    ending.abort()
    await untilSeen(() => gone)
    await expect(answer.text()).rejects.toThrow()
    reply = (_request, response) => response.writeHead(200).write('half', () => response.destroy())
    await expect((await ask('openai', '/responses')).text()).rejects.toThrow()
  })

  test('a run that is closed ends its requests, and its token is worth nothing', async () => {
    await open([endpointSecret('openai')])
    const { baseUrl, token } = at('openai')
    reply = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    const answer = await ask('openai', '/responses')
    models.close()
    await expect(answer.text()).rejects.toThrow()
    expect(
      (await fetch(`${baseUrl}/responses`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status,
    ).toBe(401)
  })

  test('so many requests at once, bodies so large, and a provider that is silent', async () => {
    await open([endpointSecret('openai')], { times: { ...times, headersMs: 1_000 } })
    const waiting: ServerResponse[] = []
    reply = (_request, response) => waiting.push(response)
    const asked = Array.from({ length: mostOpen }, () => ask('openai', '/responses'))
    await untilSeen(() => waiting.length === mostOpen)
    const more = await ask('openai', '/responses')
    expect([more.status, more.headers.get('retry-after')]).toEqual([429, '1'])
    waiting.splice(0, mostOpen - 1).forEach((response) => response.end('{}'))
    const statuses = (await Promise.all(asked)).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([...Array.from({ length: mostOpen - 1 }, () => 200), 504])
    const { baseUrl, token } = at('openai')
    const large = httpRequest(`${baseUrl}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-length': 64 * 1024 * 1024 + 1 },
    })
    large.on('error', () => {})
    large.flushHeaders()
    const [answer] = (await once(large, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(413)
    large.destroy()
  })
})

describe('which server, which model', () => {
  test('an endpoint that lists its models is asked for one of them', async () => {
    await open([
      endpointSecret('openai', { models: ['small', 'large'] }),
      secret('model_endpoint', { api: 'openai', baseUrl: `${base}/other/v1`, models: ['third'] }, 'B'),
      endpointSecret('google', { models: ['g-1'] }),
      secret('openai_key', 'sk-real', 'C'),
    ])
    for (const model of ['large', 'gpt-x', 'third'])
      await ask('openai', '/responses', { body: JSON.stringify({ model, input: 'ü' }) })
    await ask('openai', '/responses', { body: 'no json' })
    await ask('google', '/v1beta/models/gemini-x:generateContent?alt=sse')
    expect(seen.map(({ url, body }) => `${url} ${body}`)).toEqual([
      '/below/v1/responses {"model":"large","input":"ü"}',
      '/below/v1/responses {"model":"small","input":"ü"}',
      '/other/v1/responses {"model":"third","input":"ü"}',
      '/below/v1/responses no json',
      '/below/v1beta/models/g-1:generateContent?alt=sse {"model":"m"}',
    ])
  })

  test('each server can be asked by itself, and so can the provider', async () => {
    await open([
      endpointSecret('openai', { models: ['small', { id: 'large', context: 4096 }] }),
      secret('model_endpoint', { api: 'openai', baseUrl: `${base}/other/v1`, key: 'k' }, 'B_2'),
      secret('openai_key', 'sk-real', 'C'),
      secret('google_key', 'g-real', 'D'),
    ])
    const all = models.all?.() ?? []
    expect(all.map(({ api, own }) => [api, own])).toEqual([
      ['openai', { name: 'A', models: [{ id: 'small' }, { id: 'large', context: 4096 }] }],
      ['openai', { name: 'B_2', models: [] }],
      ['openai', undefined],
      ['google', undefined],
    ])
    for (const one of all.slice(0, 2)) await ask('openai', '/responses', { body: '{"model":"gpt-x"}' }, one.baseUrl)
    expect(seen.map(({ url, body }) => `${url} ${body}`)).toEqual([
      '/below/v1/responses {"model":"small"}',
      '/other/v1/responses {"model":"gpt-x"}',
    ])
    expect((await ask('openai', '/responses', {}, at('openai').baseUrl.replace('openai', 'openai~NONE'))).status).toBe(
      401,
    )
  })

  test('the next turn brings other keys to the same place', async () => {
    await open([endpointSecret('openai')])
    const before = at('openai')
    models.renew([endpointSecret('openai', { key: 'rotated' })])
    expect(at('openai')).toEqual(before)
    await ask('openai', '/responses')
    expect(seen[0]?.headers.authorization).toBe('Bearer rotated')
  })

  test('a proxy of this machine is used for what is not on this machine', async () => {
    const through: string[] = []
    const proxy = createServer()
    proxy.on('request', (request: IncomingMessage, response: ServerResponse) => {
      through.push(request.url ?? '')
      response.setHeader('content-type', 'application/json').end('{}')
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    await open([endpointSecret('openai', { baseUrl: 'http://provider.test/v1' }), endpointSecret('anthropic')], {
      hostEnv: { HTTP_PROXY: address },
    })
    expect((await ask('openai', '/responses')).status).toBe(200)
    expect((await ask('anthropic', '/v1/messages')).status).toBe(200)
    expect(through).toEqual(['http://provider.test/v1/responses'])
    proxy.closeAllConnections()
    proxy.close()
  })
})
