import { readFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { err, ok, type Result } from '#shared/result.ts'
import { readAgents, type CustomAgent } from './harness/custom-agents.ts'

/** One row of the table of settings: nothing else of the runner reads the environment. */
interface Setting {
  readonly name: string
  readonly about: string
}

export const settings: readonly Setting[] = [
  { name: 'DROVER_URL', about: 'Address of the server. Default http://127.0.0.1:4400.' },
  { name: 'DROVER_API_KEY', about: 'Agent key that the server made for this runner.' },
  { name: 'DROVER_API_KEY_FILE', about: 'File that holds the agent key, instead of DROVER_API_KEY.' },
  { name: 'DROVER_RUNNER_DIR', about: 'Data folder of this runner. Default ~/.local/share/drover/runner.' },
  { name: 'DROVER_RUNNER_NAME', about: 'Name of this runner. Default the machine’s name.' },
  {
    name: 'DROVER_RUNNER_HOST',
    about: 'Host name that runs ask for; several runners may share one. Default the machine’s name.',
  },
  { name: 'DROVER_RUNNER_CAPACITY', about: 'Runs that it takes at once. Default 4.' },
  {
    name: 'DROVER_DOCKER_SOCKET',
    about: 'Socket of the Docker engine. Default DOCKER_HOST, else /var/run/docker.sock.',
  },
  { name: 'DOCKER_HOST', about: 'As Docker’s own tools read it: unix:///path or tcp://host:port.' },
  { name: 'DROVER_DOCKER_IMAGE', about: 'Image of runs that name none. Default debian:bookworm.' },
  { name: 'DROVER_DOCKER_NETWORK', about: 'bridge (default), none, host, or the name of a network of Docker.' },
  { name: 'DROVER_DOCKER_MEMORY_MB', about: 'Memory limit of a container. Default 4096.' },
  { name: 'DROVER_DOCKER_CPUS', about: 'Processors of a container. Default 2.' },
  { name: 'DROVER_DOCKER_PIDS', about: 'Processes of a container. Default 1024.' },
  { name: 'DROVER_NO_CLEANUP', about: '1 keeps containers and folders after a run, for looking at them.' },
  {
    name: 'DROVER_RUNNER_IDLE_MS',
    about: 'How long an agent stays alive after its turn, for a follow-up. Default 600000.',
  },
  { name: 'DROVER_RUNNER_QUIET_MS', about: 'Silence of an agent after which the transcript says so. Default 120000.' },
  { name: 'DROVER_RUNNER_HUNG_MS', about: 'Silence of an agent after which its run ends. Default 1800000.' },
  { name: 'DROVER_RUNNER_KEEP_DAYS', about: 'Days for which the workspace of an ended run is kept. Default 14.' },
  {
    name: 'DROVER_RUNNER_SETUPS',
    about: 'Set-ups of environments that are kept for later runs; 0 keeps none. Default 20.',
  },
  { name: 'DROVER_RUNNER_SETUPS_GB', about: 'Disk space that they take together. Default 20.' },
  { name: 'DROVER_RUNNER_SETUPS_DAYS', about: 'Days after their last use for which they are kept. Default 14.' },
  { name: 'DROVER_OPENCODE_CONFIG', about: 'Configuration of OpenCode as JSON, with a provider and a model.' },
  {
    name: 'DROVER_AGENTS',
    about: 'More agents that speak the Agent Client Protocol, as a JSON list or the path of a file with one.',
  },
  { name: 'CLAUDE_CODE_OAUTH_TOKEN', about: 'Sign-in of Claude Code on this machine, for the direct sandbox.' },
  { name: 'DROVER_RUNNER_PARENT_PID', about: 'Set by a server that started this runner itself.' },
  { name: 'DROVER_LOG_LEVEL', about: 'debug, info (default), warn or error.' },
]

export interface RunnerConfig {
  url: string
  key: string
  folder: string
  name: string
  hostName: string
  capacity: number
  docker: {
    /** `undefined`: where Docker is by default. */
    socket: string | undefined
    host: string | undefined
    image: string
    network: string
    memoryBytes: number
    cpus: number
    pids: number
  }
  cleanUp: boolean
  idleMs: number
  quietMs: number
  hungMs: number
  keepDays: number
  setUps: { count: number; bytes: number; days: number }
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

const Environment = z.object({
  DROVER_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:4400'),
  DROVER_API_KEY: z.string().optional(),
  DROVER_API_KEY_FILE: z.string().optional(),
  DROVER_RUNNER_DIR: z.string().min(1).default(join(homedir(), '.local/share/drover/runner')),
  DROVER_RUNNER_NAME: z.string().min(1).max(120).default(hostname()),
  DROVER_RUNNER_HOST: z.string().min(1).max(120).default(hostname()),
  DROVER_RUNNER_CAPACITY: positive.max(1000).default(4),
  DROVER_DOCKER_SOCKET: z.string().optional(),
  DOCKER_HOST: z.string().optional(),
  DROVER_DOCKER_IMAGE: z.string().min(1).default('debian:bookworm'),
  DROVER_DOCKER_NETWORK: z.string().min(1).max(100).default('bridge'),
  DROVER_DOCKER_MEMORY_MB: positive.default(4096),
  DROVER_DOCKER_CPUS: z.coerce.number().positive().default(2),
  DROVER_DOCKER_PIDS: positive.default(1024),
  DROVER_NO_CLEANUP: flag.default(false),
  DROVER_RUNNER_IDLE_MS: positive.default(600_000),
  DROVER_RUNNER_QUIET_MS: positive.default(120_000),
  DROVER_RUNNER_HUNG_MS: positive.default(1_800_000),
  DROVER_RUNNER_KEEP_DAYS: positive.default(14),
  DROVER_RUNNER_SETUPS: z.coerce.number().int().min(0).max(1000).default(20),
  DROVER_RUNNER_SETUPS_GB: z.coerce.number().positive().default(20),
  DROVER_RUNNER_SETUPS_DAYS: positive.default(14),
  DROVER_OPENCODE_CONFIG: z.string().optional(),
  DROVER_AGENTS: z.string().optional(),
  DROVER_RUNNER_PARENT_PID: positive.optional(),
  DROVER_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
})

/** What git, ssh and npm need of the person's environment; never a key of Drover's. */
const passedOn = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'SSH_AUTH_SOCK',
  'GIT_SSH_COMMAND',
  'XDG_CONFIG_HOME',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'NODE_EXTRA_CA_CERTS',
  'npm_config_registry',
]

/** Where the agents of the person keep what they know, and Claude Code's sign-in where it is a variable. */
const ofAgents = ['CLAUDE_CONFIG_DIR', 'CLAUDE_CODE_OAUTH_TOKEN', 'CODEX_HOME', 'GEMINI_CLI_HOME', 'XDG_DATA_HOME']

function only(names: readonly string[], given: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => (given[name] === undefined ? [] : [[name, given[name]]])),
  )
}

