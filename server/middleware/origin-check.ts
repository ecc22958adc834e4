import type { MiddlewareHandler } from 'hono'
import { refusal } from '#shared/refusal.ts'
import { isLoopback, loopbackHosts } from '../auth/addresses.ts'
import { refuse } from './errors.ts'

const reading = new Set(['GET', 'HEAD', 'OPTIONS'])

export type OriginChecks = ReturnType<typeof createOriginChecks>

/**
 * Who may speak to this server, by the two headers that a page can't forge. Against requests from other sites (CSRF, sockets opened
 * from elsewhere) the Origin, and against names that were pointed at this machine (DNS rebinding) the Host.
 */
export function createOriginChecks(options: { readonly publicUrl: URL; readonly port: number | (() => number) }) {
  const { publicUrl } = options
  const port = (): string => String(typeof options.port === 'number' ? options.port : options.port())

  /** Browsers always send an Origin with a socket's upgrade and with what changes state; programs with a key need none. */
  function isAllowedOrigin(source: Request | Headers): boolean {
    const headers = source instanceof Headers ? source : source.headers
    const origin = headers.get('origin')
    if (origin !== null) return origin === publicUrl.origin
    return headers.get('cookie') === null
  }

  function isAllowedHost(source: Request | Headers): boolean {
    const headers = source instanceof Headers ? source : source.headers
    const host = headers.get('host')?.toLowerCase()
    if (host === undefined || host === publicUrl.host || loopbackHosts(port()).includes(host)) return true
    // A program with a key reached us by a name of its own, such as that of a container's host. A page that was lured here has no key.
    return (
      headers.get('origin') === null &&
      headers.get('cookie') === null &&
      (headers.get('authorization') ?? '').startsWith('Bearer ')
    )
  }

  const hosts: MiddlewareHandler = async (c, next) =>
    isAllowedHost(c.req.raw)
      ? await next()
      : refuse(
          c,
          refusal(
            'not_allowed',
            `This server answers at ${publicUrl.origin} only. Start it with --public-url to change that.`,
          ),
          421,
        )

  const origins: MiddlewareHandler = async (c, next) => {
    const { headers, method } = c.req.raw
    if (!reading.has(method) && !isAllowedOrigin(headers)) {
      return refuse(c, refusal('not_allowed', `This request comes from another site than ${publicUrl.origin}.`))
    }
    // The cookie and the passkeys belong to one name: whoever came by another name of this machine is sent there.
    const host = headers.get('host')?.toLowerCase()
    if (
      method === 'GET' &&
      isLoopback(publicUrl) &&
      host !== undefined &&
      host !== publicUrl.host &&
      headers.get('sec-fetch-mode') === 'navigate'
    ) {
      const { pathname, search } = new URL(c.req.url)
      return c.redirect(`${publicUrl.origin}${pathname}${search}`, 302)
    }
    return await next()
  }

  return { isAllowedOrigin, isAllowedHost, hosts, origins }
}
