import { z } from 'zod'

const label = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?'
const listed = new RegExp(`^(?:(?:\\*\\.)?${label}(?:\\.${label})*|\\[[0-9A-Fa-f:.]{2,45}\\])(?::\\d{1,5})?$`)

/**
 * A host that may be reached: `example.com` or an address exactly, `*.example.com` for every name below (not `example.com` itself), an IPv6
 * address in brackets, and a port behind a colon where only that one is meant. Names of other scripts as `xn--…`.
 */
export const EgressHost = z.string().max(260).regex(listed)
export type EgressHost = z.infer<typeof EgressHost>

export const egressHostLimit = 200

/** What the processes of a run may reach: everything that their network does, nothing, or these hosts. */
export const EgressPolicy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('hosts'), hosts: z.array(EgressHost).min(1).max(egressHostLimit) }),
])
export type EgressPolicy = z.infer<typeof EgressPolicy>

/** Whether an entry of the list names this host and port. Names are compared without regard to case and to a dot at the end. */
export function isListedHost(hosts: readonly string[], host: string, port: number): boolean {
  const name = plainHost(host)
  return hosts.some((entry) => {
    const [, listedHost = '', listedPort] = /^(\[.+\]|[^:]+)(?::(\d+))?$/.exec(entry) ?? []
    if (listedPort !== undefined && Number(listedPort) !== port) return false
    const wanted = plainHost(listedHost)
    return wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) && name.length > wanted.length - 1 : name === wanted
  })
}

function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.+)\]$/, '$1')
    .replace(/\.$/, '')
}
