import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '#test/db.ts'
import { loadAuthSecret } from './secret.ts'

let folder: string
let database: TestDatabase
const warnings: string[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-secret-'))
  database = await openTestDatabase()
  warnings.length = 0
})
afterEach(async () => {
  await database.close()
  await rm(folder, { recursive: true })
})

const load = (dataDir: string, kind: 'embedded' | 'postgres') =>
  loadAuthSecret({
    dataDir,
    database: { kind, query: database.query },
    now: () => 1,
    log: { warn: (_, words) => warnings.push(words) },
  })

describe('with a PostgreSQL of our own', () => {
  test('it is made once, for its owner only, the same for all who ask at once and later, and not in the database', async () => {
    const dataDir = join(folder, 'data')
    const secrets = await Promise.all([1, 2, 3].map(() => load(dataDir, 'embedded')))
    expect(new Set(secrets).size).toBe(1)
    expect(secrets[0]?.length).toBe(64)
    expect(await load(dataDir, 'embedded')).toBe(secrets[0])
    const { mode } = await stat(join(dataDir, 'auth-secret'))
    expect(mode & 0o777).toBe(0o600)
    expect((await readFile(join(dataDir, 'auth-secret'), 'utf8')).trim()).toBe(secrets[0])
    expect(await database.query('select 1 from server_secret')).toEqual([])
  })

  test('a damaged one is not taken', async () => {
    await writeFile(join(folder, 'auth-secret'), 'x\n')
    await expect(load(folder, 'embedded')).rejects.toThrow('too short')
  })
})

describe('with a database that servers share', () => {
  const first = () => join(folder, 'first')
  const second = () => join(folder, 'second')

  test('all who start at once have the same, and leave no file', async () => {
    const secrets = await Promise.all([load(first(), 'postgres'), load(second(), 'postgres')])
    expect(new Set(secrets).size).toBe(1)
    await expect(stat(join(first(), 'auth-secret'))).rejects.toThrow('ENOENT')
  })

  test('the first folder that has one keeps it; the next is told that its own is over', async () => {
    const own = await load(first(), 'embedded')
    await load(second(), 'embedded')
    expect(await load(first(), 'postgres')).toBe(own)
    expect(warnings).toEqual([])
    expect(await load(second(), 'postgres')).toBe(own)
    expect(warnings).toEqual([expect.stringContaining('counts before the one in this data folder')])
    // A backup of it, restored into a data folder of its own.
    expect(await load(join(folder, 'restored'), 'embedded')).toBe(own)
  })
})
