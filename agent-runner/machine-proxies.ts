/** As the runner's settings have them; what is on this machine is never looked for behind a proxy. */
export function proxiesOf(env: Readonly<Record<string, string>>): {
  httpProxy: string
  httpsProxy: string
  noProxy: string
} {
  const of = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? ''
  const own = ['localhost', '127.0.0.1', '[::1]', '::1']
  return {
    httpProxy: of('HTTP_PROXY'),
    httpsProxy: of('HTTPS_PROXY'),
    noProxy: [of('NO_PROXY'), ...own].filter((part) => part !== '').join(','),
  }
}
