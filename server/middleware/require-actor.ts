import type { MiddlewareHandler } from 'hono'
import type { Auth } from '../auth/create-auth.ts'
import type { Environment } from './environment.ts'
import { refuseSignedOut } from './errors.ts'

/** Lets only signed-in people through, and leaves who it is in `c.var.actor`. */
export function requireActor(auth: Pick<Auth, 'getActor'>): MiddlewareHandler<Environment> {
  return async (c, next) => {
    const actor = await auth.getActor(c.req.raw)
    if (!actor) return refuseSignedOut(c)
    c.set('actor', actor)
    return await next()
  }
}
