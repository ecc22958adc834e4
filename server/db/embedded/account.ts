import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { DatabaseStartError } from '../errors.ts'

/** The user that PostgreSQL's processes run as: `undefined` is our own. PostgreSQL refuses to run as root. */
export type Account = { readonly uid: number; readonly gid: number } | undefined

/**
 * As root: the ordinary user whom `home` belongs to already, or the user `postgres`, or else `nobody`. `initdb` needs one with an entry in
 * /etc/passwd.
 */
export async function databaseAccount(ownUid: number | undefined, home?: string): Promise<Account> {
  if (ownUid !== 0) return undefined
  const owner = home === undefined ? undefined : await stat(home).catch(() => undefined)
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8'))
  const account = users.get('postgres') ?? users.get('_postgres') ?? users.get('nobody')
  if (account) return account
  throw new DatabaseStartError(
    'data_dir_unusable',
    'PostgreSQL does not run as root, and this machine has neither a user "postgres" nor "nobody". Add a system user "postgres", or start Drover as an ordinary user.',
  )
}

/** `name:password:uid:gid:…` a line (passwd(5)). macOS writes nobody's id as -2, which is 2^32 - 2. */
export function parsePasswd(text: string): Map<string, { uid: number; gid: number }> {
  const users = new Map<string, { uid: number; gid: number }>()
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':')
    if (!name || name.startsWith('#') || !/^-?\d+$/.test(uid ?? '') || !/^-?\d+$/.test(gid ?? '')) continue
    users.set(name, { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 })
  }
  return users
}

export type Finished = { readonly code: number | string; readonly stdout: string; readonly stderr: string }

/** Runs a program to its end as `account`, with nothing of our environment. Never throws: `code` is the exit code or Node's error code. */
export function runAs(account: Account, file: string, args: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(
      file,
      args,
      { ...account, cwd: '/', env: childEnvironment(), maxBuffer: 1 << 20 },
      (error, stdout, stderr) => {
        resolve({ code: error ? (error.code ?? error.signal ?? 'failed') : 0, stdout, stderr })
      },
    )
  })
}

/** PostgreSQL's programs get no secrets of ours and no PG* settings of the shell. */
export function childEnvironment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
}
