import { readFileSync, realpathSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { PullPolicy } from '#shared/domain/environment.ts'
import { maxTextBytes } from '#shared/domain/bounded-text.ts'
import { SandboxKind } from '#shared/domain/harness.ts'
import { personalKeyPrefix } from '#shared/domain/personal-key.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { readConfigFile } from './config/config-file.ts'
import { ofAgents, only, passedOn } from './config/host-environment.ts'
import { settings, type Setting } from './config/settings.ts'
import { duration, list, size } from './config/values.ts'
import { readVariables } from './config/variables.ts'
import { parseVolume, volumeObjection, type Volume } from './config/volumes.ts'
import { snapshotSettings, type SnapshotSettings } from './snapshot/settings.ts'
import { readAgents, type CustomAgent } from './harness/custom-agents.ts'

export { settings }

export interface RunnerConfig {
  url: string
  key: string
  folder: string
  /** Where the folders of runs lie; `undefined`: in the data folder. */
  workspaces: string | undefined
  name: string
  hostName: string
  /** Sandboxes that it offers. */
  backends: readonly SandboxKind[]
  capacity: number
  docker: {
    /** `undefined`: where Docker is by default. */
    socket: string | undefined
    host: string | undefined
    context: string | undefined
    /** Folder of Docker's own settings. */
    configFolder: string
    tls: { certificates: string } | undefined
    apiVersion: string | undefined
    image: string
    pull: PullPolicy
    network: string
    memoryBytes: number
    cpus: number
    pids: number
    shmBytes: number
    tmpBytes: number
    diskBytes: number | undefined
    volumes: readonly Volume[]
    env: Readonly<Record<string, string>>
  }
  direct: {
    setUp: string | undefined
    tearDown: string | undefined
    commandMs: number
    env: Readonly<Record<string, string>>
  }
  disk: {
    /** 0: nothing is watched. */
    minFreeBytes: number
    /** Of one run; 0: without a bound. */
    runBytes: number
  }
  /** What is kept of one long output, in bytes. */
  outputBytes: number
  metrics: { host: string; port: number } | undefined
  cleanUp: boolean
  idleMs: number
  quietMs: number
  hungMs: number
  keepDays: number
  setUps: { count: number; bytes: number; days: number }
  snapshots: SnapshotSettings
  openCodeConfig: string | undefined
  agents: readonly CustomAgent[]
  /** Of the person's own agents: their sign-in and the folders where they keep it. */
  agentEnv: Record<string, string>
  parentPid: number | undefined
  logLevel: 'debug' | 'info' | 'warn' | 'error'
  /** For processes of this machine that act for the person: git with their credentials. */
  hostEnv: Record<string, string>
}

const positive = z.coerce.number().int().positive()
const flag = z.enum(['0', '1', 'true', 'false', '']).transform((value) => value === '1' || value === 'true')
const MiB = 1024 ** 2
const unlimited = 1000

const Environment = z.object({
  DROVER_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:4400'),
  DROVER_API_KEY: z.string().optional(),
  DROVER_API_KEY_FILE: z.string().optional(),
  DROVER_RUNNER_DIR: z.string().min(1).default(join(homedir(), '.local/share/drover/runner')),
  DROVER_RUNNER_WORKSPACES: z.string().startsWith('/', 'an absolute path is expected').optional(),
  DROVER_RUNNER_NAME: z.string().min(1).max(120).default(hostname()),
  DROVER_RUNNER_HOST: z.string().min(1).max(120).default(hostname()),
  DROVER_RUNNER_BACKENDS: z
    .string()
    .transform((text) => [...new Set(text.split(',').map((name) => name.trim()))])
    .pipe(z.array(SandboxKind).min(1))
    .default(['direct', 'docker']),
  DROVER_RUNNER_CAPACITY: z.coerce
    .number()
    .int()
    .min(0)
    .max(unlimited)
    .transform((count) => (count === 0 ? unlimited : count))
    .default(4),
  DROVER_RUNNER_ENV: list.default([]),
  DROVER_DOCKER_ENV: list.default([]),
  DROVER_DIRECT_ENV: list.default([]),
  DROVER_DOCKER_VOLUMES: list.default([]),
  DROVER_DOCKER_UNSAFE_VOLUMES: flag.default(false),
  DROVER_DOCKER_SOCKET: z.string().optional(),
  DOCKER_HOST: z.string().optional(),
  DOCKER_CONTEXT: z.string().optional(),
  DOCKER_CONFIG: z.string().default(join(homedir(), '.docker')),
  DOCKER_TLS_VERIFY: z.string().default('0'),
  DOCKER_CERT_PATH: z.string().optional(),
  DOCKER_API_VERSION: z
    .string()
    .regex(/^\d+\.\d+$/)
    .optional(),
  DROVER_DOCKER_IMAGE: z.string().min(1).default('debian:bookworm'),
  DROVER_DOCKER_PULL: PullPolicy.default('missing'),
  DROVER_DOCKER_NETWORK: z.string().min(1).max(100).default('bridge'),
  DROVER_DOCKER_MEMORY: size({ least: 6 * MiB }).optional(),
  DROVER_DOCKER_MEMORY_MB: positive.min(6).default(4096),
  DROVER_DOCKER_CPUS: z.coerce.number().positive().max(1024).default(2),
  DROVER_DOCKER_PIDS: positive.min(20).default(1024),
  DROVER_DOCKER_SHM: size({ least: MiB }).optional(),
  DROVER_DOCKER_TMP: size({ least: MiB }).optional(),
  DROVER_DOCKER_DISK: size({ least: 16 * MiB }).optional(),
  DROVER_DIRECT_SETUP: z.string().optional(),
  DROVER_DIRECT_TEARDOWN: z.string().optional(),
  DROVER_DIRECT_COMMAND_TIME: duration.default(600_000),
  DROVER_RUNNER_MIN_FREE: size({ least: MiB, zero: true }).default(2 * 1024 * MiB),
  DROVER_RUNNER_RUN_DISK: size({ least: MiB, zero: true }).default(30 * 1024 * MiB),
  DROVER_RUNNER_OUTPUT: size({ least: MiB, most: maxTextBytes }).default(256 * MiB),
  DROVER_NO_CLEANUP: flag.default(false),
  DROVER_RUNNER_IDLE: duration.optional(),
  DROVER_RUNNER_IDLE_MS: z.coerce.number().int().min(0).default(600_000),
  DROVER_RUNNER_QUIET_MS: positive.default(120_000),
  DROVER_RUNNER_HUNG_MS: positive.default(1_800_000),
  DROVER_RUNNER_KEEP_DAYS: positive.default(14),
  DROVER_RUNNER_SETUPS: z.coerce.number().int().min(0).max(1000).default(20),
  DROVER_RUNNER_SETUPS_GB: z.coerce.number().positive().default(20),
  DROVER_RUNNER_SETUPS_DAYS: positive.default(14),
  DROVER_OPENCODE_CONFIG: z.string().optional(),
  DROVER_AGENTS: z.string().optional(),
  OTEL_METRICS_EXPORTER: z.string().default('none'),
  OTEL_EXPORTER_PROMETHEUS_HOST: z.string().default('localhost'),
  OTEL_EXPORTER_PROMETHEUS_PORT: z.coerce.number().int().min(0).max(65_535).default(9464),
  DROVER_RUNNER_PARENT_PID: positive.optional(),
  DROVER_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
})

/** The only place of the runner that looks at its environment. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env
}

type Given = Readonly<Record<string, string | undefined>>

/** Settings by their names, as they were given, and where: flags stand in the environment, which goes before the file. */
export interface GivenSettings {
  readonly values: Readonly<Record<string, string>>
  /** Where a setting of the file stands. */
  readonly lines: ReadonlyMap<string, string>
}

export function gatherSettings(environment: Given): Result<GivenSettings, string> {
  const given = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]): [string, string][] =>
      value === undefined || value === '' ? [] : [[name, value]],
    ),
  )
  const file = given['DROVER_RUNNER_CONFIG']
  if (file === undefined) return ok({ values: given, lines: new Map() })
  const read = readConfigFile(file)
  if (!read.ok) return read
  const values: Record<string, string> = {}
  const lines = new Map<string, string>()
  for (const [name, { value, line }] of read.value) {
    values[name] = value
    if (given[name] === undefined) lines.set(name, `${file}, line ${line}`)
  }
  // The same in another unit: what is said nearer goes before.
  for (const [name, other] of [
    ['DROVER_DOCKER_MEMORY', 'DROVER_DOCKER_MEMORY_MB'],
    ['DROVER_RUNNER_IDLE', 'DROVER_RUNNER_IDLE_MS'],
  ] as const) {
    if (given[other] !== undefined) delete values[name]
  }
  return ok({ values: { ...values, ...given }, lines })
}

