import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { z } from 'zod'
import type { RefusalLog } from '../refusal-log.ts'
import type { Environment } from './environment.ts'

const Said = z.object({ error: z.string() })

/** Tells the log of what `/api` refuses; what failed on our side has its own line. */
export function noteRefused(refusals: RefusalLog): MiddlewareHandler<Environment> {
  return async (c, next) => {
    await next()
    const { status } = c.res
    if (status < 400 || status >= 500 || !c.req.path.startsWith('/api/')) return
    const said = Said.safeParse(
      await c.res
        .clone()
        .json()
        .catch(() => undefined),
    )
    refusals.note({
      method: c.req.method,
      path:
        matchedRoutes(c).findLast((route) => route.method !== 'ALL' && route.path.startsWith('/api/'))?.path ??
        '/api/*',
      status,
      address: c.var.address,
      why: said.success ? said.data.error : '',
    })
  }
}
