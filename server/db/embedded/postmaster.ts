import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, open, readFile, readlink, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DatabaseStartError } from '../errors.ts'
import type { Account } from './account.ts'
import { childEnvironment, runAs } from './account.ts'

/**
 * What PostgreSQL writes to `postmaster.pid`, a line each: pid, data folder, start time, port, socket folder, address, shared memory key,
 * status. (src/include/utils/pidfile.h)
 */
export type PidFile = {
  readonly pid: number
  readonly socketDir: string
  readonly status: string
}

/** A running main process of PostgreSQL, started by us or adopted. */
export type Postmaster = {
  readonly pid: number
  readonly socketDir: string
  /** Settles when the process has ended. */
  readonly ended: Promise<void>
  /** Fast shutdown: open transactions are rolled back, everything committed is written. Forced after `patienceMs`. */
  stop(patienceMs?: number): Promise<void>
}

/** How often a process that isn't our child, or a file of PostgreSQL's, is looked at. */
const LOOK_MS = 10
const WATCH_MS = 250
const START_PATIENCE_MS = 60_000

/** The postmaster that a former server left running in `data`, once it is ready; or `undefined`. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  for (let waited = 0; waited < START_PATIENCE_MS; waited += LOOK_MS) {
    const file = await readPidFile(data)
    if (!file || !(await isAlive(file.pid)) || !(await isPostmasterOf(file.pid, data))) return undefined
    if (file.status === 'ready') return adopt(file, data)
    await delay(LOOK_MS) // starting, recovering or stopping
  }
  throw new DatabaseStartError(
    'did_not_start',
    `PostgreSQL (${data}) has been neither ready nor gone for ${START_PATIENCE_MS / 1000} s. Look at its log, server.log, beside that folder.`,
  )
}

export type StartOptions = {
  readonly postgres: string
  readonly data: string
  readonly socketDir: string
  readonly logFile: string
  readonly account: Account
  readonly settings: Readonly<Record<string, string>>
}

/** Starts PostgreSQL on `data`, where none of ours runs any more, and waits until it takes connections. Throws `did_not_start` with its last words. */
export async function startPostmaster(options: StartOptions): Promise<Postmaster> {
  await disownPidFile(options.data)
  for (let waited = 0; ; waited += 100) {
    const log = await open(options.logFile, 'a', 0o600)
    const logStart = (await log.stat()).size
    const child = spawnPostgres(options, log.fd)
    const outcome = await readyOrGone(child, options.data)
    await log.close()
    if (outcome === 'ready' && child.pid !== undefined) return fromChild(child, child.pid, options)
    const words = await readFrom(options.logFile, logStart)
    // Backends of a killed postmaster notice within a moment; until then PostgreSQL refuses, which protects the data.
    const orphans = words.includes('pre-existing shared memory block')
    if (!orphans || waited >= START_PATIENCE_MS) {
      throw new DatabaseStartError('did_not_start', `PostgreSQL did not start on ${options.data}: ${lastWords(words)}`)
    }
    await delay(100)
  }
}

function spawnPostgres(options: StartOptions, logFd: number): ChildProcess {
  const settings = Object.entries({ ...options.settings, unix_socket_directories: options.socketDir }).flatMap(
    ([name, value]) => ['-c', `${name}=${value}`],
  )
  const child = spawn(options.postgres, ['-D', options.data, ...settings], {
    ...options.account,
    cwd: '/',
    env: childEnvironment(),
    stdio: ['ignore', logFd, logFd],
    detached: true, // its own session: Ctrl-C in the terminal reaches the server alone, which then stops the database in order
  })
  child.unref()
  child.on('error', () => undefined) // seen as an exit by readyOrGone
  return child
}

async function readyOrGone(child: ChildProcess, data: string): Promise<'ready' | 'gone'> {
  if (child.pid === undefined) return 'gone'
  for (let waited = 0; waited < START_PATIENCE_MS; waited += LOOK_MS) {
    if (child.exitCode !== null || child.signalCode !== null) return 'gone'
    const file = await readPidFile(data)
    if (file?.pid === child.pid && file.status === 'ready') return 'ready'
    await delay(LOOK_MS)
  }
  child.kill('SIGQUIT')
  await once(child, 'exit')
  return 'gone'
}

