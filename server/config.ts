import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'

const leaseWords = 'must be a whole number of milliseconds, 1000 or more'
const portWords = 'must be a whole number from 0 to 65535'
const Port = z.coerce.number(portWords).int(portWords).min(0, portWords).max(65_535, portWords)

/**
 * Every setting of the server: name, type, default, sentence. Nothing else here reads the environment; `drover start` sets
 * some of them from its flags.
 */
const Settings = z.object({
  DROVER_DATA_DIR: z
    .string()
    .min(1)
    .default(join(homedir(), '.drover'))
    .describe('Folder for the database, keys and the runner’s files.'),
  DROVER_HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. Anything but loopback makes the server reachable by others.'),
  DROVER_PORT: Port.default(4400).describe('Port to listen on; 0 takes a free one.'),
  DROVER_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must look like https://drover.example.net' })
    .optional()
    .describe('Where people reach the server, when that is not host and port.'),
  DATABASE_URL: z.string().optional().describe('A PostgreSQL of your own. Without it one runs inside the data folder.'),
  DROVER_DB_DRIVER: z
    .enum(['pg', 'neon'])
    .optional()
    .describe('Overrules the driver that fits the database’s host name.'),
  DROVER_NEON_WS_PROXY: z.string().optional().describe('host:port/path of a WebSocket proxy for the Neon driver.'),
  DROVER_EMBEDDED_RUNNER: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Whether the server starts a runner on this machine.'),
  DROVER_WEB_DIR: z.string().optional().describe('Folder of the built web app.'),
  DROVER_PUSH_PRIVATE: z
    .enum(['on', 'off'])
    .default('off')
    .describe('Whether pushes may go to push services inside private networks, such as one of your own.'),
  DROVER_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
    .default('info')
    .describe('How much is logged.'),
  DROVER_LEASE_MS: z.coerce
    .number(leaseWords)
    .int(leaseWords)
    .min(1000, leaseWords)
    .default(60_000)
    .describe('A run whose runner is silent for so long is taken as lost.'),
})

export type ServerConfig = {
  readonly dataDir: string
  readonly host: string
  readonly port: number
  readonly publicUrl: URL | undefined
  readonly databaseUrl: string | undefined
  readonly dbDriver: 'pg' | 'neon' | undefined
  readonly neonWsProxy: string | undefined
  readonly embeddedRunner: boolean
  readonly webDir: string
  readonly pushPrivate: boolean
  readonly logLevel: z.infer<typeof Settings>['DROVER_LOG_LEVEL']
  readonly leaseMs: number
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** The process's environment, for `readConfig` and for processes that are started with it. */
export function inheritedEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env
}

/** Throws `ConfigError` with a sentence for each setting that can't be read. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ServerConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = Settings.safeParse(given)
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}.`).join('\n'))
  const settings = parsed.data
  return {
    dataDir: resolve(settings.DROVER_DATA_DIR),
    host: settings.DROVER_HOST,
    port: settings.DROVER_PORT,
    publicUrl: settings.DROVER_PUBLIC_URL === undefined ? undefined : new URL(settings.DROVER_PUBLIC_URL),
    databaseUrl: settings.DATABASE_URL,
    dbDriver: settings.DROVER_DB_DRIVER,
    neonWsProxy: settings.DROVER_NEON_WS_PROXY,
    embeddedRunner: settings.DROVER_EMBEDDED_RUNNER === 'on',
    webDir: resolve(settings.DROVER_WEB_DIR ?? join(import.meta.dirname, '..', 'dist', 'web')),
    pushPrivate: settings.DROVER_PUSH_PRIVATE === 'on',
    logLevel: settings.DROVER_LOG_LEVEL,
    leaseMs: settings.DROVER_LEASE_MS,
  }
}
