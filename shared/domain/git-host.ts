import { z } from 'zod'

/** What a Git host speaks, which decides how it is signed in to and how a pull request is opened there. */
export const gitHostKinds = ['github', 'gitlab', 'bitbucket', 'azure', 'gitea'] as const
export const GitHostKind = z.enum(gitHostKinds)
export type GitHostKind = z.infer<typeof GitHostKind>

/** `gitlab.example.com`, with a port where it has one of its own, and with `http://` before it where it speaks no HTTPS. */
export const GitHostName = z.string().regex(/^(?:https?:\/\/)?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?$/)

/** The value of a secret of the kind `git_token`, as JSON. */
export const GitToken = z.object({
  host: GitHostName,
  token: z.string().min(1),
  username: z.string().min(1).optional(),
  /** Of a host of one's own; the well-known ones are known. */
  kind: GitHostKind.optional(),
})
export type GitToken = z.infer<typeof GitToken>

/** The value of a secret of the kind `ssh_key`, where it is more than the key itself. */
export const SshKey = z.object({
  privateKey: z.string().min(1),
  /** The only host that it is for; absent: every one. */
  host: GitHostName.optional(),
  /** Lines of a `known_hosts` file. Absent: the key that a host shows first is remembered, and no other one is taken later. */
  knownHosts: z.string().min(1).optional(),
})
export type SshKey = z.infer<typeof SshKey>

const wellKnown: Readonly<Record<string, GitHostKind>> = {
  'github.com': 'github',
  'gitlab.com': 'gitlab',
  'bitbucket.org': 'bitbucket',
  'dev.azure.com': 'azure',
  'codeberg.org': 'gitea',
}

export function kindOfHost(host: string): GitHostKind | undefined {
  return wellKnown[host] ?? (/^[\w-]+\.visualstudio\.com$/.test(host) ? 'azure' : undefined)
}

/** Whom each host wants to see beside a token. */
const usualUsers: Readonly<Record<GitHostKind, string>> = {
  github: 'x-access-token',
  gitlab: 'oauth2',
  bitbucket: 'x-token-auth',
  azure: 'drover',
  gitea: 'drover',
}

export function usualUser(kind: GitHostKind | undefined): string {
  return kind === undefined ? 'git' : usualUsers[kind]
}

/** Where a repository lies, as its address says it. */
export interface GitRemote {
  readonly scheme: 'https' | 'http' | 'ssh'
  /** In lower case, with a port where there is one. */
  readonly host: string
  /** Between host and `.git`: `owner/name` for most. */
  readonly path: string
}

/** Reads `https://host/path.git`, `ssh://git@host/path.git` and `git@host:path.git`; `undefined` for folders and anything else. */
export function parseRemote(url: string): GitRemote | undefined {
  const [, scheme = '', authority = '', rest = ''] = /^(https?|ssh|git\+ssh):\/\/([^/\s]+)\/(\S+)$/i.exec(url) ?? []
  if (authority !== '') {
    const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase()
    const name = scheme.toLowerCase()
    return { scheme: name === 'https' || name === 'http' ? name : 'ssh', host, path: plainPath(rest) }
  }
  const [, host = '', path = ''] = /^(?:[^@\s/:]+@)?([A-Za-z0-9.-]+):(?!\/\/)(\S+)$/.exec(url) ?? []
  // One letter before a colon is a drive of Windows.
  return host.length < 2 || path === '' ? undefined : { scheme: 'ssh', host: host.toLowerCase(), path: plainPath(path) }
}

function plainPath(path: string): string {
  return path
    .replace(/^\/+/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
}

/** `https://user:token@host/…` without what stands before the `@`. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*(?::[^\s/@]*)?@/gi, '$1')
}
