import type { MiddlewareHandler } from 'hono'
import { isLoopback } from '../auth/addresses.ts'

/**
 * What browsers may do with our pages. Scripts and styles come from our own files only; `wasm-unsafe-eval` lets the shell parser and the
 * highlighter compile their WebAssembly; style attributes colour code. `same-origin` and not `no-referrer`, with which browsers send
 * `Origin: null` and would fail our own check.
 */
export function securityHeaders(publicUrl: URL): MiddlewareHandler {
  const isSecure = publicUrl.protocol === 'https:'
  const socket = `${isSecure ? 'wss' : 'ws'}://${publicUrl.host}`
  const policy = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self' ${socket}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
  const headers: readonly (readonly [string, string])[] = [
    ['content-security-policy', policy],
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
    ['referrer-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    [
      'permissions-policy',
      'camera=(), microphone=(), geolocation=(), payment=(), publickey-credentials-get=(self), publickey-credentials-create=(self)',
    ],
    // Browsers ignore it at addresses they don't trust, and complain on every page.
    ...(isSecure || isLoopback(publicUrl) ? ([['cross-origin-opener-policy', 'same-origin']] as const) : []),
    ...(isSecure ? ([['strict-transport-security', 'max-age=15552000']] as const) : []),
  ]
  return async (c, next) => {
    await next()
    for (const [name, value] of headers) if (!c.res.headers.has(name)) c.res.headers.set(name, value)
    if (c.req.path.startsWith('/api/') && !c.res.headers.has('cache-control'))
      c.res.headers.set('cache-control', 'no-store')
  }
}
