import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, lstatSync, mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * PostgreSQL for the tests. All test files of a checkout, in however many processes, share one cluster of a kind. A keeper process runs it
 * for as long as anybody is connected to the keeper's socket, and then removes it, so nothing is left even when a test run is killed.
 */
export type ClusterKind = 'embedded' | 'plain'

/** `host` is a folder for a Unix socket, as node-postgres takes it. */
export type ClusterAddress = {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password?: string
}

const START_PATIENCE_MS = 60_000
const found = new Map<ClusterKind, Promise<ClusterAddress>>()

export function sharedCluster(kind: ClusterKind): Promise<ClusterAddress> {
  const running = found.get(kind) ?? findOrStart(kind)
  found.set(kind, running)
  return running
}

/** The folders with PostgreSQL's programs that this machine has, newest first. */
export function systemPostgres(): string | undefined {
  const folders = [
    '/usr/lib/postgresql/*/bin',
    '/opt/homebrew/opt/postgresql@*/bin',
    '/usr/local/opt/postgresql@*/bin',
    '/usr/pgsql-*/bin',
  ].flatMap((pattern) => globSync(`${pattern}/initdb`))
  const major = (path: string): number => Number(/\d+/.exec(path)?.[0] ?? 0)
  return folders.toSorted((a, b) => major(b) - major(a))[0]?.replace(/\/initdb$/, '')
}

/** One for each checkout, kind and user; short enough for a socket in it. */
export function clusterFolder(kind: ClusterKind): string {
  const checkout = createHash('sha256')
    .update(import.meta.dirname)
    .digest('hex')
    .slice(0, 8)
  const folder = join(tmpdir(), `drover-test-${process.getuid?.() ?? 0}-${checkout}-${kind}`)
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  if (lstatSync(folder).uid !== process.getuid?.()) throw new Error(`${folder} belongs to somebody else`)
  return folder
}

export const keeperSocket = (folder: string): string => join(folder, 'keeper.sock')

async function findOrStart(kind: ClusterKind): Promise<ClusterAddress> {
  const folder = clusterFolder(kind)
  let keeper: { ended: boolean; words: string } | undefined
  for (const start = performance.now(); performance.now() - start < START_PATIENCE_MS;) {
    const address = await askKeeper(keeperSocket(folder))
    if (address) return address
    if (!keeper || keeper.ended) {
      // A keeper that lost a race says so and ends; any other early end is a failure worth reading.
      if (keeper && !keeper.words.includes('data_dir_in_use'))
        throw new Error(`no ${kind} PostgreSQL for the tests: ${keeper.words}`)
      keeper = spawnKeeper(kind)
    }
    await delay(20)
  }
  throw new Error(`no ${kind} PostgreSQL for the tests within ${START_PATIENCE_MS / 1000} s: ${keeper?.words ?? ''}`)
}

function spawnKeeper(kind: ClusterKind): { ended: boolean; words: string } {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'db-keeper.ts'), kind], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const state = { ended: false, words: '' }
  child.stderr.setEncoding('utf8').on('data', (text: string) => (state.words += text))
  child.on('exit', () => (state.ended = true))
  child.on('error', (error) => Object.assign(state, { ended: true, words: String(error) }))
  child.unref()
  if ('unref' in child.stderr && typeof child.stderr.unref === 'function') child.stderr.unref()
  return state
}

/** The address from a keeper that has its cluster running; the connection is kept for as long as this process lives. */
function askKeeper(path: string): Promise<ClusterAddress | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path)
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (part: string) => {
      text += part
      if (!text.endsWith('\n')) return
      socket.unref()
      resolve(JSON.parse(text))
    })
    socket.on('error', () => resolve(undefined))
    socket.on('close', () => resolve(undefined))
  })
}
