import type Docker from 'dockerode'
import { createEgressGuard, type Resolve } from '../egress/egress-guard.ts'
import { createEgressProxy } from '../egress/egress-proxy.ts'
import { createBridge, toLoopback } from './bridge.ts'
import { execInContainer } from './docker-exec.ts'
import { ownFile } from './own-files.ts'
import { SandboxError, type Sandbox, type SandboxSpec } from './sandbox.ts'

/** What a container reaches beyond its own network. */
export interface ContainerWays extends Pick<Sandbox, 'reach' | 'ownProgram'> {
  /** Variables of its processes. */
  readonly env: Readonly<Record<string, string>>
  close(): void
}

/** The network of the container is empty then, so the port is free. */
const egressPort = 3128
/** Hosts of which the transcript tells; an agent may try thousands. */
const mostTold = 20

/** @returns whether the container needs Node and our programs. */
export function needsWays({ bridged, egress }: SandboxSpec): boolean {
  return bridged === true || egress?.kind === 'hosts'
}

/** @param node the path of Node inside; absent: the container has no ways. @throws SandboxError */
export async function openWays(
  container: Docker.Container,
  spec: SandboxSpec,
  {
    node,
    inside,
    resolve,
  }: { node: string | undefined; inside: (path: string) => string; resolve: Resolve | undefined },
): Promise<ContainerWays> {
  const ownProgram: ContainerWays['ownProgram'] = (file) => {
    if (node === undefined) throw new SandboxError('sandbox_failed', 'This container has no programs of Drover’s.')
    // These files belong to no package there.
    return { command: node, args: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', inside(ownFile(file))] }
  }
  const notice = spec.onNotice ?? ((): void => {})
  const bridge = createBridge({
    start: async () => {
      const { command, args } = ownProgram('main.ts')
      return execInContainer(container, { argv: [command, ...args] }, { onKill: () => {} })
    },
    onTrouble: notice,
  })
  const ports = new Map<number, Promise<number>>()
  const proxy =
    spec.egress?.kind === 'hosts'
      ? createEgressProxy({
          guard: createEgressGuard({ hosts: spec.egress.hosts, resolve }),
          onRefused: tellOnce(notice),
        })
      : undefined
  try {
    if (proxy !== undefined) await bridge.open(proxy.serve, egressPort)
    // It is there by the time that it is needed.
    else if (node !== undefined) bridge.begin()
  } catch (error) {
    bridge.close()
    throw error
  }
  return {
    env: proxy === undefined ? {} : proxyVariables(`http://127.0.0.1:${egressPort}`),
    ownProgram,
    reach: (port) => {
      const known = ports.get(port) ?? bridge.open(toLoopback(port))
      ports.set(port, known)
      known.catch(() => ports.delete(port))
      return known
    },
    close: () => {
      bridge.close()
      proxy?.close()
    },
  }
}

/** As the programs of the world look for a proxy; Node does with the last. */
function proxyVariables(url: string): Record<string, string> {
  const own = 'localhost,127.0.0.1,::1'
  const named = { HTTP_PROXY: url, HTTPS_PROXY: url, ALL_PROXY: url, NO_PROXY: own }
  const lower = Object.fromEntries(Object.entries(named).map(([name, value]) => [name.toLowerCase(), value]))
  return { ...named, ...lower, NODE_USE_ENV_PROXY: '1' }
}

function tellOnce(notice: (sentence: string) => void): (host: string, why: string) => void {
  const told = new Set<string>()
  return (host, why) => {
    if (told.has(host) || told.size > mostTold) return
    told.add(host)
    const more = told.size > mostTold ? ' More refusals are not told in this transcript.' : ''
    notice(`A connection was refused: ${why}${more}`)
  }
}
