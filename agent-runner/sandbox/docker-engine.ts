import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { codeOf, messageOf } from '../log.ts'

export interface DockerPlace {
  socket: string | undefined
  /** As `DOCKER_HOST`: `unix:///path` or `tcp://host:port`. */
  host: string | undefined
}

export interface DockerEngine {
  readonly docker: Docker
  /** For sentences. */
  readonly address: string
  /** A sentence when it can't be used. */
  problem(): Promise<string | undefined>
}

const answerMs = 3000

export function createDockerEngine(place: DockerPlace): DockerEngine {
  const { options, address } = optionsOf(place)
  const docker = new Docker(options)
  return {
    docker,
    address,
    problem: async () => {
      const late = new Promise<string>((resolve) => {
        setTimeout(() => resolve(`Docker at ${address} does not answer. Is its engine running?`), answerMs).unref()
      })
      const answer = docker.ping().then(
        () => undefined,
        (error: unknown) => sentenceOf(error, address),
      )
      return Promise.race([answer, late])
    },
  }
}

function optionsOf({ socket, host }: DockerPlace): { options: Docker.DockerOptions; address: string } {
  if (socket !== undefined) return { options: { socketPath: socket }, address: socket }
  if (host?.startsWith('unix://') === true) return { options: { socketPath: host.slice(7) }, address: host.slice(7) }
  if (host !== undefined) {
    const url = new URL(host.replace(/^tcp:/, 'http:'))
    return {
      options: { host: url.hostname, port: Number(url.port === '' ? 2375 : url.port), protocol: 'http' },
      address: host,
    }
  }
  const system = '/var/run/docker.sock'
  const desktop = join(homedir(), '.docker/run/docker.sock')
  const found = !existsSync(system) && existsSync(desktop) ? desktop : system
  return { options: { socketPath: found }, address: found }
}

function sentenceOf(error: unknown, address: string): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return `Docker is not running: there is no socket at ${address}. Install or start Docker, or set DOCKER_HOST.`
    case 'ECONNREFUSED':
      return `Docker is not running: nothing listens at ${address}. Start Docker, or set DOCKER_HOST.`
    case 'EACCES':
    case 'EPERM':
      return `This user may not use Docker at ${address}. Add the user to the group “docker”, then start the runner again.`
    default:
      return `Docker at ${address} can't be used: ${messageOf(error)}`
  }
}

/** Of an answer that says no. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined
  return typeof error.statusCode === 'number' ? error.statusCode : undefined
}
