import { readFileSync } from 'node:fs'
import { getCACertificates } from 'node:tls'
import type { Dispatcher } from 'undici'
import { proxiesOf } from '../machine-proxies.ts'

/** Requests to Git hosts, with the proxies and certificates of this machine. Redirects are not followed. */
export interface Roads {
  request(url: string, options: Omit<Dispatcher.RequestOptions, 'path' | 'origin'>): Promise<Dispatcher.ResponseData>
  close(): Promise<void>
}

const connectMs = 15_000

export function createRoads(hostEnv: Readonly<Record<string, string>>): Roads {
  let opening: Promise<{ request: typeof import('undici').request; dispatcher: Dispatcher }> | undefined

  /** Only a run with a credential needs it. */
  function road(): NonNullable<typeof opening> {
    opening ??= import('undici').then(({ EnvHttpProxyAgent, request }) => ({
      request,
      dispatcher: new EnvHttpProxyAgent({
        ...proxiesOf(hostEnv),
        allowH2: false,
        connect: { timeout: connectMs, ca: certificatesOf(hostEnv) },
      }),
    }))
    return opening
  }

  return {
    request: async (url, options) => {
      const { request, dispatcher } = await road()
      return request(url, { ...options, dispatcher })
    },
    close: async () => {
      await (await opening)?.dispatcher.destroy()
    },
  }
}

/** Those that git on this machine trusts as well: a company's own authority stands in the system's store, or in a file that git is told of. */
function certificatesOf(env: Readonly<Record<string, string>>): string[] {
  const file = env['GIT_SSL_CAINFO'] ?? env['SSL_CERT_FILE']
  const own = file === undefined ? [] : [readFileSync(file, 'utf8')]
  return [...getCACertificates('default'), ...getCACertificates('system'), ...own]
}
