import { setTimeout as delay } from 'node:timers/promises'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { drizzle as drizzleNodePg } from 'drizzle-orm/node-postgres'
import { drizzle as drizzleNeon } from 'drizzle-orm/neon-serverless'
import type { Pool as NeonPool } from '@neondatabase/serverless'
import type pg from 'pg'
import type { DatabaseConfig } from './config.ts'
import type { Connections, Endpoint } from './connections.ts'
import { createConnections } from './connections.ts'
import type { EmbeddedCluster } from './embedded/cluster.ts'
import { openCluster } from './embedded/cluster.ts'
import { DatabaseError, toDatabaseError } from './errors.ts'
import type { Listener, NotificationHandlers } from './notifications.ts'
import { createNotifications } from './notifications.ts'

export type Row = Record<string, unknown>

export type Queryable = {
  /**
   * Runs one statement with `$1`, `$2` … and gives its rows; several without parameters, and the rows of all in order. `int8` comes as number, `jsonb` parsed, `bytea` as Buffer, `timestamptz` as Date.
   * A JavaScript array as parameter is a PostgreSQL array; for `jsonb` pass `JSON.stringify(value)`.
   * With `name` the statement is parsed and planned once for each connection. Throws `DatabaseError`.
   */
  query<T extends object = Row>(
    sql: string,
    params?: readonly unknown[],
    options?: { readonly name?: string },
  ): Promise<T[]>
}

export type TransactionOptions = {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable'
  readonly readOnly?: boolean
}

export type Database = Queryable & {
  readonly kind: DatabaseConfig['kind']
  /** Runs `work` in one transaction, committed when it resolves and rolled back when it throws. Nothing is retried here. */
  tx<T>(work: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Calls `onNotify` with the payload of each `NOTIFY channel`. See `NotificationHandlers` for breaks of the connection. */
  listen(channel: string, handlers: NotificationHandlers): Promise<Listener>
  /** Runs `work` on a connection of its own, past any pooler: for session locks and cursors. It is closed afterwards. */
  session<T>(work: (session: Queryable) => Promise<T>): Promise<T>
  /** What keeps an embedded PostgreSQL from running, while that is so and known. */
  trouble(): string | undefined
  /** For libraries that bring Drizzle queries (better-auth). Its errors are the driver's own. */
  readonly drizzle: NodePgDatabase
  /** Ends all connections and, where it is ours, PostgreSQL. Queries after this fail with `closed`. */
  close(): Promise<void>
}

export type DatabaseOptions = {
  /** Connections in the pool; 20 unless told otherwise. */
  readonly poolSize?: number | undefined
  /** A line for the log when the embedded PostgreSQL ends unexpectedly or is back. */
  readonly onNotice?: ((message: string) => void) | undefined
}

const POOL_SIZE = 20
const CLOSE_PATIENCE_MS = 5_000
/** Statements that wait for a connection; more are refused with `too_busy`. */
const WAITING_LIMIT = 2_000

/** Opens the database of the settings; an embedded one is created, started or adopted first. Migrations are `migrateDatabase`'s. */
export async function openDatabase(config: DatabaseConfig, options: DatabaseOptions = {}): Promise<Database> {
  if (config.kind !== 'embedded') return connectDatabase(config, options)
  const cluster = await openCluster({ dataDir: config.dataDir, onNotice: options.onNotice })
  return connectDatabase({ kind: 'embedded', address: cluster.address }, options, cluster)
}

/** A database at `endpoint`, whoever runs it; `cluster` is closed with it. */
export function connectDatabase(
  endpoint: Endpoint,
  options: DatabaseOptions = {},
  cluster?: EmbeddedCluster,
): Database {
  const connections = createConnections(endpoint, options.poolSize ?? POOL_SIZE)
  const notifications = createNotifications(() => connections.direct())
  const { pool } = connections
  let closing: Promise<void> | undefined

  const checkOut = async (): Promise<pg.PoolClient> => {
    if (closing) throw new DatabaseError('the database is closed', { code: 'closed', transient: false })
    if (pool.waitingCount >= WAITING_LIMIT)
      throw new DatabaseError(`more than ${WAITING_LIMIT} statements wait for a connection`, {
        code: 'too_busy',
        transient: true,
      })
    return await pool.connect()
  }

  return {
    kind: endpoint.kind,
    drizzle: drizzleOver(endpoint, connections),
    trouble: () => cluster?.trouble(),
    async query<T extends object>(sql: string, params?: readonly unknown[], statement?: { readonly name?: string }) {
      const client = await checkOut().catch(rethrow)
      let failure: DatabaseError | undefined
      try {
        return await run<T>(client, sql, params, statement)
      } catch (error) {
        failure = toDatabaseError(error, true)
        throw failure
      } finally {
        client.release(failure?.connectionLost ?? false)
      }
    },
    async tx(work, transaction = {}) {
      const client = await checkOut().catch(rethrow)
      return await transact(client, work, transaction)
    },
    async session(work) {
      const client = connections.direct()
      try {
        await client.connect().catch(rethrow)
        return await work(queryableOver(client))
      } finally {
        await client.end().catch(() => undefined)
      }
    },
    listen: (channel, handlers) => notifications.listen(channel, handlers),
    close() {
      closing ??= (async () => {
        await notifications.close()
        // Work that holds its connection for longer loses it: to PostgreSQL's shutdown, or with the process.
        const patience = new AbortController()
        await Promise.race([
          pool.end(),
          delay(CLOSE_PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined),
        ])
        patience.abort()
        await cluster?.close()
      })()
      return closing
    },
  }
}

async function transact<T>(
  client: pg.PoolClient,
  work: (tx: Queryable) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  let broken = false
  try {
    await client
      .query(
        `begin${options.isolation ? ` isolation level ${options.isolation}` : ''}${options.readOnly ? ' read only' : ''}`,
      )
      .catch(rethrow)
    const result = await work(queryableOver(client))
    const { command } = await client.query('commit').catch((error: unknown) => {
      throw toDatabaseError(error, true)
    })
    // A transaction with a failed statement whose error was swallowed is rolled back by COMMIT, without an error of its own.
    if (command === 'ROLLBACK')
      throw new DatabaseError('the transaction was rolled back: one of its statements had failed', {
        code: '25P02',
        transient: false,
      })
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true
    })
    throw error // the work's own errors (a refusal, a bug) pass through as they are
  } finally {
    client.release(broken)
  }
}

function queryableOver(client: pg.ClientBase): Queryable {
  return { query: (sql, params, statement) => run(client, sql, params, statement).catch(rethrow) as Promise<never> }
}

async function run<T>(
  client: pg.ClientBase,
  text: string,
  params?: readonly unknown[],
  statement?: { readonly name?: string },
): Promise<T[]> {
  const result = await client.query({
    text,
    ...(params ? { values: [...params] } : {}),
    ...(statement?.name ? { name: statement.name } : {}),
  })
  // Several statements in one text give several results.
  const results: readonly pg.QueryResult[] = Array.isArray(result) ? result : [result]
  return results.flatMap((one) => one.rows)
}

function rethrow(error: unknown): never {
  throw toDatabaseError(error)
}

function drizzleOver(endpoint: Endpoint, connections: Connections): NodePgDatabase {
  if (endpoint.kind !== 'neon') return drizzleNodePg({ client: connections.pool })
  // The pool really is Neon's (see connections.ts), and the two handles differ in its type only.
  return drizzleNeon({ client: connections.pool as unknown as NeonPool })
}