/** @returns the settings, or a sentence that says which one is wrong, where it stands, and what is allowed. */
export function readConfig(environment: Given): Result<RunnerConfig, string> {
  const gathered = gatherSettings(environment)
  return gathered.ok ? toConfig(gathered.value) : gathered
}

export function toConfig({ values: given, lines }: GivenSettings): Result<RunnerConfig, string> {
  const wrong = (name: string, what: string): Result<never, string> => {
    const setting = settings.find((one) => one.name === name)
    const where = lines.get(name)
    const said = where === undefined ? '' : `${where}: `
    return err(`${said}${namesOf(setting, name)} is not valid: ${what}. ${setting?.about ?? ''}`)
  }
  const parsed = Environment.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return wrong(String(issue?.path[0] ?? ''), issue?.message ?? '')
  }
  const read = parsed.data
  const key = readKey(read.DROVER_API_KEY, read.DROVER_API_KEY_FILE)
  if (!key.ok) return key
  const agents = readAgents(read.DROVER_AGENTS)
  if (!agents.ok) return agents
  const folder = resolve(read.DROVER_RUNNER_DIR)
  const volumes: Volume[] = []
  for (const text of read.DROVER_DOCKER_VOLUMES) {
    const volume = parseVolume(text)
    if (!volume.ok) return wrong('DROVER_DOCKER_VOLUMES', volume.error.replace(/\.$/, ''))
    volumes.push(volume.value)
    if (read.DROVER_DOCKER_UNSAFE_VOLUMES) continue
    const sockets = [read.DROVER_DOCKER_SOCKET, read.DOCKER_HOST?.replace(/^unix:\/\//, ''), ...usualSockets]
    const objection = volumeObjection(
      { ...volume.value, source: real(volume.value.source) },
      {
        sockets: sockets.flatMap((path) => (path?.startsWith('/') === true ? [path, real(path)] : [])),
        dataFolder: real(folder),
      },
    )
    if (objection !== undefined) return wrong('DROVER_DOCKER_VOLUMES', objection.replace(/\.$/, ''))
  }
  const env: Record<string, Record<string, string>> = {}
  for (const name of ['DROVER_RUNNER_ENV', 'DROVER_DOCKER_ENV', 'DROVER_DIRECT_ENV'] as const) {
    const variables = readVariables(read[name], given)
    if (!variables.ok) return wrong(name, variables.error)
    env[name] = variables.value
  }
  const memoryBytes = read.DROVER_DOCKER_MEMORY ?? read.DROVER_DOCKER_MEMORY_MB * MiB
  const half = Math.floor(memoryBytes / 2)
  return ok({
    url: read.DROVER_URL.replace(/\/+$/, ''),
    key: key.value,
    folder,
    workspaces: read.DROVER_RUNNER_WORKSPACES,
    name: read.DROVER_RUNNER_NAME,
    hostName: read.DROVER_RUNNER_HOST,
    backends: read.DROVER_RUNNER_BACKENDS,
    capacity: read.DROVER_RUNNER_CAPACITY,
    docker: {
      socket: read.DROVER_DOCKER_SOCKET,
      host: read.DOCKER_HOST,
      context: read.DOCKER_CONTEXT,
      configFolder: read.DOCKER_CONFIG,
      tls: isOff(read.DOCKER_TLS_VERIFY) ? undefined : { certificates: read.DOCKER_CERT_PATH ?? read.DOCKER_CONFIG },
      apiVersion: read.DOCKER_API_VERSION,
      image: read.DROVER_DOCKER_IMAGE,
      pull: read.DROVER_DOCKER_PULL,
      network: read.DROVER_DOCKER_NETWORK,
      memoryBytes,
      cpus: read.DROVER_DOCKER_CPUS,
      pids: read.DROVER_DOCKER_PIDS,
      shmBytes: read.DROVER_DOCKER_SHM ?? Math.min(256 * MiB, half),
      tmpBytes: read.DROVER_DOCKER_TMP ?? half,
      diskBytes: read.DROVER_DOCKER_DISK,
      volumes,
      env: { ...env['DROVER_DOCKER_ENV'], ...env['DROVER_RUNNER_ENV'] },
    },
    direct: {
      setUp: read.DROVER_DIRECT_SETUP,
      tearDown: read.DROVER_DIRECT_TEARDOWN,
      commandMs: read.DROVER_DIRECT_COMMAND_TIME,
      env: { ...env['DROVER_DIRECT_ENV'], ...env['DROVER_RUNNER_ENV'] },
    },
    disk: { minFreeBytes: read.DROVER_RUNNER_MIN_FREE, runBytes: read.DROVER_RUNNER_RUN_DISK },
    outputBytes: read.DROVER_RUNNER_OUTPUT,
    metrics:
      read.OTEL_METRICS_EXPORTER === 'prometheus'
        ? { host: read.OTEL_EXPORTER_PROMETHEUS_HOST, port: read.OTEL_EXPORTER_PROMETHEUS_PORT }
        : undefined,
    cleanUp: !read.DROVER_NO_CLEANUP,
    idleMs: read.DROVER_RUNNER_IDLE ?? read.DROVER_RUNNER_IDLE_MS,
    quietMs: read.DROVER_RUNNER_QUIET_MS,
    hungMs: read.DROVER_RUNNER_HUNG_MS,
    keepDays: read.DROVER_RUNNER_KEEP_DAYS,
    setUps: {
      count: read.DROVER_RUNNER_SETUPS,
      bytes: read.DROVER_RUNNER_SETUPS_GB * 1e9,
      days: read.DROVER_RUNNER_SETUPS_DAYS,
    },
    snapshots: snapshotSettings(given),
    openCodeConfig: read.DROVER_OPENCODE_CONFIG,
    agents: agents.value,
    agentEnv: only(ofAgents, given),
    parentPid: read.DROVER_RUNNER_PARENT_PID,
    logLevel: read.DROVER_LOG_LEVEL,
    hostEnv: only(passedOn, given),
  })
}

const usualSockets = [
  '/var/run/docker.sock',
  '/run/docker.sock',
  join(homedir(), '.docker/run/docker.sock'),
  `/run/user/${process.getuid?.() ?? 0}/docker.sock`,
]

/** As Docker reads it. */
function isOff(value: string): boolean {
  return value === '0' || value === 'false'
}

function namesOf(setting: Setting | undefined, name: string): string {
  const others = [setting?.flag, setting?.key].filter((one) => one !== undefined)
  return others.length === 0 ? name : `${name} (${others.join(', ')})`
}

/** Where a path leads; what is not there yet leads nowhere else. */
function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function readKey(key: string | undefined, file: string | undefined): Result<string, string> {
  if (key !== undefined) return agentKey(key.trim())
  if (file === undefined) {
    return err(
      'The runner has no agent key. Make one in Settings, Runners, and put it into DROVER_API_KEY, or its file’s path into DROVER_API_KEY_FILE.',
    )
  }
  try {
    return agentKey(readFileSync(file, 'utf8').trim())
  } catch {
    return err(`The agent key can't be read from ${file} (DROVER_API_KEY_FILE).`)
  }
}

function agentKey(key: string): Result<string, string> {
  return key.startsWith(personalKeyPrefix)
    ? err('This is an API key of a person (drp_…). A runner needs an agent key (drv_…): make one in Settings, Runners.')
    : ok(key)
}
