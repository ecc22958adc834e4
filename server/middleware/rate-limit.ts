import type { MiddlewareHandler } from 'hono'
import type { Limit, RateLimits } from '../auth/rate-limits.ts'
import type { Environment } from './environment.ts'
import { refuseTooFast } from './errors.ts'

/** Counts every request of one address against `limit`. */
export function limitRate(rateLimits: RateLimits, limit: Limit): MiddlewareHandler<Environment> {
  return async (c, next) => {
    const seconds = await rateLimits.take(limit, c.var.address)
    return seconds === undefined ? await next() : refuseTooFast(c, seconds)
  }
}
