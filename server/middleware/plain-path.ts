import type { MiddlewareHandler } from 'hono'
import { unknownRoute } from './errors.ts'

/** Nothing here is named with a NUL, and PostgreSQL, which can't hold one, would take the question for a failure. */
export const plainPath: MiddlewareHandler = async (c, next) =>
  /\0|%00/.test(c.req.path) ? unknownRoute(c) : await next()
