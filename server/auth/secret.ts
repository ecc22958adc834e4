import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '../config.ts'
import type { Database } from '../db/database.ts'

const FILE = 'auth-secret'
const BYTES = 48

/** In the table `server_secret`. */
const NAME = 'auth'

type Deps = {
  readonly dataDir: string
  readonly database: Pick<Database, 'kind' | 'query'>
  readonly now: () => number
  readonly log: { warn(facts: object, message: string): void }
}

/**
 * The key that signs session cookies and invitation links. Who holds it can sign in as anybody; without it every session and
 * invitation link ends. It is made at the first start, and kept where all servers on the data find it:
 *
 *   one of our own PostgreSQL     `<dataDir>/auth-secret`, readable by its owner only, so that a copy of the database opens nothing
 *   a database that others share  the database; the file of a folder that has one already is taken over by the first server that comes
 *
 * One that is in the database (also by a restored backup) counts before a file.
 */
export async function loadAuthSecret({ dataDir, database, now, log }: Deps): Promise<string> {
  const shared = await readShared(database)
  if (shared === undefined && database.kind === 'embedded') return await readOrMakeFile(dataDir)
  const own = await read(join(dataDir, FILE))
  const secret = shared ?? (await share(database, own ?? newSecret(), now()))
  if (own !== undefined && own !== secret)
    log.warn(
      { file: join(dataDir, FILE) },
      'the database has a secret for all its servers, which counts before the one in this data folder: who signed in by that signs in again',
    )
  return secret
}

async function readShared(database: Deps['database']): Promise<string | undefined> {
  const [row] = await database.query<{ value: string }>('select value from server_secret where name = $1', [NAME])
  return row?.value
}

/** Of several servers that start at once, the first one's holds. */
async function share(database: Deps['database'], secret: string, now: number): Promise<string> {
  await database.query(
    'insert into server_secret (name, value, created_at) values ($1, $2, $3) on conflict (name) do nothing',
    [NAME, secret, now],
  )
  const kept = await readShared(database)
  if (kept === undefined) throw new Error('the secret of the servers can’t be read back after it was written')
  return kept
}

function newSecret(): string {
  return randomBytes(BYTES).toString('base64url')
}

async function readOrMakeFile(dataDir: string): Promise<string> {
  const path = join(dataDir, FILE)
  const kept = await read(path)
  if (kept !== undefined) return kept
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, `${newSecret()}\n`, { mode: 0o600, flag: 'wx' })
  try {
    // A link either makes the whole file appear or fails because another process was first.
    await link(draft, path)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
  const secret = await read(path)
  if (secret === undefined) throw new Error(`${path} can't be read back after it was written`)
  return secret
}

async function read(path: string): Promise<string | undefined> {
  try {
    const secret = (await readFile(path, 'utf8')).trim()
    if (secret.length < 32)
      throw new ConfigError(
        `${path} is too short to be the secret. Restore it from a backup, or delete it: everybody then signs in anew.`,
      )
    return secret
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
