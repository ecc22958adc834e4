import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { z } from 'zod'
import { codeOf, messageOf } from '../log.ts'

export interface DockerPlace {
  socket: string | undefined
  /** As `DOCKER_HOST`: `unix:///path` or `tcp://host:port`. */
  host: string | undefined
  /** Of Docker's own tools, where neither is given. */
  context?: string | undefined
  /** Their settings. */
  configFolder?: string
  /** The engine at a tcp address is spoken to by TLS, with `ca.pem`, `cert.pem` and `key.pem` of this folder. */
  tls?: { certificates: string } | undefined
  apiVersion?: string | undefined
}

export interface DockerEngine {
  readonly docker: Docker
  /** For sentences. */
  readonly address: string
  /** A sentence when it can't be used. */
  problem(): Promise<string | undefined>
  /** Where it keeps images and containers, if that is a folder of this machine that can be looked at. */
  rootFolder(): Promise<string | undefined>
}

const answerMs = 3000
const Root = z.object({ DockerRootDir: z.string().startsWith('/') })

export function createDockerEngine(place: DockerPlace): DockerEngine {
  const { options, address, trouble } = optionsOf(place)
  const docker = new Docker({
    ...options,
    ...(place.apiVersion === undefined ? {} : { version: `v${place.apiVersion}` }),
  })
  let root: string | undefined
  return {
    docker,
    address,
    problem: async () => {
      if (trouble !== undefined) return trouble
      const late = new Promise<string>((resolve) => {
        setTimeout(() => resolve(`Docker at ${address} does not answer. Is its engine running?`), answerMs).unref()
      })
      const answer = docker.ping().then(
        () => undefined,
        (error: unknown) => sentenceOf(error, address),
      )
      return Promise.race([answer, late])
    },
    rootFolder: async () => {
      if (options.socketPath === undefined) return undefined
      root ??= Root.safeParse(await docker.info().catch(() => undefined)).data?.DockerRootDir
      return root !== undefined && existsSync(root) ? root : undefined
    },
  }
}

type Options = { options: Docker.DockerOptions; address: string; trouble?: string }

function optionsOf({ socket, host, context, configFolder, tls }: DockerPlace): Options {
  if (socket !== undefined) return { options: { socketPath: socket }, address: socket }
  if (host?.startsWith('unix://') === true) return { options: { socketPath: host.slice(7) }, address: host.slice(7) }
  if (host !== undefined) return overTcp(host, tls)
  if (context !== undefined && context !== 'default') {
    const found = hostOfContext(context, configFolder ?? join(homedir(), '.docker'))
    if (found !== undefined) return optionsOf({ socket, host: found, tls })
    const trouble = `Docker has no context “${context}” with an engine (DOCKER_CONTEXT).`
    return { options: {}, address: context, trouble }
  }
  const system = '/var/run/docker.sock'
  const desktop = join(homedir(), '.docker/run/docker.sock')
  const found = !existsSync(system) && existsSync(desktop) ? desktop : system
  return { options: { socketPath: found }, address: found }
}

function overTcp(host: string, tls: DockerPlace['tls']): Options {
  const address = host.replace(/^tcp:/, 'http:')
  const url = /^https?:/.test(address) && URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined) {
    const trouble = `Docker at ${host} can't be used: an address of the form unix:///path or tcp://host:port is expected.`
    return { options: {}, address: host, trouble }
  }
  const isTls = tls !== undefined || url.protocol === 'https:'
  const usual = isTls ? 2376 : 2375
  const options: Docker.DockerOptions = {
    host: url.hostname,
    port: Number(url.port === '' ? usual : url.port),
    protocol: isTls ? 'https' : 'http',
  }
  if (tls === undefined) return { options, address: host }
  try {
    const read = (file: string): Buffer => readFileSync(join(tls.certificates, file))
    return { options: { ...options, ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }, address: host }
  } catch (error) {
    return { options, address: host, trouble: `The certificates for Docker can't be read: ${messageOf(error)}` }
  }
}

const Context = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string().min(1) }) }) })

/** As Docker's tools keep it: in a folder that is named for the digest of its name. */
function hostOfContext(name: string, configFolder: string): string | undefined {
  const digest = createHash('sha256').update(name).digest('hex')
  try {
    const text = readFileSync(join(configFolder, 'contexts', 'meta', digest, 'meta.json'), 'utf8')
    return Context.parse(JSON.parse(text)).Endpoints.docker.Host
  } catch {
    return undefined
  }
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
