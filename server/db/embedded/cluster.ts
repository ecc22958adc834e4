import { mkdir, rename, rm, stat, statfs, truncate, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { DatabaseStartError } from '../errors.ts'
import { syncFolder } from '../sync-folder.ts'
import type { Account } from './account.ts'
import { databaseAccount, runAs } from './account.ts'
import type { Binaries } from './binaries.ts'
import { usableBinaries } from './binaries.ts'
import { dropSocketFolder, hasCluster, prepareHome, socketFolder } from './home.ts'
import type { Postmaster } from './postmaster.ts'
import { findPostmaster, readPidFile, startPostmaster } from './postmaster.ts'
import { lockDataDir } from './server-lock.ts'

/** How to reach an embedded PostgreSQL: node-postgres takes a folder as `host`. */
export type EmbeddedAddress = {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
}

/** Our PostgreSQL in the data folder. While this lives, no other server can use the folder, and a crashed postmaster is started anew. */
export type EmbeddedCluster = {
  readonly address: EmbeddedAddress
  /** What had to be done to have it running. */
  readonly opened: 'created' | 'started' | 'adopted'
  pid(): number
  /** Why it could not be started again after it ended unexpectedly, until it is. */
  trouble(): string | undefined
  /** Stops PostgreSQL (fast shutdown) and frees the data folder. */
  close(): Promise<void>
}

export type ClusterOptions = {
  readonly dataDir: string
  /** Told when PostgreSQL ends without being asked, and when it is back. */
  readonly onNotice?: ((message: string) => void) | undefined
  /** Over the defaults below; tests that don't need durability turn `fsync` off. */
  readonly settings?: Readonly<Record<string, string>> | undefined
}

const USER = 'drover'
const PORT = 5432 // only names the socket: .s.PGSQL.5432
const LOG_LIMIT = 5 << 20
/** One segment of its log, which a start may have to write. */
const START_BYTES = 16 << 20
const RESTART_FIRST_MS = 100
const RESTART_LONGEST_MS = 5_000

/** Durable, and modest enough for a laptop: a few hundred MB of address space, some 60 MB really used. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: String(PORT),
  unix_socket_permissions: '0700',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '64MB',
  max_connections: '60',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '512MB',
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Only its own life and death: statements and their values may hold secrets.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  log_error_verbosity: 'terse',
}

/** Creates, starts or adopts the PostgreSQL of `dataDir`. Throws `DatabaseStartError`. */
export async function openCluster(options: ClusterOptions): Promise<EmbeddedCluster> {
  const dataDir = resolve(options.dataDir)
  await makeDataDir(dataDir)
  const lock = lockDataDir(dataDir, process.pid)
  try {
    return await openLocked(dataDir, options, lock)
  } catch (error) {
    lock.close()
    throw error
  }
}

/** The address of a PostgreSQL that runs in `dataDir` for some other process of ours, or `undefined`. Takes no lock and owns nothing. */
export async function runningCluster(dataDir: string): Promise<EmbeddedAddress | undefined> {
  const file = await readPidFile(join(resolve(dataDir), 'postgres', 'data'))
  if (file?.status !== 'ready') return undefined
  const address = addressOf(file.socketDir)
  return (await answers(address)) ? address : undefined
}

async function openLocked(dataDir: string, options: ClusterOptions, lock: { close(): void }): Promise<EmbeddedCluster> {
  const account = await databaseAccount(process.getuid?.(), join(dataDir, 'postgres'))
  const home = await prepareHome(dataDir, account)
  const data = join(home, 'data')
  const notice = options.onNotice ?? (() => undefined)
  if (!home.startsWith(dataDir) && !(await hasCluster(home)))
    notice(`PostgreSQL does not run as root and can't reach ${dataDir} as another user: its data goes to ${home}.`)

  let postmaster = await adoptable(data)
  let opened: EmbeddedCluster['opened'] = 'adopted'
  const start = async (socketDir: string): Promise<Postmaster> => {
    const binaries = await usableBinaries(home, account)
    opened = await createIfMissing(home, binaries, account)
    await limitLog(join(home, 'server.log'))
    return await startPostmaster({
      postgres: binaries.postgres,
      data,
      socketDir,
      logFile: join(home, 'server.log'),
      account,
      settings: { ...SETTINGS, ...options.settings },
    })
  }
  if (!postmaster) {
    await dropSocketFolder((await readPidFile(data))?.socketDir ?? '')
    postmaster = await start(await socketFolder(home, account))
  }
  const address = addressOf(postmaster.socketDir)
  await createDatabase(address)

  let closing = false
  let trouble: string | undefined
  const supervise = async (): Promise<void> => {
    for (let pause = RESTART_FIRST_MS; !closing; pause = Math.min(pause * 2, RESTART_LONGEST_MS)) {
      try {
        postmaster = await start(address.host)
        trouble = undefined
        notice(`The database is running again (process ${postmaster.pid}).`)
        watch(postmaster)
        return
      } catch (error) {
        const why = (await fullDisk(home)) ?? (error instanceof Error ? error.message : String(error))
        if (why !== trouble) notice(why)
        trouble = why
        await delay(pause)
      }
    }
  }
  let supervision = Promise.resolve()
  const watch = (running: Postmaster): void => {
    void running.ended.then(() => {
      if (closing) return
      notice(`The database process ${running.pid} ended unexpectedly; starting it again.`)
      supervision = supervise()
    })
  }
  watch(postmaster)

  return {
    address,
    opened,
    pid: () => postmaster?.pid ?? 0,
    trouble: () => trouble,
    async close() {
      if (closing) return
      closing = true
      await supervision
      await postmaster?.stop()
      await dropSocketFolder(address.host)
      lock.close()
    },
  }
}

/** A postmaster that is ours and answers. One whose socket is gone (a cleaned /tmp) is stopped, so that a new one can start. */
async function adoptable(data: string): Promise<Postmaster | undefined> {
  const found = await findPostmaster(data)
  if (!found) return undefined
  if (await answers(addressOf(found.socketDir))) return found
  await found.stop()
  return undefined
}

/** `initdb` into a folder beside, renamed when it is whole: a kill half-way leaves nothing that looks like a database. */
async function createIfMissing(home: string, binaries: Binaries, account: Account): Promise<'created' | 'started'> {
  const data = join(home, 'data')
  if (await hasCluster(home)) {
    const major = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim()
    if (major === binaries.major) return 'started'
    throw new DatabaseStartError(
      'data_dir_unusable',
      `The database in ${data} was made by PostgreSQL ${major}, and this Drover brings PostgreSQL ${binaries.major}. Back it up with the Drover that made it ("npx drover db backup"), and restore it into a new data folder.`,
    )
  }
  const unfinished = `${data}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  // Text sorts by code point, the same on every machine and for ever (no libc or ICU version in it).
  const { code, stderr } = await runAs(account, binaries.initdb, [
    ...['--pgdata', unfinished, '--username', USER, '--encoding', 'UTF8'],
    ...['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    ...['--auth-local', 'trust', '--auth-host', 'reject'], // the socket's folder has mode 0700; there is no TCP
  ])
  if (code !== 0)
    throw new DatabaseStartError(
      'did_not_start',
      `PostgreSQL could not create its database in ${home}: ${stderr.trim().split('\n').at(-1) ?? code}`,
    )
  await rename(unfinished, data)
  await syncFolder(home)
  return 'created'
}

async function createDatabase(address: EmbeddedAddress): Promise<void> {
  try {
    await (await connect(address)).end()
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== '3D000') throw error
    const client = await connect({ ...address, database: 'postgres' })
    try {
      await client.query(`create database ${USER}`)
    } finally {
      await client.end()
    }
  }
}

async function answers(address: EmbeddedAddress): Promise<boolean> {
  try {
    await (await connect({ ...address, database: 'postgres' })).end()
    return true
  } catch {
    return false
  }
}

async function connect(address: EmbeddedAddress): Promise<pg.Client> {
  const client = new pg.Client({ ...address, ssl: false, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

function addressOf(socketDir: string): EmbeddedAddress {
  return { host: socketDir, port: PORT, user: USER, database: USER }
}

async function makeDataDir(dataDir: string): Promise<void> {
  if (process.platform === 'win32')
    throw new DatabaseStartError(
      'unsupported_platform',
      'The embedded PostgreSQL needs Unix sockets, which Node does not offer on Windows. Set DATABASE_URL to use a PostgreSQL of your own, or run Drover in WSL.',
    )
  try {
    await mkdir(dirname(dataDir), { recursive: true })
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new DatabaseStartError(
      'data_dir_unusable',
      `The data folder ${dataDir} can't be made. Choose another with DROVER_DATA_DIR.`,
      { cause },
    )
  }
}

/** PostgreSQL needs some space for each start; on a full disk it can't even write down why it failed. */
async function fullDisk(home: string): Promise<string | undefined> {
  const { bavail, bsize } = await statfs(home)
  return bavail * bsize < START_BYTES ? `no space left on the disk of ${home}` : undefined
}

async function limitLog(path: string): Promise<void> {
  const size = await stat(path).then(
    (file) => file.size,
    () => 0,
  )
  if (size > LOG_LIMIT) await truncate(path, 0)
}
