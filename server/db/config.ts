import { DatabaseStartError } from './errors.ts'

/** Where the database is and how to speak to it. */
export type DatabaseConfig = EmbeddedConfig | PostgresConfig | NeonConfig
export type EmbeddedConfig = { readonly kind: 'embedded'; readonly dataDir: string }
export type PostgresConfig = { readonly kind: 'postgres'; readonly url: string }
export type NeonConfig = {
  readonly kind: 'neon'
  readonly url: string
  /** `host:port/path` of a WebSocket proxy of one's own, reached over plain `ws:`; Neon's own is used without it. */
  readonly wsProxy?: string | undefined
}

/** The values of the settings that choose a database. */
export type DatabaseSettings = {
  readonly dataDir: string
  /** `DATABASE_URL` */
  readonly databaseUrl?: string | undefined
  /** `DROVER_DB_DRIVER` */
  readonly driver?: 'pg' | 'neon' | undefined
  /** `DROVER_NEON_WS_PROXY` */
  readonly neonWsProxy?: string | undefined
}

/** No URL: embedded. A host of Neon, or the driver `neon`: Neon's driver. Any other: plain PostgreSQL. Throws `bad_url`. */
export function databaseConfig(settings: DatabaseSettings): DatabaseConfig {
  const { databaseUrl: url, driver } = settings
  if (!url) {
    if (driver) throw new DatabaseStartError('bad_url', `DROVER_DB_DRIVER is "${driver}", which needs DATABASE_URL.`)
    return { kind: 'embedded', dataDir: settings.dataDir }
  }
  const parsed = URL.parse(url)
  if (!parsed || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    // The URL itself holds a password and stays out of the message.
    throw new DatabaseStartError('bad_url', 'DATABASE_URL must look like postgres://user:password@host:5432/database.')
  }
  const neonHost = /(^|\.)neon\.(tech|build)$/.test(parsed.hostname)
  if (driver === 'pg' || (driver === undefined && !neonHost)) return { kind: 'postgres', url }
  return { kind: 'neon', url, wsProxy: settings.neonWsProxy }
}

/**
 * Neon's pooled endpoint (`…-pooler.…`) hands each transaction to another connection, where LISTEN and session locks don't work;
 * the same name without `-pooler` is the direct one. https://neon.com/docs/connect/connection-pooling
 */
export function directUrl(url: string): string {
  const parsed = new URL(url)
  parsed.hostname = parsed.hostname.replace(/^([^.]+)-pooler\./, '$1.')
  return parsed.href
}