function fromChild(child: ChildProcess, pid: number, { data, socketDir }: StartOptions): Postmaster {
  const ended =
    child.exitCode === null && child.signalCode === null ? once(child, 'exit').then(() => undefined) : Promise.resolve()
  return { pid, socketDir, ended, stop: (patienceMs) => stop({ pid, data }, ended, patienceMs) }
}

function adopt(file: PidFile, data: string): Postmaster {
  const ended = new Promise<void>((resolve) => {
    const look = (): void => {
      void isAlive(file.pid).then((alive) => (alive ? setTimeout(look, WATCH_MS).unref() : resolve()))
    }
    look()
  })
  return {
    pid: file.pid,
    socketDir: file.socketDir,
    ended,
    stop: (patienceMs) => stop({ pid: file.pid, data }, gone(file.pid), patienceMs),
  }
}

async function gone(pid: number): Promise<void> {
  while (await isAlive(pid)) await delay(LOOK_MS)
}

/** https://www.postgresql.org/docs/18/server-shutdown.html: SIGINT is the fast shutdown, SIGQUIT the immediate one. */
async function stop(
  { pid, data }: { pid: number; data: string },
  ended: Promise<void>,
  patienceMs = 15_000,
): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!(await isAlive(pid)) || !(await isPostmasterOf(pid, data)) || !sendSignal(pid, signal)) return
    const patience = new AbortController()
    const inTime = await Promise.race([
      ended.then(() => true),
      delay(patienceMs, false, { signal: patience.signal }).catch(() => false),
    ])
    patience.abort()
    if (inTime) return
  }
}

export async function readPidFile(data: string): Promise<PidFile | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
  const [pid, , , , socketDir, , , status] = text.split('\n')
  if (!pid || !/^\d+$/.test(pid.trim())) return undefined
  return { pid: Number(pid), socketDir: socketDir?.trim() ?? '', status: status?.trim() ?? '' }
}

/** A zombie counts as gone: an adopted process may have nobody who reaps it. */
export async function isAlive(pid: number): Promise<boolean> {
  if (!sendSignal(pid, 0)) return false
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return !/\) [ZX] /.test(status)
}

function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** A pid can be given to another program after a restart of the machine. PostgreSQL's working folder is its data folder. */
async function isPostmasterOf(pid: number, data: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '')
    return cwd === data || cwd === `${data} (deleted)`
  }
  const { stdout } = await runAs(undefined, '/bin/ps', ['-o', 'command=', '-p', String(pid)])
  return stdout.includes('postgres') && stdout.includes(data)
}

/**
 * PostgreSQL refuses to start when the pid in its file is in use, be it by a stranger or by a zombie that nobody reaps. Removing the file
 * would also remove the shared memory key by which it notices surviving backends, so the pid is replaced by ours: a pid file of its parent
 * doesn't stop it (CreateLockFile in src/backend/utils/init/miscinit.c).
 */
async function disownPidFile(data: string): Promise<void> {
  const file = await readPidFile(data)
  if (!file || !sendSignal(file.pid, 0)) return
  const path = join(data, 'postmaster.pid')
  const text = await readFile(path, 'utf8')
  const { uid, gid } = await stat(path)
  await writeFile(`${path}.new`, text.replace(/^\d+/, String(process.pid)), { mode: 0o600 })
  if (process.getuid?.() === 0) await chown(`${path}.new`, uid, gid)
  await rename(`${path}.new`, path)
}

async function readFrom(path: string, start: number): Promise<string> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0))
  return bytes.subarray(start).toString('utf8')
}

/** PostgreSQL's last FATAL line, or its last line. */
function lastWords(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '')
  const last = lines.findLast((line) => line.includes('FATAL') || line.includes('PANIC')) ?? lines.at(-1)
  // Without time and pid: a start that fails again for the same reason says the same.
  return last?.replace(/^\S+ \S+ \S+ \[\d+\] /, '') ?? 'it said nothing'
}
