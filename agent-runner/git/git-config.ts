import { parseRemote } from '#shared/domain/git-host.ts'
import type { HostCredential, SshCredential } from './credentials.ts'

/** Where a process finds the gateway, and by what the gateway knows its run. */
export interface GatewayPlace {
  readonly port: number
  readonly token: string
}

/**
 * Variables by which git goes through the gateway for these hosts and no others. Nothing stands in a file or in an address, and the repository's own
 * configuration keeps the address of its host.
 *
 * One variable has all of it, in the form that every git reads (`git -c` makes it too). With `GIT_CONFIG_COUNT` there would be one for each
 * setting, among them names with `KEY`: agents that keep such variables from their commands would leave half of a configuration, with which git
 * does nothing at all.
 */
export function gatewayVariables(
  { port, token }: GatewayPlace,
  hosts: readonly HostCredential[],
  about: { keys: readonly SshCredential[]; urls: readonly string[] },
): Record<string, string> {
  if (hosts.length === 0) return {}
  const base = `http://127.0.0.1:${port}/`
  const settings = [
    `http.${base}.extraHeader=Authorization: Bearer ${token}`,
    // It is on this machine, whatever way others are reached by.
    `http.${base}.proxy=`,
    ...hosts.flatMap((host) => prefixesOf(host, about).map((prefix) => `url.${base}${host.host}/.insteadOf=${prefix}`)),
  ]
  return { GIT_CONFIG_PARAMETERS: settings.map(quoted).join(' '), GIT_TERMINAL_PROMPT: '0' }
}

/** How addresses of a host begin. By SSH too, unless there is a key for that. */
function prefixesOf(
  { host, origin, kind }: HostCredential,
  { keys, urls }: { keys: readonly SshCredential[]; urls: readonly string[] },
): string[] {
  const name = host.replace(/:\d+$/, '')
  const hasKey = keys.some((key) => key.host === undefined || key.host === name)
  const bySsh = hasKey || kind === 'azure' ? [] : [`git@${name}:`, `ssh://git@${name}/`]
  // As they are written, with a user name before the host or in capitals.
  const written = urls.flatMap((url) => {
    const [prefix = '', scheme = ''] = /^(https?):\/\/[^/]+\//i.exec(url) ?? []
    const isThere = parseRemote(url)?.host === host && origin.startsWith(`${scheme.toLowerCase()}://`)
    return prefix !== '' && isThere ? [prefix] : []
  })
  return [...new Set([`${origin}/`, ...bySsh, ...written])]
}

function quoted(setting: string): string {
  return `'${setting.replaceAll("'", String.raw`'\''`).replaceAll('!', String.raw`'\!'`)}'`
}
