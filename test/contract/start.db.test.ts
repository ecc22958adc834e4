import { spawn, type SpawnOptions } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { notePublicUrl } from '#server/public-url-file.ts'
import { openTestDatabase, type TestDatabase } from '../db.ts'

const root = join(import.meta.dirname, '..', '..')
// Each test is a process that loads the whole server, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

let folder: string
let file: string
let database: TestDatabase
const other = createServer((_request, response) => response.end('Not Drover'))
let taken: number

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-start-'))
  file = join(folder, 'file')
  await writeFile(file, 'x')
  database = await openTestDatabase()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  taken = (other.address() as AddressInfo).port
})
afterAll(async () => {
  await new Promise((resolve) => other.close(resolve))
  await database.close()
  await rm(folder, { recursive: true, force: true })
})

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** One part of Drover as a process of its own, until it ends. */
function run(
  part: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  options: Pick<SpawnOptions, 'uid' | 'gid'> = {},
): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [join(root, part), ...args], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 55_000,
    env: { PATH, HOME, DROVER_PORT: '0', DROVER_EMBEDDED_RUNNER: 'off', ...environment },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

const urlWith = (change: (url: URL) => void): string => {
  const url = new URL(database.config.url)
  change(url)
  return url.href
}

describe('a server that can’t start says in one line why and what to do', () => {
  const dataDir = () => join(folder, 'data')
  const cases: readonly (readonly [string, () => Record<string, string>, RegExp])[] = [
    [
      'a port in use',
      () => ({ DROVER_PORT: String(taken), DATABASE_URL: database.config.url }),
      /^Port \d+ on 127\.0\.0\.1 is in use\. Stop what uses it, or choose another with --port or DROVER_PORT\.$/,
    ],
    [
      'a port in use, before a database is made',
      () => ({ DROVER_PORT: String(taken), DROVER_DATA_DIR: join(folder, 'not-made') }),
      /^Port \d+ on 127\.0\.0\.1 is in use\./,
    ],
    [
      'a data folder that is a file',
      () => ({ DROVER_DATA_DIR: file }),
      /^The data folder .*file can't be made: there is a file of that name\. Choose another with --data-dir or DROVER_DATA_DIR\.$/,
    ],
    [
      'a data folder below a file',
      () => ({ DROVER_DATA_DIR: join(file, 'data') }),
      /^The data folder .*data can't be made: there is a file of that name\./,
    ],
    [
      'an address that is no address',
      () => ({ DATABASE_URL: 'mysql://u:secret@db/x' }),
      /^DATABASE_URL must look like postgres:\/\/user:password@host:5432\/database\.$/,
    ],
    [
      'a database that does not run',
      () => ({ DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' }),
      /^The database can't be reached: .*ECONNREFUSED.*\. Is DATABASE_URL right, and does the database run\?$/,
    ],
    [
      'a host that nobody knows',
      () => ({ DATABASE_URL: 'postgres://u:secret@db.invalid/x' }),
      /^The database can't be reached: .*db\.invalid\. Is DATABASE_URL right/,
    ],
    [
      'a database that does not exist',
      () => ({ DATABASE_URL: urlWith((url) => (url.pathname = '/missing')) }),
      /^The database does not exist: .*"missing".*\. Create it, or mend its name at the end of DATABASE_URL\.$/,
    ],
    [
      'a user that nobody knows',
      () => ({ DATABASE_URL: urlWith((url) => (url.username = 'stranger')) }),
      /^The database does not let Drover in: .*"stranger".*\. Mend the user or the password in DATABASE_URL\.$/,
    ],
    [
      'an address of something else',
      () => ({ DATABASE_URL: `postgres://u:secret@127.0.0.1:${taken}/x` }),
      /^The database can't be (?:used|reached): .*DATABASE_URL/,
    ],
    [
      'a wrong setting',
      () => ({ DROVER_LEASE_MS: '5' }),
      /^DROVER_LEASE_MS: must be a whole number of milliseconds, 1000 or more\.$/,
    ],
    ['a setting that is no number', () => ({ DROVER_LEASE_MS: 'abc' }), /^DROVER_LEASE_MS: must be a whole number/],
  ]

  test.each(cases)('%s', async (_what, environment, sentence) => {
    const { code, stdout, stderr } = await run('server/main.ts', [], { DROVER_DATA_DIR: dataDir(), ...environment() })
    expect(stderr).toMatch(/^drover: [^\n]*\n$/)
    expect(stderr.slice('drover: '.length, -1)).toMatch(sentence)
    expect(stderr).not.toContain('secret')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(existsSync(join(folder, 'not-made'))).toBe(false)
  })

  test('a database that a newer version has used', async () => {
    const newer = await openTestDatabase()
    await newer.query(
      "insert into drover_migration (version, name, checksum, applied_at) values (9999, '9999_later', 'x', 0)",
    )
    const ended = await run('server/main.ts', [], { DROVER_DATA_DIR: dataDir(), DATABASE_URL: newer.config.url })
    await newer.close()
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'drover: The database was last used by a newer Drover (migration 9999_later). Start that version, or restore a backup made before it.\n',
    })
  })

  test('a data folder that this user may not write', async () => {
    const closed = join(folder, 'closed')
    await mkdir(closed, { mode: 0o500 })
    const somebody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    const ended = await run('server/main.ts', [], { DROVER_DATA_DIR: join(closed, 'data') }, somebody)
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: `drover: The data folder ${join(closed, 'data')} can't be written by this user. Start Drover as the user whom it belongs to, or choose another with --data-dir or DROVER_DATA_DIR.\n`,
    })
  })

  test('a secret that was damaged', async () => {
    const damaged = await mkdtemp(join(folder, 'damaged-'))
    await writeFile(join(damaged, 'auth-secret'), 'x\n')
    const ended = await run('server/main.ts', [], { DROVER_DATA_DIR: damaged, DATABASE_URL: database.config.url })
    expect(ended.code).toBe(2)
    expect(ended.stderr).toMatch(
      /^drover: .*auth-secret is too short to be the secret\. Restore it from a backup, or delete it[^\n]*\n$/,
    )
  })
})

