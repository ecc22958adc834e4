import type { IncomingMessage } from 'node:http'
import { ofOneConnection } from '../egress/one-connection.ts'
import type { Upstream } from './providers.ts'
import { ProxyRefusal } from './refusals.ts'

/** Of one connection alone, set anew, or somebody's identity, which is not the provider's business. */
const keptBack = new Set([
  ...ofOneConnection,
  'host',
  'expect',
  'cookie',
  'set-cookie',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
  // What is packed can't be read along, nor looked through for the key.
  'accept-encoding',
])

/** @throws ProxyRefusal for what would leave the base address. */
export function addressOf({ baseUrl }: Upstream, path: string): URL {
  const url = new URL(`${baseUrl}${path}`)
  const base = new URL(baseUrl)
  const below = base.pathname === '/' ? '/' : `${base.pathname}/`
  // A server behind it may decode once more than this one did.
  let plain = url.pathname
  for (let round = 0; round < 3; round++) plain = decoded(plain)
  const climbs = plain.split(/[/\\]/).some((part) => part === '..' || part === '.')
  if (url.origin !== base.origin || !url.pathname.startsWith(below) || climbs)
    throw new ProxyRefusal(404, 'There is nothing at this path.')
  // Google's other way to give a key.
  if (url.searchParams.has('key')) url.searchParams.delete('key')
  return url
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] as const

export function methodOf(method: string | undefined): (typeof methods)[number] {
  const known = methods.find((one) => one === method)
  if (known === undefined) throw new ProxyRefusal(404, 'There is nothing for this method.')
  return known
}

export function passable(
  headers: IncomingMessage['headers'],
  length: number | undefined,
): Record<string, string | string[]> {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()))
  const passed = Object.entries(headers).flatMap(([name, value]): [string, string | string[]][] =>
    value === undefined || keptBack.has(name) || named.has(name) ? [] : [[name, value]],
  )
  const all = Object.fromEntries(passed)
  if (length !== undefined) {
    delete all['content-length']
    if (length > 0) all['content-length'] = String(length)
  }
  return all
}

export function cleanHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  key: string | undefined,
): Record<string, string | string[]> {
  const clean = (value: string): string => (key === undefined ? value : value.replaceAll(key, '[key]'))
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      // The length changes where a key is taken out, so it is told by the chunks.
      if (value === undefined || keptBack.has(name) || name === 'content-length') return []
      return [[name, typeof value === 'string' ? clean(value) : value.map(clean)]]
    }),
  )
}
