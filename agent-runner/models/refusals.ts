import type { ServerResponse } from 'node:http'
import { codeOf } from '../log.ts'
import type { ModelApi } from './endpoints.ts'
import { errorBody, providers, type Upstream } from './providers.ts'

/** A refusal of the proxy's own. `message` is a sentence for the agent and its person. */
export class ProxyRefusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
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
