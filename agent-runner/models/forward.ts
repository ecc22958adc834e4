import type { IncomingMessage, ServerResponse } from 'node:http'
import { Transform, type Readable } from 'node:stream'
import { request as undiciRequest, type Dispatcher } from 'undici'
import { codeOf } from '../log.ts'
import type { ModelApi, ModelCallUsage } from './endpoints.ts'
import { withModel } from './model-names.ts'
import { errorBody, keyHeaders, providers, routeModel, type Upstream } from './providers.ts'
import { createScrub } from './scrub.ts'
import { createUsageReader } from './usage-reader.ts'

/** Larger than any provider takes. */
export const bodyLimit = 64 * 1024 * 1024
const bodyLimitText = '64 MB'

/** A refusal of the proxy's own. `message` is a sentence for the agent and its person. */
export class ProxyRefusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Of one connection alone (RFC 9110, 7.6.1), set anew, or somebody's identity, which is not the provider's business. */
const keptBack = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'host',
  'expect',
  'cookie',
  'set-cookie',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  // What is packed can't be read along, nor looked through for the key.
  'accept-encoding',
])

/**
 * Passes a request on to its provider with the real key, and the answer back, both as they come. @throws ProxyRefusal, and what undici throws
 */
export async function forward({
  request,
  response,
  api,
  path,
  upstreams,
  dispatcher,
  times,
  signal,
  onUsage,
}: {
  request: IncomingMessage
  response: ServerResponse
  api: ModelApi
  /** Behind the base address, with its query. */
  path: string
  upstreams: readonly Upstream[]
  dispatcher: Dispatcher
  times: { headersMs: number; silenceMs: number }
  signal: AbortSignal
  onUsage: (usage: ModelCallUsage) => void
}): Promise<void> {
  const outgoing = await readRequest(request, { api, path, upstreams })
  const { upstream } = outgoing
  const url = addressOf(upstream, outgoing.path)
  const answer = await undiciRequest(url, {
    dispatcher,
    method: methodOf(request.method),
    headers: { ...passable(request.headers, outgoing.length), 'accept-encoding': 'identity', ...keyHeaders(upstream) },
    body: outgoing.body,
    signal,
    headersTimeout: times.headersMs,
    bodyTimeout: times.silenceMs,
  })
  if (answer.statusCode >= 300 && answer.statusCode < 400 && answer.statusCode !== 304) {
    answer.body.on('error', () => {}).destroy()
    throw new ProxyRefusal(
      502,
      `${nameOf(upstream)} answered with a redirect, which Drover does not follow. Put the address that it leads to into the endpoint’s secret.`,
    )
  }
  const scrub = createScrub(upstream.key)
  response.writeHead(answer.statusCode, cleanHeaders(answer.headers, upstream.key))
  response.flushHeaders()
  const type = String(answer.headers['content-type'] ?? '')
  const usage = answer.statusCode < 300 && /json|event-stream/.test(type) ? createUsageReader(api, type) : undefined
  try {
    await passBody(answer.body, response, { scrub, read: (bytes) => usage?.push(bytes) })
  } finally {
    const used = usage?.read()
    if (used !== undefined) onUsage(used)
  }
}

/** What goes out: as it comes, but where its model has to be known, which is read whole. */
async function readRequest(
  request: IncomingMessage,
  { api, path, upstreams }: { api: ModelApi; path: string; upstreams: readonly Upstream[] },
): Promise<{ upstream: Upstream; path: string; body: Readable | Buffer | null; length: number | undefined }> {
  const said = Number(request.headers['content-length'] ?? 0)
  if (said > bodyLimit) throw tooLarge()
  const hasBody = said > 0 || request.headers['transfer-encoding'] !== undefined
  if (!upstreams.some(({ models }) => models.length > 0)) {
    const upstream = known(api, routeModel(upstreams, undefined)).upstream
    return { upstream, path, body: hasBody ? limited(request) : null, length: undefined }
  }
  const body = hasBody ? await readWhole(request) : undefined
  const asked = withModel({ api, path, body })
  const { upstream, model } = known(api, routeModel(upstreams, asked.model))
  const named = model === undefined || model === asked.model ? { path, body } : asked.rename(model)
  return { upstream, path: named.path, body: named.body ?? null, length: named.body?.byteLength ?? 0 }
}

function known<T>(api: ModelApi, value: T | undefined): T {
  if (value !== undefined) return value
  throw new ProxyRefusal(
    401,
    `This run has no credentials for ${providers[api].name}. Add a key or an endpoint in Settings, Secrets, and start the turn again.`,
  )
}

