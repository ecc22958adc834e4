/** Names of this machine itself, as they stand in a URL. */
const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Only this machine can reach such an address. */
export function isLoopback(url: URL): boolean {
  return (
    loopbackNames.has(url.hostname) || url.hostname.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(url.hostname)
  )
}

/** Passkeys are bound to a domain name: browsers refuse them on addresses, and on http except for localhost. */
export function isPasskeyHost(url: URL): boolean {
  const isAddress = /^[\d.]+$/.test(url.hostname) || url.hostname.startsWith('[')
  return (
    !isAddress && (url.protocol === 'https:' || url.hostname === 'localhost' || url.hostname.endsWith('.localhost'))
  )
}

/** The other names under which a server on `port` of this machine answers, as a Host header has them. */
export function loopbackHosts(port: string): readonly string[] {
  return [...loopbackNames].map((name) => (port === '' ? name : `${name}:${port}`))
}

/**
 * Where people reach a server that listens on `host` and was given no public URL. For this machine alone that is by the name
 * `localhost`, the only one under which browsers allow passkeys without https.
 */
export function defaultPublicUrl(host: string, port: number): URL {
  const own = new URL(`http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`)
  const everywhere = new Set(['0.0.0.0', '[::]']).has(own.hostname)
  return everywhere || isLoopback(own) ? new URL(`http://localhost:${port}`) : own
}
