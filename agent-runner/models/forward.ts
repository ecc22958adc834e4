import type { IncomingMessage, ServerResponse } from 'node:http'
import { Transform, type Readable } from 'node:stream'
import { request as undiciRequest, type Dispatcher } from 'undici'
import type { ModelApi, ModelCallUsage } from './endpoints.ts'
import { bedrockModel, withModel } from './model-names.ts'
import { addressOf, cleanHeaders, methodOf, passable } from './passed-parts.ts'
import { keyHeaders, providers, routeModel, type Upstream } from './providers.ts'
import { nameOf, ProxyRefusal } from './refusals.ts'
import { createScrub } from './scrub.ts'
import { awsHeaders } from './sign-aws.ts'
import { createUsageReader } from './usage-reader.ts'

/** Larger than any provider takes. */
export const bodyLimit = 64 * 1024 * 1024
const bodyLimitText = '64 MB'

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
  const method = methodOf(request.method)
  const signed = await awsHeaders(upstream, { method, url, body: wholeOf(outgoing.body) })
  const answer = await undiciRequest(url, {
    dispatcher,
    method,
    headers: {
      ...passable(request.headers, outgoing.length),
      'accept-encoding': 'identity',
      ...keyHeaders(upstream),
      ...signed,
    },
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
  const usage = answer.statusCode < 300 && /json|event-?stream/.test(type) ? createUsageReader(api, type) : undefined
  try {
    await passBody(answer.body, response, { scrub, read: (bytes) => usage?.push(bytes) })
  } finally {
    const used = usage?.read()
    // Amazon's answers don't say which model gave them.
    if (used !== undefined) onUsage(api === 'bedrock' ? { ...used, model: bedrockModel(path) ?? '' } : used)
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
  if (!upstreams.some(({ models, aws }) => models.length > 0 || aws?.pair !== undefined)) {
    const upstream = known(api, routeModel(upstreams, undefined)).upstream
    return { upstream, path, body: hasBody ? limited(request) : null, length: undefined }
  }
  const body = hasBody ? await readWhole(request) : undefined
  const asked = withModel({ api, path, body })
  const { upstream, model } = known(api, routeModel(upstreams, asked.model))
  const named = model === undefined || model === asked.model ? { path, body } : asked.rename(model)
  return { upstream, path: named.path, body: named.body ?? null, length: named.body?.byteLength ?? 0 }
}

function wholeOf(body: Readable | Buffer | null): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

function known<T>(api: ModelApi, value: T | undefined): T {
  if (value !== undefined) return value
  throw new ProxyRefusal(
    401,
    `This run has no credentials for ${providers[api].name}. Add a key or an endpoint in Settings, Secrets, and start the turn again.`,
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
