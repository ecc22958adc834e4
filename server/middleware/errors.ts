import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { refusal } from '#shared/refusal.ts'
import type { Refusal, RefusalCode } from '#shared/refusal.ts'
import type { Reachability } from '../db/reachability.ts'

/** The body of every answer that is not a success. `error` is a sentence for a person. */
export type Problem = { readonly error: string; readonly refusal?: Refusal; readonly retryAfterSeconds?: number }

const statuses: Record<RefusalCode, ContentfulStatusCode> = {
  not_allowed: 403,
  not_found: 404,
  invalid: 400,
  too_large: 413,
  too_many: 409,
  already_answered: 409,
  stale: 409,
  expired: 410,
  run_ended: 409,
  run_busy: 409,
  no_runner: 409,
  conflict: 409,
  unknown_mutation: 400,
  protocol_too_old: 426,
  rate_limited: 429,
  internal: 500,
}

const sentences: Record<RefusalCode, string> = {
  not_allowed: 'Your role does not allow that.',
  not_found: 'There is no such thing here.',
  invalid: 'The request is not valid.',
  too_large: 'The request is too large.',
  too_many: 'There are too many already.',
  already_answered: 'Somebody answered already.',
  stale: 'This has changed in the meantime.',
  expired: 'This has expired.',
  run_ended: 'The run has ended.',
  run_busy: 'The run is busy.',
  no_runner: 'No runner can take this.',
  conflict: 'This is in conflict with what is here.',
  unknown_mutation: 'This app is newer than the server.',
  protocol_too_old: 'This app is too old for the server. Reload it.',
  rate_limited: 'Too many tries.',
  internal: 'Something failed on the server. Its log says what.',
}

/** What a request is answered with, whichever way it came. */
export type Answer<Body> = {
  readonly status: ContentfulStatusCode
  readonly body: Body
  /** When the same request can succeed. */
  readonly retryAfterSeconds?: number
}

/** An answer by HTTP. */
export function send<Body extends object>(c: Context, { status, body, retryAfterSeconds }: Answer<Body>): Response {
  if (retryAfterSeconds !== undefined) c.header('retry-after', String(retryAfterSeconds))
  return c.json(body, status)
}

/** A refusal as an answer; the status follows from its code. */
export function toProblem(why: Refusal, status = statuses[why.code]): Answer<Problem> {
  return { status, body: { error: why.detail ?? sentences[why.code], refusal: why } }
}

export const signedOut = toProblem(refusal('not_allowed', 'Sign in first.'), 401)

export function refuse(c: Context, why: Refusal, status?: ContentfulStatusCode): Response {
  return send(c, toProblem(why, status))
}

export function refuseSignedOut(c: Context): Response {
  return send(c, signedOut)
}

export function refuseTooFast(c: Context, seconds: number): Response {
  const body: Problem = {
    error: `Too many tries. Wait ${inWords(seconds)}, then try again.`,
    refusal: refusal('rate_limited'),
    retryAfterSeconds: seconds,
  }
  return send(c, { status: 429, body, retryAfterSeconds: seconds })
}

const unreachable = (trouble: string | undefined): Answer<Problem> => ({
  status: 503,
  body: { error: trouble ?? "The database can't be reached. Try again in a moment." },
  retryAfterSeconds: 2,
})

/** The database is not there; the same request can succeed when it is. */
export function refuseUnreachable(c: Context, trouble: string | undefined): Response {
  return send(c, unreachable(trouble))
}

export type FailureDeps = {
  readonly log: { error(facts: object, message: string): void }
  readonly reachability: Pick<Reachability, 'took' | 'trouble'>
}

/** One line in the log, and nothing of the cause in the answer, but that the database is lost. */
export function toFailure(
  deps: FailureDeps,
  request: { method: string; path: string },
  error: unknown,
): Answer<Problem> {
  if (deps.reachability.took(error)) return unreachable(deps.reachability.trouble())
  const told = error instanceof Error ? { error: error.message, stack: error.stack } : { error: String(error) }
  deps.log.error({ ...request, ...told }, 'a request failed')
  return toProblem(refusal('internal'))
}

/** For `app.onError`. */
export function handleErrors(deps: FailureDeps): ErrorHandler {
  return (error, c) => {
    if (error instanceof HTTPException && error.status < 500) {
      return refuse(c, refusal('invalid', error.message || undefined), error.status)
    }
    return send(c, toFailure(deps, { method: c.req.method, path: withoutSecret(c.req.path) }, error))
  }
}

/** The path of a shared run's link opens it to whoever reads the log. */
function withoutSecret(path: string): string {
  return path.replace(/(\/shared\/[^/]*\/)[^/]+/, '$1…')
}

/** For `/api/*`: what no route has answered. */
export const unknownRoute: NotFoundHandler = (c) =>
  refuse(c, refusal('not_found', `There is no ${c.req.method} ${c.req.path}.`))

function inWords(seconds: number): string {
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
}
