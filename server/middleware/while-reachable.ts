import type { MiddlewareHandler } from 'hono'
import type { Reachability } from '../db/reachability.ts'
import { refuseUnreachable } from './errors.ts'

/** Answers at once while the database is gone, instead of after each request has waited for a connection. */
export function whileReachable(reachability: Pick<Reachability, 'trouble'>): MiddlewareHandler {
  return async (c, next) => {
    const trouble = reachability.trouble()
    return trouble === undefined ? await next() : refuseUnreachable(c, trouble)
  }
}
