import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { refusal } from '#shared/refusal.ts'
import { refuse } from './errors.ts'

/** A form, a key's name, a passkey's answer. */
export const SMALL_BODY = 64 * 1024

/** Refuses a body beyond `bytes` with 413, by its length or, where none is given, once that much has come. */
export function limitBody(bytes: number): MiddlewareHandler {
  return bodyLimit({
    maxSize: bytes,
    onError: (c) => refuse(c, refusal('too_large', `The request is larger than ${Math.floor(bytes / 1024)} KB.`)),
  })
}
