import { createHash, randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import type { NeonConfig, PostgresConfig } from '#server/db/config.ts'
import type { Endpoint } from '#server/db/connections.ts'
import type { Database, DatabaseOptions } from '#server/db/database.ts'
import { connectDatabase } from '#server/db/database.ts'
import { migrateDatabase, readMigrations } from '#server/db/migrate.ts'
import type { ClusterAddress } from './db-clusters.ts'
import { sharedCluster, systemPostgres } from './db-clusters.ts'
import type { Proxy, Upstream } from './fakes/neon-proxy.ts'
import { startNeonProxy, startTcpProxy } from './fakes/neon-proxy.ts'

/** A database of its own for one test or suite, migrated; `close` drops it. */
export type TestDatabase = Database & {
  /** Reaches the same database past any proxy, also from another process (`DATABASE_URL`). */
  readonly config: PostgresConfig
  /** The same through the driver, and the proxy, that this handle uses. */
  readonly driverConfig: PostgresConfig | NeonConfig
  /** The same database as another server process has it: its own pool and LISTEN connection. The caller closes it. */
  another(options?: DatabaseOptions): Database
  /** Ends every connection from the server's side, as a restart of PostgreSQL does. */
  breakConnections(): Promise<void>
}

export type TestDatabaseOptions = DatabaseOptions & {
  /** `neon` is Neon's real driver through a WebSocket proxy. `embedded` unless told otherwise. */
  readonly kind?: DatabaseKind
  /** Puts a proxy in between that answers this much later, once for each round trip. */
  readonly latencyMs?: number
  /** `false`: an empty database. */
  readonly migrate?: boolean
}

export type DatabaseKind = Database['kind']

/** A fresh database on the embedded PostgreSQL, in some 20 ms once the first has been made. */
export async function openTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const kind = options.kind ?? 'embedded'
  const server = await serverOf(kind)
  const name = `test_${randomBytes(6).toString('hex')}`
  const template = options.migrate === false ? 'template0' : await migratedTemplate(server)
  await asAdmin(server, (admin) => admin.query(`create database ${name} template ${template} strategy file_copy`))

  const config: PostgresConfig = { kind: 'postgres', url: urlOf(server, name) }
  const proxy = await startProxy(kind, upstreamOf(server), options.latencyMs ?? 0)
  const endpoint = endpointOf(kind, server, name, proxy)
  const another = (more: DatabaseOptions = {}): Database =>
    connectDatabase(endpoint, { poolSize: options.poolSize, ...more })
  const db = another()
  let closing: Promise<void> | undefined
  return {
    ...db,
    config,
    driverConfig: endpoint.kind === 'embedded' ? config : endpoint,
    another,
    breakConnections: () =>
      asAdmin(server, (admin) =>
        admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]),
      ),
    close() {
      closing ??= (async () => {
        await db.close()
        await proxy?.close()
        await asAdmin(server, (admin) => admin.query(`drop database if exists ${name} with (force)`))
      })()
      return closing
    },
  }
}

/**
 * Defines the suite once for each kind of database: embedded, plain (`DROVER_TEST_DATABASE_URL`, else the system's own PostgreSQL) and
 * Neon's driver in front of the plain one, or of the embedded one where there is none. What `open` made is closed after the suite.
 */
export function describeOnEachDatabase(
  name: string,
  define: (open: (options?: TestDatabaseOptions) => Promise<TestDatabase>, kind: DatabaseKind) => void,
): void {
  for (const kind of ['embedded', 'postgres', 'neon'] as const) {
    if (kind === 'postgres' && !hasPlain()) {
      skipPlain(name)
      continue
    }
    describe(`${name} [${kind}]`, () => {
      const opened: TestDatabase[] = []
      afterAll(async () => {
        for (const db of opened) await db.close()
      })
      define(async (options = {}) => {
        const db = await openTestDatabase({ ...options, kind })
        opened.push(db)
        return db
      }, kind)
    })
  }
}

