import { randomBytes } from 'node:crypto'
import {
  chmod,
  chown,
  lchown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseStartError } from '../errors.ts'
import type { Account } from './account.ts'
import { runAs } from './account.ts'

/**
 * The database's folder: `<dataDir>/postgres`, mode 0700, owned by the account that PostgreSQL runs as.
 *   data/              the cluster (PGDATA)
 *   socket/            the Unix socket, if its path is short enough
 *   server.log         PostgreSQL's own words
 *   postgresql-<v>/    a copy of the programs, where they can't run in place
 * As root with a data folder that the account can't reach (below a closed home), `<dataDir>/postgres` is a link to a folder below
 * `/var/lib/drover`.
 */
export async function prepareHome(dataDir: string, account: Account): Promise<string> {
  const place = join(dataDir, 'postgres')
  const found = await lstat(place).catch(() => undefined)
  if (found?.isSymbolicLink()) return await linkedHome(place)

  await mkdir(place, { recursive: true, mode: 0o700 })
  await chmod(place, 0o700).catch((cause: unknown) => {
    throw new DatabaseStartError(
      'data_dir_unusable',
      `The folder ${place} belongs to another user. Start Drover as that user, or choose another data folder with DROVER_DATA_DIR.`,
      { cause },
    )
  })
  if (!account) return await realpath(place)

  await chownTree(place, account)
  const before = await stat(dataDir)
  await letThrough(place, dataDir, account)
  if (await canEnter(place, account)) return await realpath(place)
  await chmod(dataDir, before.mode & 0o777)
  await chown(dataDir, before.uid, before.gid)
  return await homeOutside(place, account)
}

/**
 * Only the data folder itself may be closed: it is ours, and passing through (not listing) is enough. It is opened for the account's
 * group alone, where no other group uses it; 0711 is how an earlier Drover opened it.
 */
async function letThrough(place: string, dataDir: string, account: NonNullable<Account>): Promise<void> {
  const { mode, uid } = await stat(dataDir)
  const others = mode & 0o077
  if (uid === 0 && (others === 0 || others === 0o011 || others === 0o010)) {
    await chown(dataDir, uid, account.gid)
    await chmod(dataDir, (mode & 0o700) | 0o010)
  } else if (!(await canEnter(place, account))) await chmod(dataDir, (mode & 0o777) | 0o011)
}

/** The `data` folder is there once `initdb` has finished. */
export async function hasCluster(home: string): Promise<boolean> {
  return stat(join(home, 'data', 'PG_VERSION')).then(
    () => true,
    () => false,
  )
}

/**
 * Where the Unix socket goes. `sun_path` has 108 bytes on Linux and 104 on macOS with the final zero (unix(7)), so a deep data folder
 * needs a short folder elsewhere: a new one of mode 0700 with an unguessable name.
 */
export async function socketFolder(home: string, account: Account): Promise<string> {
  const inside = join(home, 'socket')
  if (socketPathFits(inside)) {
    await rm(inside, { recursive: true, force: true })
    await mkdir(inside, { mode: 0o700 })
    if (account) await chown(inside, account.uid, account.gid)
    return inside
  }
  const base = socketPathFits(join(tmpdir(), 'drover-pg-123456')) ? tmpdir() : '/tmp'
  const outside = await realpath(await mkdtemp(join(base, 'drover-pg-')))
  if (account) await chown(outside, account.uid, account.gid)
  return outside
}

/** Removes what a dead server left in a folder that `socketFolder` made outside. */
export async function dropSocketFolder(folder: string): Promise<void> {
  if (/\/drover-pg-[A-Za-z0-9]{6}$/.test(folder)) await rm(folder, { recursive: true, force: true })
}

function socketPathFits(folder: string): boolean {
  const limit = process.platform === 'darwin' ? 103 : 107
  return Buffer.byteLength(join(folder, '.s.PGSQL.5432.lock')) <= limit
}

async function linkedHome(place: string): Promise<string> {
  const target = await readlink(place)
  return await realpath(place).catch((cause: unknown) => {
    throw new DatabaseStartError(
      'data_dir_unusable',
      `The database of this data folder lives in ${target}, which is missing. Bring that folder back, or remove the link ${place} to begin with an empty database.`,
      { cause },
    )
  })
}

async function homeOutside(place: string, account: NonNullable<Account>): Promise<string> {
  const outside = join('/var/lib/drover', `postgres-${randomBytes(6).toString('hex')}`)
  const entries = await readdir(place)
  if (entries.length > 0) {
    throw new DatabaseStartError(
      'data_dir_unusable',
      `The user that PostgreSQL runs as (id ${account.uid}) can't reach ${place}. Move the data folder to a place such as /var/lib/drover.`,
    )
  }
  await mkdir(outside, { recursive: true, mode: 0o755 })
  await chmod(outside, 0o700)
  await chown(outside, account.uid, account.gid)
  if (!(await canEnter(outside, account))) {
    throw new DatabaseStartError(
      'data_dir_unusable',
      `The user that PostgreSQL runs as (id ${account.uid}) can reach neither ${place} nor ${outside}. Choose another data folder with DROVER_DATA_DIR.`,
    )
  }
  await rm(place, { recursive: true })
  await symlink(outside, place)
  return outside
}

async function canEnter(folder: string, account: NonNullable<Account>): Promise<boolean> {
  return (await runAs(account, '/bin/ls', ['-d', join(folder, '.')])).code === 0
}

/** A folder restored or copied by root may be root's: PostgreSQL insists on owning its data. */
async function chownTree(folder: string, account: NonNullable<Account>): Promise<void> {
  const { uid } = await stat(folder)
  if (uid === account.uid) return
  for (const entry of await readdir(folder, { recursive: true }))
    await lchown(join(folder, entry), account.uid, account.gid)
  await chown(folder, account.uid, account.gid)
}