describe('`drover` says in words what is wrong with a call', () => {
  const cases: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    [
      'a command that does not exist',
      ['fly'],
      1,
      /unknown command 'fly'[^]*Run “npx drover --help” for what there is\./,
    ],
    ['an option that does not exist', ['start', '--fast'], 1, /unknown option '--fast'/],
    ['a port that is none', ['start', '--port', 'abc'], 1, /A port is a number from 0 to 65535\./],
    ['an address that is none', ['runner', '--url', 'drover.local'], 1, /It must start with http:\/\/ or https:\/\/\./],
    ['a capacity that is none', ['runner', '--capacity', '-1'], 1, /It must be a number from 0 to 1000\./],
    ['a runner without a key', ['runner'], 78, /The runner has no agent key\. Make one in Settings, Runners/],
    ['a key file that is not there', ['runner', '--key-file', '/nowhere/key'], 78, /can't be read from \/nowhere\/key/],
    ['a backup without a file', ['db', 'backup'], 1, /missing required argument 'file'/],
    ['a backup that is not there', ['db', 'restore', '/nowhere/backup'], 1, /\/nowhere\/backup/],
    ['a reset without a database', ['admin', 'reset-link', 'a@example.test'], 1, /There is no database in /],
  ]

  test.each(cases)('%s', async (_what, args, code, sentence) => {
    const ended = await run('cli/main.ts', args, { DROVER_DATA_DIR: join(folder, 'none') })
    expect(ended.stderr).toMatch(sentence)
    expect(ended.stderr).not.toMatch(/\n\s+at /)
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' })
  })

  test('a reset link leads to where the server of the data folder is, and says until when as the server does', async () => {
    const dataDir = await mkdtemp(join(folder, 'reset-'))
    await notePublicUrl(dataDir, new URL('https://drover.example.net/'))
    await database.query(`insert into "user" (id, name, email) values ('u', 'Mara', 'mara@example.test')`)
    const { code, stdout, stderr } = await run('cli/main.ts', ['admin', 'reset-link', 'mara@example.test'], {
      DROVER_DATA_DIR: dataDir,
      DATABASE_URL: database.config.url,
    })
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^It works once, until \d\d\/\d\d\/\d{4}, \d\d:\d\d:\d\d\.\n$/),
    })
    expect(stdout).toMatch(/^https:\/\/drover\.example\.net\/sign-in#reset=[\w-]+\n$/)
  })

  test('a runner’s folder that is a file', async () => {
    const ended = await run('cli/main.ts', ['runner', '--dir', file], { DROVER_API_KEY: 'drv_x' })
    expect(ended.code).toBe(78)
    expect(ended.stderr).toMatch(/^The runner's folder .*file can't be used: [^\n]*\n$/)
  })
})
