import { z } from 'zod'

/** Why a model did not answer, and what that means for the next try. */
export interface Fault {
  readonly kind:
    | 'auth' /* the key is refused */
    | 'limit' /* too much was asked of it lately, or it is overloaded */
    | 'server' /* an error of its own */
    | 'network' /* not reached, silent, or broken off */
    | 'context' /* the conversation is too long for it */
    | 'request' /* what was sent is wrong for it, and stays wrong */
  /** What the server asks to wait. */
  readonly waitMs?: number | undefined
  /** What it said, in one line. */
  readonly text: string
}

const Told = z.looseObject({
  message: z.string().optional().catch(undefined),
  statusCode: z.number().optional().catch(undefined),
  type: z.string().optional().catch(undefined),
  code: z.union([z.string(), z.number()]).optional().catch(undefined),
  isRetryable: z.boolean().optional().catch(undefined),
  responseHeaders: z.record(z.string(), z.string()).optional().catch(undefined),
  responseBody: z.string().optional().catch(undefined),
  cause: z.unknown().optional(),
})

const contextWords =
  /context[ _-]?(?:length|window|size)|prompt is too long|maximum context|too many (?:input )?tokens|input token count|exceed\w* (?:the )?(?:model'?s )?(?:maximum|context|token)/i

/** @param error as the AI SDK throws it or tells it in a stream: of an HTTP answer, of the provider's own stream, or of the network. */
export function faultOf(error: unknown, now: number): Fault {
  const read = Told.safeParse(error)
  if (!read.success) return { kind: 'network', text: oneLine(String(error)) }
  const { statusCode, type, code, responseHeaders, responseBody, isRetryable, cause } = read.data
  const message = read.data.message ?? ''
  const text = oneLine(message === '' ? (responseBody ?? 'no reason was given') : message)
  const status = statusCode ?? (typeof code === 'number' ? code : undefined)
  const words = `${type ?? ''} ${typeof code === 'string' ? code : ''}`
  const waitMs = waitOf(responseHeaders ?? {}, now)
  if (
    (status === undefined || status === 400 || status === 413) &&
    contextWords.test(`${words} ${text} ${responseBody ?? ''}`)
  )
    return { kind: 'context', text }
  // Waiting doesn't fill an account.
  if (/insufficient_quota|credit balance|billing/i.test(`${words} ${text}`))
    return { kind: 'limit', text, waitMs: Number.POSITIVE_INFINITY }
  if (
    status === 401 ||
    status === 403 ||
    /API key not valid|API_KEY_INVALID/.test(text) ||
    /authentication_error|permission_error|invalid_api_key/.test(words)
  )
    return { kind: 'auth', text }
  if (status === 429 || status === 529 || /rate_limit|overloaded|insufficient_quota|RESOURCE_EXHAUSTED/i.test(words))
    return { kind: 'limit', text, waitMs }
  if (status === 408 || status === 409) return { kind: 'network', text, waitMs }
  if (status !== undefined && status >= 500) return { kind: 'server', text, waitMs }
  if (status !== undefined && status >= 400) return { kind: 'request', text }
  if (type !== undefined && /api_error|server_error|internal/i.test(type)) return { kind: 'server', text, waitMs }
  if (isRetryable === false && cause === undefined && status !== undefined) return { kind: 'request', text }
  const why = Told.safeParse(cause)
  const deeper = why.success ? [why.data.code, why.data.message].filter((one) => one !== undefined).join(' ') : ''
  return {
    kind: 'network',
    text: deeper === '' || text.includes(deeper) ? text : oneLine(`${text} (${deeper})`),
    waitMs,
  }
}

/** `retry-after-ms`, or `retry-after` as seconds or as a date. */
function waitOf(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const ms = Number(headers['retry-after-ms'] ?? Number.NaN)
  if (Number.isFinite(ms) && ms >= 0) return ms
  const given = headers['retry-after']
  if (given === undefined) return undefined
  const seconds = Number(given)
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(given) - now
  return Number.isFinite(wait) && wait >= 0 ? wait : undefined
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 300)
}
