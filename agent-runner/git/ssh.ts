import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SshCredential } from './credentials.ts'

/** Keys on this machine's disk, in a folder of their own that only this user reads. */
export interface SshKeys {
  /** How git calls ssh. */
  readonly command: string
  remove(): Promise<void>
}

/**
 * Writes keys for one call of git. Each is offered to its host alone; the person's own configuration of SSH still says how a host is reached.
 * @param folder Of the runner: what was remembered of hosts stays there, and keys that a killed runner left are removed with `forgetKeys`.
 */
export async function writeKeys(
  keys: readonly SshCredential[],
  { folder, id }: { folder: string; id: string },
): Promise<SshKeys> {
  const place = join(keysFolder(folder), id)
  await mkdir(place, { recursive: true, mode: 0o700 })
  const blocks: string[] = []
  for (const [index, key] of keys.entries()) {
    const [file, known] = [join(place, `key-${index}`), join(place, `known-${index}`)]
    await writeFile(file, key.privateKey.endsWith('\n') ? key.privateKey : `${key.privateKey}\n`, { mode: 0o600 })
    if (key.knownHosts !== undefined) await writeFile(known, `${key.knownHosts.trimEnd()}\n`, { mode: 0o600 })
    const [, host = '*', port] = /^([^:]+)(?::(\d+))?$/.exec(key.host ?? '*') ?? []
    blocks.push(
      `Match host "${host}"`,
      `  IdentityFile "${file}"`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile "${key.knownHosts === undefined ? join(folder, 'known_hosts') : known}"`,
      `  StrictHostKeyChecking ${key.knownHosts === undefined ? 'accept-new' : 'yes'}`,
      ...(port === undefined ? [] : [`  Port ${port}`]),
    )
  }
  const config = join(place, 'config')
  await writeFile(config, `${[...blocks, 'Match all', '  Include ~/.ssh/config'].join('\n')}\n`, { mode: 0o600 })
  return {
    command: `ssh -F '${config.replaceAll("'", String.raw`'\''`)}' -o BatchMode=yes`,
    remove: () => rm(place, { recursive: true, force: true }),
  }
}

/** At a start: nothing of this runner is at work yet. */
export async function forgetKeys(folder: string): Promise<void> {
  await rm(keysFolder(folder), { recursive: true, force: true })
}

function keysFolder(folder: string): string {
  return join(folder, 'keys')
}
