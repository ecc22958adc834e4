import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { imageBytesLimit } from '#shared/domain/plan-image.ts'
import { refusal } from '#shared/refusal.ts'
import { refuse } from './errors.ts'

/** A form, a key's name, a passkey's answer. */
export const SMALL_BODY = 64 * 1024
/** The longest message, in any script. */
export const GUEST_PROMPT = 512 * 1024
/** A sealed value of the longest secret. */
export const SECRET_BODY = 320 * 1024
/** A plan as Markdown: a million units of UTF-16, in any script, as JSON. */
export const PLAN_BODY = 4 * 1024 * 1024
/** A picture; the limit itself is `imageBytesLimit`. */
export const IMAGE_BODY = imageBytesLimit
/** What a device says to a plan's room at once, with what it has. */
export const PLAN_SYNC_BODY = 1_088 * 1024

/**
 * Refuses a body beyond `bytes` with 413. Where the length is given, Node's parser holds the body to it, and the header is enough:
 * looking at the body here would make a web stream of it, which costs a push a third of its time. Else once that much has come.
 */
export function limitBody(bytes: number): MiddlewareHandler {
  const tooLarge = (c: Context): Response =>
    refuse(c, refusal('too_large', `The request is larger than ${Math.floor(bytes / 1024)} KB.`))
  const counted = bodyLimit({ maxSize: bytes, onError: tooLarge })
  return async (c, next) => {
    const length = c.req.header('content-length')
    if (length === undefined || c.req.header('transfer-encoding') !== undefined) return await counted(c, next)
    return Number(length) > bytes ? tooLarge(c) : await next()
  }
}
