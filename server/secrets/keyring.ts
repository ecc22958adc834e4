import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ConfigError } from '../config.ts'
import type { Database } from '../db/database.ts'
import { KeyPair } from './key-pair.ts'

/** In the data folder. */
export const keyringFile = 'secret-keys'
/** In the table `server_secret`. */
const name = 'secret-keys'

const Stored = z.object({ keys: z.array(KeyPair).max(50) })

/** Newest first: values are sealed to the first one. */
export type Keyring = readonly KeyPair[]

export type KeyringStore = {
  read(): Promise<Keyring>
  /** `change` may be called more than once. */
  change(change: (keys: Keyring) => Promise<Keyring>): Promise<Keyring>
}

/**
 * The key pairs that open secrets. They are kept where all servers on the data find them, as the key of sessions is (`auth/secret.ts`):
 *
 *   one of our own PostgreSQL     `<dataDir>/secret-keys`, readable by its owner only: a copy of the database opens no secret
 *   a database that others share  the database
 *
 * Keys of both places count, so that neither a backup of the one nor a folder of the other loses what it had.
 */
export function createKeyringStore(deps: {
  readonly dataDir: string
  readonly database: Pick<Database, 'kind' | 'query'>
  readonly now: () => number
}): KeyringStore {
  const { database, now } = deps
  const path = join(deps.dataDir, keyringFile)
  const isShared = database.kind !== 'embedded'

  async function readRow(): Promise<string | undefined> {
    const [row] = await database.query<{ value: string }>('select value from server_secret where name = $1', [name])
    return row?.value
  }

  async function readAll(): Promise<{ all: Keyring; row: string | undefined }> {
    const [file, row] = await Promise.all([readFileKeys(path), readRow()])
    return { all: joined(file, row === undefined ? [] : Stored.parse(JSON.parse(row)).keys), row }
  }

  /** @returns whether nobody else was at it meanwhile. */
  async function writeRow(before: string | undefined, value: string): Promise<boolean> {
    const done =
      before === undefined
        ? await database.query(
            'insert into server_secret (name, value, created_at) values ($1, $2, $3) on conflict (name) do nothing returning name',
            [name, value, now()],
          )
        : await database.query('update server_secret set value = $2 where name = $1 and value = $3 returning name', [
            name,
            value,
            before,
          ])
    return done.length > 0
  }

  return {
    read: async () => (await readAll()).all,
    async change(change) {
      for (;;) {
        const { all, row } = await readAll()
        const next = await change(all)
        if (sameKeys(all, next) && (!isShared || row !== undefined)) return next
        const value = JSON.stringify({ keys: next })
        if (!isShared) {
          await writeFileKeys(path, deps.dataDir, value)
          // A backup of a shared database had them; from here on they stand in the folder alone.
          if (row !== undefined) await database.query('delete from server_secret where name = $1', [name])
          return next
        }
        if (!(await writeRow(row, value))) continue
        await rm(path, { force: true })
        return next
      }
    },
  }
}

function joined(...lists: Keyring[]): Keyring {
  const byId = new Map(lists.flat().map((key) => [key.id, key]))
  return [...byId.values()].toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1))
}

function sameKeys(a: Keyring, b: Keyring): boolean {
  return a.length === b.length && a.every(({ id }, at) => id === b[at]?.id)
}

async function readFileKeys(path: string): Promise<Keyring> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  const stored = Stored.safeParse(parseJson(text))
  if (stored.success) return stored.data.keys
  throw new ConfigError(
    `${path} can’t be read as the keys of secrets. Restore it from where you keep a copy, or move it away: each secret then needs its value anew.`,
  )
}

/** Either the old file or the whole new one is there at any moment. */
async function writeFileKeys(path: string, folder: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, `${text}\n`, { mode: 0o600, flag: 'wx', flush: true })
  await rename(draft, path)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