/** @throws ProxyRefusal for what would leave the base address. */
function addressOf({ baseUrl }: Upstream, path: string): URL {
  const url = new URL(`${baseUrl}${path}`)
  const base = new URL(baseUrl)
  const below = base.pathname === '/' ? '/' : `${base.pathname}/`
  // A server behind it may decode once more than this one did.
  let plain = url.pathname
  for (let round = 0; round < 3; round++) plain = decoded(plain)
  const climbs = plain.split(/[/\\]/).some((part) => part === '..' || part === '.')
  if (url.origin !== base.origin || !url.pathname.startsWith(below) || climbs)
    throw new ProxyRefusal(404, 'There is nothing at this path.')
  // Google's other way to give a key.
  if (url.searchParams.has('key')) url.searchParams.delete('key')
  return url
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] as const

function methodOf(method: string | undefined): (typeof methods)[number] {
  const known = methods.find((one) => one === method)
  if (known === undefined) throw new ProxyRefusal(404, 'There is nothing for this method.')
  return known
}

function passable(headers: IncomingMessage['headers'], length: number | undefined): Record<string, string | string[]> {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()))
  const passed = Object.entries(headers).flatMap(([name, value]): [string, string | string[]][] =>
    value === undefined || keptBack.has(name) || named.has(name) ? [] : [[name, value]],
  )
  const all = Object.fromEntries(passed)
  if (length !== undefined) {
    delete all['content-length']
    if (length > 0) all['content-length'] = String(length)
  }
  return all
}

function cleanHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  key: string | undefined,
): Record<string, string | string[]> {
  const clean = (value: string): string => (key === undefined ? value : value.replaceAll(key, '[key]'))
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      // The length changes where a key is taken out, so it is told by the chunks.
      if (value === undefined || keptBack.has(name) || name === 'content-length') return []
      return [[name, typeof value === 'string' ? clean(value) : value.map(clean)]]
    }),
  )
}

function limited(request: IncomingMessage): Readable {
  let size = 0
  const limit = new Transform({
    transform(piece: Buffer, _encoding, done) {
      size += piece.byteLength
      if (size > bodyLimit) done(tooLarge())
      else done(null, piece)
    },
  })
  request.once('error', (error) => limit.destroy(error))
  return request.pipe(limit)
}

async function readWhole(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request) {
    if (!Buffer.isBuffer(piece)) continue
    size += piece.byteLength
    if (size > bodyLimit) throw tooLarge()
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function tooLarge(): ProxyRefusal {
  return new ProxyRefusal(413, `The request is larger than ${bodyLimitText}, which is the most that Drover passes on.`)
}

function passBody(
  body: Readable,
  response: ServerResponse,
  { scrub, read }: { scrub: ReturnType<typeof createScrub>; read: (bytes: Buffer) => void },
): Promise<void> {
  return new Promise((resolve, reject) => {
    response.once('close', () => {
      body.destroy()
      resolve()
    })
    body.on('data', (bytes: Buffer) => {
      const clean = scrub.push(bytes)
      if (clean.byteLength > 0 && !response.write(clean)) {
        body.pause()
        response.once('drain', () => body.resume())
      }
      read(bytes)
    })
    body.once('error', reject)
    body.once('end', () => response.end(scrub.end(), () => resolve()))
  })
}

export function nameOf({ api, own, baseUrl }: Upstream): string {
  return own !== undefined ? `The endpoint ${new URL(baseUrl).host}` : providers[api].name
}

/** What the agent is told when a provider could not be asked. */
export function refusalOf(error: unknown, where: string): ProxyRefusal {
  if (error instanceof ProxyRefusal) return error
  const code = codeOf(error) ?? codeOf(error instanceof Error ? error.cause : undefined)
  switch (code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
    case 'ETIMEDOUT':
      return new ProxyRefusal(504, `${where} did not answer in time.`)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ProxyRefusal(502, `${where} can’t be reached: its name is not found. Look at the runner’s network.`)
    case 'ECONNREFUSED':
      return new ProxyRefusal(502, `${where} can’t be reached: nothing listens there.`)
    default:
      return new ProxyRefusal(502, `${where} can’t be reached${code === undefined ? '' : ` (${code})`}.`)
  }
}

/** Answers in the shape of the provider; an answer that has begun can only be broken off. */
export function refuse(response: ServerResponse, api: ModelApi, { status, message }: ProxyRefusal): void {
  if (response.destroyed) return
  if (response.headersSent) return void response.destroy()
  const headers = {
    'content-type': 'application/json',
    // Heard by the libraries of Anthropic and OpenAI: a second try would end the same.
    ...(status === 401 || status === 413 ? { 'x-should-retry': 'false' } : {}),
    ...(status === 429 ? { 'retry-after': '1' } : {}),
    ...(status === 413 ? { connection: 'close' } : {}),
  }
  response.writeHead(status, headers).end(errorBody(api, status, message))
  response.req.resume()
}
