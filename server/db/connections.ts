import { Client as NeonClient, Pool as NeonPool } from '@neondatabase/serverless'
import type { ClientConfig as NeonClientConfig } from '@neondatabase/serverless'
import pg from 'pg'
import { directUrl } from './config.ts'
import type { NeonConfig, PostgresConfig } from './config.ts'
import type { EmbeddedAddress } from './embedded/cluster.ts'
import { valueTypes } from './value-types.ts'

/** Both drivers are node-postgres underneath; this is the part of it that is used. */
export type Connections = {
  readonly pool: pg.Pool
  /** A connection outside the pool and past any pooler, for LISTEN and session locks. The caller connects and ends it. */
  direct(): pg.Client
}

export type Endpoint = { readonly kind: 'embedded'; readonly address: EmbeddedAddress } | PostgresConfig | NeonConfig

export const CONNECT_TIMEOUT_MS = 10_000
const IDLE_MS = 60_000

/** Makes the pool of `size` connections; none is opened yet. */
export function createConnections(endpoint: Endpoint, size: number): Connections {
  const poolOptions = { max: size, idleTimeoutMillis: IDLE_MS, allowExitOnIdle: false }
  if (endpoint.kind === 'neon') return neonConnections(endpoint, poolOptions)
  const options: pg.ClientConfig = {
    ...(endpoint.kind === 'embedded' ? { ...endpoint.address, ssl: false } : { connectionString: endpoint.url }),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: valueTypes,
    application_name: 'drover',
  }
  return guarded({ pool: new pg.Pool({ ...options, ...poolOptions }), direct: () => new pg.Client(options) })
}

/**
 * Neon's driver takes its settings from a global or from each client's socket; ours go to the socket, so that two databases in one
 * process don't disturb each other.
 */
function neonConnections(endpoint: NeonConfig, poolOptions: pg.PoolConfig): Connections {
  const configure = (client: NeonClient): void => {
    if (endpoint.wsProxy === undefined) return
    const proxy = endpoint.wsProxy
    client.neonConfig.wsProxy = () => proxy
    client.neonConfig.useSecureWebSocket = false
    client.neonConfig.pipelineConnect = false // pipelining is only right for Neon's cleartext password
  }
  const Client = class extends NeonClient {
    constructor(options?: string | NeonClientConfig) {
      super(options)
      configure(this)
    }
  }
  const options: NeonClientConfig = {
    connectionString: endpoint.url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    types: valueTypes,
    application_name: 'drover',
  }
  const pool = new NeonPool({ ...options, ...poolOptions })
  pool.Client = Client
  return guarded({
    pool: asPg(pool),
    direct: () => asPgClient(new Client({ ...options, connectionString: directUrl(endpoint.url) })),
  })
}

/**
 * A connection that breaks while it is idle, or checked out between two queries, emits `error`; with nobody listening that ends the
 * process. The next query on it fails, which is where it is dealt with.
 */
function guarded(connections: Connections): Connections {
  connections.pool.on('error', () => undefined)
  connections.pool.on('connect', (client) => client.on('error', () => undefined))
  return {
    pool: connections.pool,
    direct() {
      const client = connections.direct()
      client.on('error', () => undefined)
      return client
    },
  }
}

/** Neon's classes extend node-postgres' own, bundled with it; the declarations are copies, so TypeScript takes them for strangers. */
function asPg(pool: NeonPool): pg.Pool {
  return pool as unknown as pg.Pool
}
function asPgClient(client: NeonClient): pg.Client {
  return client as unknown as pg.Client
}