/** The only place of the runner that looks at its environment. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env
}

/** @returns the settings, or a sentence that says which one is wrong. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Result<RunnerConfig, string> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = Environment.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const name = String(issue?.path[0] ?? '')
    const about = settings.find((setting) => setting.name === name)?.about ?? ''
    return err(`${name} is not valid: ${issue?.message ?? ''}. ${about}`)
  }
  const read = parsed.data
  const key = readKey(read.DROVER_API_KEY, read.DROVER_API_KEY_FILE)
  if (!key.ok) return key
  const agents = readAgents(read.DROVER_AGENTS)
  if (!agents.ok) return agents
  return ok({
    url: read.DROVER_URL.replace(/\/+$/, ''),
    key: key.value,
    folder: read.DROVER_RUNNER_DIR,
    name: read.DROVER_RUNNER_NAME,
    hostName: read.DROVER_RUNNER_HOST,
    capacity: read.DROVER_RUNNER_CAPACITY,
    docker: {
      socket: read.DROVER_DOCKER_SOCKET,
      host: read.DOCKER_HOST,
      image: read.DROVER_DOCKER_IMAGE,
      network: read.DROVER_DOCKER_NETWORK,
      memoryBytes: read.DROVER_DOCKER_MEMORY_MB * 1024 * 1024,
      cpus: read.DROVER_DOCKER_CPUS,
      pids: read.DROVER_DOCKER_PIDS,
    },
    cleanUp: !read.DROVER_NO_CLEANUP,
    idleMs: read.DROVER_RUNNER_IDLE_MS,
    quietMs: read.DROVER_RUNNER_QUIET_MS,
    hungMs: read.DROVER_RUNNER_HUNG_MS,
    keepDays: read.DROVER_RUNNER_KEEP_DAYS,
    setUps: {
      count: read.DROVER_RUNNER_SETUPS,
      bytes: read.DROVER_RUNNER_SETUPS_GB * 1e9,
      days: read.DROVER_RUNNER_SETUPS_DAYS,
    },
    openCodeConfig: read.DROVER_OPENCODE_CONFIG,
    agents: agents.value,
    agentEnv: only(ofAgents, given),
    parentPid: read.DROVER_RUNNER_PARENT_PID,
    logLevel: read.DROVER_LOG_LEVEL,
    hostEnv: only(passedOn, given),
  })
}

function readKey(key: string | undefined, file: string | undefined): Result<string, string> {
  if (key !== undefined) return ok(key.trim())
  if (file === undefined) {
    return err(
      'The runner has no agent key. Make one in Settings, Runners, and put it into DROVER_API_KEY, or its file’s path into DROVER_API_KEY_FILE.',
    )
  }
  try {
    return ok(readFileSync(file, 'utf8').trim())
  } catch {
    return err(`The agent key can't be read from ${file} (DROVER_API_KEY_FILE).`)
  }
}
