import { GitToken, kindOfHost, SshKey, usualUser, type GitHostKind } from '#shared/domain/git-host.ts'
import { parseJson } from '#shared/domain/secret-value.ts'
import type { RunSecret, SecretName } from '#shared/domain/secret.ts'

/** A token for one Git host. */
export interface HostCredential {
  /** Of the secret. */
  readonly name: SecretName
  /** In lower case, with a port where it has one of its own. */
  readonly host: string
  /** Scheme and host. */
  readonly origin: string
  readonly kind: GitHostKind | undefined
  readonly username: string
  readonly token: string
  /** Somebody chose the user name, as a password wants it. */
  readonly isPassword: boolean
}

export interface SshCredential {
  readonly name: SecretName
  readonly privateKey: string
  /** Absent: for every host. */
  readonly host: string | undefined
  readonly knownHosts: string | undefined
}

export interface GitCredentials {
  readonly hosts: readonly HostCredential[]
  readonly keys: readonly SshCredential[]
}

/** What git can use of a run's secrets. Of two for one host the later counts: a person's own come after the team's. */
export function gitCredentials(secrets: readonly RunSecret[]): GitCredentials {
  const hosts = new Map<string, HostCredential>()
  for (const secret of secrets) {
    const read = secret.kind === 'git_token' ? hostCredential(secret) : undefined
    if (read !== undefined) hosts.set(read.host, read)
  }
  return {
    hosts: [...hosts.values()],
    keys: secrets.flatMap((secret) => (secret.kind === 'ssh_key' ? [sshCredential(secret)] : [])),
  }
}

function hostCredential({ name, value }: RunSecret): HostCredential | undefined {
  const parsed = GitToken.safeParse(parseJson(value))
  if (!parsed.success) return undefined
  const { token, username } = parsed.data
  const [, scheme = 'https', given = ''] = /^(?:(https?):\/\/)?(.+)$/.exec(parsed.data.host) ?? []
  const host = given.toLowerCase()
  const kind = parsed.data.kind ?? kindOfHost(host)
  return {
    name,
    host,
    origin: `${scheme}://${host}`,
    kind,
    username: username ?? usualUser(kind),
    token,
    isPassword: username !== undefined,
  }
}

function sshCredential({ name, value }: RunSecret): SshCredential {
  const parsed = SshKey.safeParse(parseJson(value))
  if (!parsed.success) return { name, privateKey: value, host: undefined, knownHosts: undefined }
  const { privateKey, host, knownHosts } = parsed.data
  return { name, privateKey, host: host?.replace(/^https?:\/\//, '').toLowerCase(), knownHosts }
}

/** As HTTP takes user and password (RFC 7617). */
export function basicAuth({ username, token }: Pick<HostCredential, 'username' | 'token'>): string {
  return `Basic ${Buffer.from(`${username}:${token}`).toString('base64')}`
}