function skipPlain(name: string): void {
  const missing = 'this machine has no PostgreSQL of its own, and DROVER_TEST_DATABASE_URL is not set'
  test(`${name} [postgres]`, ({ skip }) => {
    expect(process.env['DROVER_REQUIRE'] === 'all' ? missing : undefined).toBeUndefined()
    skip(missing)
  })
}

const hasPlain = (): boolean => Boolean(process.env['DROVER_TEST_DATABASE_URL']) || systemPostgres() !== undefined

async function serverOf(kind: DatabaseKind): Promise<ClusterAddress> {
  const given = process.env['DROVER_TEST_DATABASE_URL']
  if (kind === 'embedded' || !hasPlain()) return await sharedCluster('embedded')
  if (!given) return await sharedCluster('plain')
  const url = new URL(given)
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  }
}

function urlOf(server: ClusterAddress, database: string): string {
  const login = `${encodeURIComponent(server.user)}${server.password === undefined ? '' : `:${encodeURIComponent(server.password)}`}`
  if (server.host.startsWith('/'))
    return `postgres://${login}@localhost:${server.port}/${database}?host=${encodeURIComponent(server.host)}`
  return `postgres://${login}@${server.host}:${server.port}/${database}`
}

function upstreamOf(server: ClusterAddress): Upstream {
  return server.host.startsWith('/')
    ? { path: `${server.host}/.s.PGSQL.${server.port}` }
    : { host: server.host, port: server.port }
}

async function startProxy(kind: DatabaseKind, upstream: Upstream, latencyMs: number): Promise<Proxy | undefined> {
  if (kind === 'neon') return await startNeonProxy(upstream, latencyMs)
  return latencyMs > 0 ? await startTcpProxy(upstream, latencyMs) : undefined
}

function endpointOf(kind: DatabaseKind, server: ClusterAddress, database: string, proxy: Proxy | undefined): Endpoint {
  const { user } = server
  if (kind === 'neon')
    return {
      kind,
      url: urlOf({ ...neonLogin(server), host: 'db.localtest.invalid', port: 5432 }, database),
      wsProxy: `127.0.0.1:${proxy?.port ?? 0}/v2`,
    }
  const near = proxy ? { ...server, host: '127.0.0.1', port: proxy.port } : server
  if (kind === 'embedded') return { kind, address: { host: near.host, port: near.port, user, database } }
  return { kind, url: urlOf(near, database) }
}

/** The keeper's plain cluster has a user for whom it asks the password as Neon does. */
function neonLogin(server: ClusterAddress): { user: string; password: string } {
  const ours = !process.env['DROVER_TEST_DATABASE_URL'] && server.password !== undefined
  return { user: ours ? 'neon' : server.user, password: server.password ?? 'none' }
}

const templates = new Map<string, Promise<string>>()

/** A migrated database to copy from, made once for each state of the migration files. */
function migratedTemplate(server: ClusterAddress): Promise<string> {
  const key = `${server.host}:${server.port}`
  const made = templates.get(key) ?? makeTemplate(server)
  templates.set(key, made)
  return made
}

async function makeTemplate(server: ClusterAddress): Promise<string> {
  const source = await readMigrations()
  const hash = createHash('sha256')
  for (const { name, checksum } of [...source.migrations, ...source.scripts]) hash.update(`${name} ${checksum}\n`)
  const name = `template_${hash.digest('hex').slice(0, 12)}`
  await asAdmin(server, async (admin) => {
    await admin.query('select pg_advisory_lock(7021)')
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount) return
    await admin.query(`drop database if exists ${name}_new`)
    await admin.query(`create database ${name}_new template template0`)
    const db = connectDatabase({ kind: 'postgres', url: urlOf(server, `${name}_new`) })
    try {
      await migrateDatabase(db, source)
    } finally {
      await db.close()
    }
    await admin.query(`alter database ${name}_new rename to ${name}`)
  })
  return name
}

async function asAdmin(server: ClusterAddress, work: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({ connectionString: urlOf(server, 'postgres') })
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.end()
  }
}
