import type { MiddlewareHandler } from 'hono'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Environment } from './environment.ts'

const local = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1'])

/**
 * The address of the client, for rate limits and the list of devices. Only a proxy on this very machine is believed when it says whom it
 * speaks for; of what it passes on, the last entry is its own.
 */
export const clientAddress: MiddlewareHandler<Environment> = async (c, next) => {
  c.set(
    'address',
    toClientAddress(
      peerAddress(() => getConnInfo(c).remote.address),
      c.req.header('x-forwarded-for'),
    ),
  )
  await next()
}

export function toClientAddress(peer: string, forwardedFor: string | undefined): string {
  const forwarded = local.has(peer) ? forwardedFor?.split(',').at(-1)?.trim() : undefined
  return (forwarded || peer).replace(/^::ffff:/, '').slice(0, 64)
}

/** There is no socket when a request is handed in directly, as in tests. */
function peerAddress(read: () => string | undefined): string {
  try {
    return read() ?? 'unknown'
  } catch {
    return 'unknown'
  }
}
