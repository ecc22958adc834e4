import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { RegistrySecret } from '#shared/domain/secret-value.ts'
import type { RunSecret } from '#shared/domain/secret.ts'
import { messageOf } from '../log.ts'

/** As Docker's API takes it in `X-Registry-Auth`. */
export interface RegistryLogin {
  readonly serveraddress: string
  readonly username?: string
  readonly password?: string
  readonly identitytoken?: string
}

/** A login that a secret of the run holds. */
export interface GivenLogin {
  readonly registry: string
  readonly secret: string
  readonly login: RegistryLogin
}

/** What this machine's own Docker settings say of a registry. */
export interface RegistryLogins {
  /** `problem`: a sentence where a helper program could not say. */
  of(registry: string): Promise<{ login?: RegistryLogin; problem?: string }>
  /** All that there are, by registry: a build does not say before which it will need. */
  all(): Promise<Readonly<Record<string, RegistryLogin>>>
}

const DockerConfig = z.object({
  auths: z
    .record(
      z.string(),
      z.object({
        auth: z.string().optional(),
        username: z.string().optional(),
        password: z.string().optional(),
        identitytoken: z.string().optional(),
      }),
    )
    .default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
})
type DockerConfig = z.infer<typeof DockerConfig>

const FromHelper = z.object({ Username: z.string(), Secret: z.string() })

export const dockerHub = 'docker.io'
const hubNames: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io'])
/** The name under which Docker's own tools keep the hub's login. */
const hubKey = 'https://index.docker.io/v1/'
const helperMs = 15_000

/** The registry that an image is fetched from, by the first part of its name (distribution/reference). */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/')
  const isHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost')
  return isHost ? plainName(first) : dockerHub
}

/** Of the run's own secrets; what is not of its form is none. */
export function loginsOf(secrets: readonly RunSecret[]): GivenLogin[] {
  return secrets.flatMap(({ kind, name, value }) => {
    const read = kind === 'registry_login' ? RegistrySecret.safeParse(parseJson(value)) : undefined
    if (read?.success !== true) return []
    const { host, username, token } = read.data
    const registry = plainName(host)
    return [{ registry, secret: name, login: { serveraddress: addressOf(registry), username, password: token } }]
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function addressOf(registry: string): string {
  return registry === dockerHub ? hubKey : registry
}

function plainName(key: string): string {
  const host = key.replace(/^https?:\/\//, '').split('/')[0] ?? key
  return hubNames.has(host) ? dockerHub : host
}

/**
 * Reads `config.json` of Docker's own tools each time: a person may sign in while the runner works. Programs that keep credentials
 * (`docker-credential-…`) are asked as Docker asks them.
 */
export function createRegistryLogins(deps: { folder: string; env: Readonly<Record<string, string>> }): RegistryLogins {
  async function read(): Promise<{ config: DockerConfig; problem?: string }> {
    const file = join(deps.folder, 'config.json')
    const text = await readFile(file, 'utf8').catch(() => undefined)
    const none = { auths: {}, credHelpers: {} }
    if (text === undefined) return { config: none }
    try {
      return { config: DockerConfig.parse(JSON.parse(text)) }
    } catch {
      return { config: none, problem: `${file} can't be understood, so its credentials are not used.` }
    }
  }

  async function of(registry: string): Promise<{ login?: RegistryLogin; problem?: string }> {
    const { config, problem: unreadable } = await read()
    if (unreadable !== undefined) return { problem: unreadable }
    const serveraddress = addressOf(registry)
    const helper =
      Object.entries(config.credHelpers).find(([key]) => plainName(key) === registry)?.[1] ?? config.credsStore
    const asked = helper === undefined ? {} : await askHelper(helper, serveraddress)
    if (asked.login !== undefined) return asked
    const entry = Object.entries(config.auths).find(([key]) => plainName(key) === registry)?.[1]
    const login = entry === undefined ? undefined : fromEntry(entry, serveraddress)
    return login === undefined ? asked : { login }
  }

  async function askHelper(name: string, serveraddress: string): Promise<{ login?: RegistryLogin; problem?: string }> {
    if (!/^[A-Za-z0-9_.-]+$/.test(name)) return { problem: `“${name}” is no name of a program for credentials.` }
    const program = `docker-credential-${name}`
    try {
      const said = await runHelper(program, serveraddress, deps.env)
      const { Username, Secret } = FromHelper.parse(JSON.parse(said))
      return {
        login:
          Username === '<token>'
            ? { serveraddress, identitytoken: Secret }
            : { serveraddress, username: Username, password: Secret },
      }
    } catch (error) {
      if (/credentials not found/i.test(messageOf(error))) return {}
      // Nothing of what it printed: it may be the secret itself.
      const why = error instanceof HelperError ? error.message : 'its answer was not understood'
      return { problem: `${program} could not be asked for credentials: ${why}.` }
    }
  }

  return {
    of,
    all: async () => {
      const { config } = await read()
      const registries = new Set([...Object.keys(config.auths), ...Object.keys(config.credHelpers)].map(plainName))
      const found = await Promise.all([...registries].map(async (one) => (await of(one)).login))
      return Object.fromEntries(found.flatMap((login) => (login === undefined ? [] : [[login.serveraddress, login]])))
    },
  }
}

function fromEntry(
  { auth, username, password, identitytoken }: DockerConfig['auths'][string],
  serveraddress: string,
): RegistryLogin | undefined {
  if (identitytoken !== undefined) return { serveraddress, identitytoken }
  if (username !== undefined && password !== undefined) return { serveraddress, username, password }
  const [, user, secret] = /^([^:]*):([\s\S]*)$/.exec(Buffer.from(auth ?? '', 'base64').toString()) ?? []
  return user === undefined || user === '' ? undefined : { serveraddress, username: user, password: secret ?? '' }
}

class HelperError extends Error {}

function runHelper(program: string, server: string, env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, ['get'], { env, timeout: helperMs, maxBuffer: 1_000_000 }, (error, stdout) => {
      if (error === null) return resolve(stdout)
      if (error.code === 'ENOENT') return reject(new HelperError('it is not on the PATH'))
      if (error.killed === true) return reject(new HelperError('it did not answer'))
      reject(/credentials not found/i.test(stdout) ? new Error(stdout) : new HelperError('it failed'))
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(server)
  })
}
