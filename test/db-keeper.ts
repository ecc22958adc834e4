/** Runs one cluster for the tests until nobody has been connected to its socket for a while. Started by `db-clusters.ts`. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { openCluster } from '#server/db/embedded/cluster.ts'
import { databaseAccount, runAs } from '#server/db/embedded/account.ts'
import { findPostmaster, startPostmaster } from '#server/db/embedded/postmaster.ts'
import { prepareHome } from '#server/db/embedded/home.ts'
import { lockDataDir } from '#server/db/embedded/server-lock.ts'
import { DatabaseStartError } from '#server/db/errors.ts'
import type { ClusterAddress, ClusterKind } from './db-clusters.ts'
import { clusterFolder, keeperSocket, systemPostgres } from './db-clusters.ts'

type Kept = { readonly address: ClusterAddress; close(): Promise<void> }

const LINGER_MS = 4_000
/** Tests make and drop databases all the time; what a power cut would lose here is nobody's. */
const QUICK = { fsync: 'off', full_page_writes: 'off', max_connections: '300' }

try {
  const kind: ClusterKind = process.argv[2] === 'plain' ? 'plain' : 'embedded'
  const folder = clusterFolder(kind)
  // Outlives the folder, so that the next keeper begins only when this one has cleaned up.
  await mkdir(`${folder}.lock`, { recursive: true })
  lockDataDir(`${folder}.lock`, process.pid)
  await mkdir(folder, { recursive: true, mode: 0o711 })
  const cluster = kind === 'plain' ? await openPlain(folder) : await openCluster({ dataDir: folder, settings: QUICK })
  await serveUntilIdle(folder, cluster)
} catch (error) {
  process.stderr.write(error instanceof DatabaseStartError ? `${error.code}: ${error.message}\n` : `${String(error)}\n`)
  process.exitCode = 1
}

async function serveUntilIdle(folder: string, cluster: Kept): Promise<void> {
  const path = keeperSocket(folder)
  await rm(path, { force: true })
  const clients = new Set<Socket>()
  const server = createServer((socket) => {
    clients.add(socket)
    clearTimeout(idle)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clients.delete(socket)
      if (clients.size === 0) idle = setTimeout(stop, LINGER_MS)
    })
    socket.write(`${JSON.stringify(cluster.address)}\n`)
  })
  const stop = (): void => {
    server.close()
    for (const socket of clients) socket.destroy()
    void rm(path, { force: true })
      .then(() => cluster.close())
      .then(() => rm(folder, { recursive: true, force: true }))
      .then(() => process.exit(0))
  }
  let idle = setTimeout(stop, LINGER_MS)
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  await new Promise<void>((resolve) => server.listen(path, resolve))
}

/** The system's own PostgreSQL as a stranger would run it: over TCP, with a password, with the machine's locale rules. */
async function openPlain(folder: string): Promise<Kept> {
  const programs = systemPostgres()
  if (!programs) throw new Error('this machine has no PostgreSQL of its own')
  const account = await databaseAccount(process.getuid?.())
  const home = await prepareHome(folder, account)
  const data = join(home, 'data')
  await (await findPostmaster(data))?.stop() // of a keeper that was killed
  await rm(data, { recursive: true, force: true })
  const passwordFile = join(home, 'password')
  await writeFile(passwordFile, 'drover-test\n', { mode: 0o644 })
  const made = await runAs(account, join(programs, 'initdb'), [
    '-D',
    data,
    '-U',
    'drover',
    '-E',
    'UTF8',
    '--auth',
    'scram-sha-256',
    '--pwfile',
    passwordFile,
    '--no-sync',
  ])
  if (made.code !== 0) throw new Error(made.stderr)
  // Neon's proxy asks for the password itself; its driver's own SCRAM takes 300 ms a connection, which no user of Neon meets.
  const access = join(data, 'pg_hba.conf')
  await writeFile(access, `host all neon 127.0.0.1/32 password\n${await readFile(access, 'utf8')}`)
  const port = await freePort()
  const postmaster = await startPostmaster({
    postgres: join(programs, 'postgres'),
    data,
    socketDir: '',
    logFile: join(home, 'server.log'),
    account,
    settings: { ...QUICK, listen_addresses: '127.0.0.1', port: String(port) },
  })
  const address = { host: '127.0.0.1', port, user: 'drover', password: 'drover-test' }
  const admin = new pg.Client({ ...address, database: 'postgres' })
  await admin.connect()
  await admin.query("create role neon superuser login password 'drover-test'")
  await admin.end()
  return {
    address,
    close: () => postmaster.stop(),
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
