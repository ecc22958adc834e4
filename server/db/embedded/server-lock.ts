import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DatabaseStartError } from '../errors.ts'

/** Held by the one server process of a data folder. */
export type ServerLock = { close(): void }

const SQLITE_BUSY = 5
/** A lock holds until it is closed, whether or not its owner keeps it: the garbage collector would close the file. */
const heldLocks = new Set<DatabaseSync>()

/**
 * Takes the data folder for this process, or throws `data_dir_in_use`.
 *
 * Node has no `flock`, but its SQLite holds an operating-system lock on a file for as long as an exclusive transaction is open.
 * The kernel drops that lock with the process, however it dies, so there is no stale lock, no reused process id and no race.
 * `server.lock` must never be opened by anything else in this process: closing any descriptor of a file drops the POSIX locks on it.
 * `server.pid` beside it only serves the message.
 */
export function lockDataDir(dataDir: string, pid: number): ServerLock {
  const pidFile = join(dataDir, 'server.pid')
  const lockFile = join(dataDir, 'server.lock')
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(lockFile, { timeout: 0 })
    // By its path: it must not be opened.
    chmodSync(lockFile, 0o600)
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock?.close()
    if (sqliteCode(cause) === SQLITE_BUSY) throw inUse(dataDir, pidFile)
    throw new DatabaseStartError(
      'data_dir_unusable',
      `The file ${lockFile} can't be locked. Is the data folder writable, and on a file system with locks?`,
      { cause },
    )
  }
  writeFileSync(pidFile, `${pid}\n`, { mode: 0o600 })
  const held = lock
  heldLocks.add(held)
  return {
    close() {
      rmSync(pidFile, { force: true })
      heldLocks.delete(held)
      held.close()
    },
  }
}

function inUse(dataDir: string, pidFile: string): DatabaseStartError {
  const owner = readOwner(pidFile)
  return new DatabaseStartError(
    'data_dir_in_use',
    `Another Drover server${owner === undefined ? '' : ` (process ${owner})`} already uses the data folder ${dataDir}. Stop it, or choose another folder with DROVER_DATA_DIR.`,
  )
}

function readOwner(pidFile: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10)
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined // the owner hasn't written it yet
  }
}

/** SQLite's primary result code; the extended ones carry it in their low byte. */
function sqliteCode(cause: unknown): number | undefined {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'errcode') : undefined
  return typeof code === 'number' ? code & 0xff : undefined
}
