import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Refusal } from '#shared/refusal.ts'
import type { Result } from '#shared/result.ts'
import { refuse } from '../middleware/errors.ts'

/** The value as JSON (`{}` for none), or the refusal. */
export function answer<T extends object | void>(
  c: Context,
  result: Result<T, Refusal>,
  status: ContentfulStatusCode = 200,
): Response {
  return result.ok ? c.json(result.value ?? {}, status) : refuse(c, result.error)
}

/** Hands the cookies that better-auth has set on to the browser. Its body, which holds the session's token, stays here. */
export function passCookies(c: Context, from: Response): void {
  for (const cookie of from.headers.getSetCookie()) c.header('set-cookie', cookie, { append: true })
}
