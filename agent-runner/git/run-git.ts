import { isListedHost, type EgressPolicy } from '#shared/domain/environment-egress.ts'
import type { RunSecret } from '#shared/domain/secret.ts'
import type { RunId } from '#shared/ids.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { gitCredentials, type GitCredentials } from './credentials.ts'
import type { GatewayDoor, GitGateway } from './gateway.ts'
import { gatewayVariables } from './git-config.ts'
import type { Roads } from './roads.ts'
import { writeKeys } from './ssh.ts'

/** The ways of one run to private repositories. */
export interface RunGit {
  readonly credentials: GitCredentials
  /** To the hosts' own REST. */
  readonly roads: Pick<Roads, 'request'>
  /** The run's processes need a way to this one. */
  readonly bridged: boolean
  /** Calls git on this machine with variables that get it there. `urls`: what it will be asked for. */
  onHost<T>(urls: readonly string[], call: (variables: Readonly<Record<string, string>>) => Promise<T>): Promise<T>
  /** Variables for what is executed in a sandbox. Keys of SSH stay out. @throws SandboxError */
  inSandbox(
    sandbox: Pick<Sandbox, 'reach'>,
    about: { egress: EgressPolicy; urls: readonly string[] },
  ): Promise<Readonly<Record<string, string>>>
  /** Nothing that was given goes on to work. */
  close(): void
}

export function createRunGit(deps: {
  runId: RunId
  gateway: GitGateway
  secrets: readonly RunSecret[]
  /** Of the runner, for what SSH needs. */
  folder: string
  newId: () => string
}): RunGit {
  const credentials = gitCredentials(deps.secrets)
  const { hosts, keys } = credentials
  const doors = new Set<GatewayDoor>()

  async function open(admits?: (host: string, port: number) => string | undefined): Promise<GatewayDoor> {
    const door = await deps.gateway.open({ runId: deps.runId, hosts, admits })
    doors.add(door)
    return door
  }

  return {
    credentials,
    roads: deps.gateway.roads,
    bridged: hosts.length > 0,
    async onHost(urls, call) {
      const door = hosts.length === 0 ? undefined : await open()
      const ssh = keys.length === 0 ? undefined : await writeKeys(keys, { folder: deps.folder, id: deps.newId() })
      try {
        return await call({
          ...(door === undefined ? {} : gatewayVariables(door, hosts, { keys, urls })),
          ...(ssh === undefined ? {} : { GIT_SSH_COMMAND: ssh.command }),
        })
      } finally {
        await ssh?.remove()
        if (door !== undefined) {
          door.close()
          doors.delete(door)
        }
      }
    },
    async inSandbox(sandbox, { egress, urls }) {
      if (hosts.length === 0) return {}
      const door = await open(admission(egress))
      return gatewayVariables({ port: await sandbox.reach(door.port), token: door.token }, hosts, { keys: [], urls })
    },
    close: () => {
      for (const door of doors) door.close()
      doors.clear()
    },
  }
}

/** The way to a host goes around the network of the sandbox, so its list counts here too. */
function admission(egress: EgressPolicy): ((host: string, port: number) => string | undefined) | undefined {
  if (egress.kind === 'all') return undefined
  const listed = egress.kind === 'hosts' ? egress.hosts : []
  return (host, port) =>
    isListedHost(listed, host, port) ? undefined : `${host} is not among the hosts that this environment may reach.`
}
