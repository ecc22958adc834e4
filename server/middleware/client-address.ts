import type { MiddlewareHandler } from 'hono'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Environment } from './environment.ts'

const local = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

/**
 * The address of the client, for rate limits and the list of devices. Only a proxy on this very machine is believed when it says whom it
 * speaks for; of what it passes on, the last entry is its own.
 */
export const clientAddress: MiddlewareHandler<Environment> = async (c, next) => {
  const peer = peerAddress(() => getConnInfo(c).remote.address)
  const forwarded = local.has(peer) ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined
  c.set('address', (forwarded || peer).replace(/^::ffff:/, '').slice(0, 64))
  await next()
}

/** There is no socket when a request is handed in directly, as in tests. */
function peerAddress(read: () => string | undefined): string {
  try {
    return read() ?? 'unknown'
  } catch {
    return 'unknown'
  }
}
