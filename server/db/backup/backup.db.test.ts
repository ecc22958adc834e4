import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { TestDatabase } from '#test/db.ts'
import { describeOnEachDatabase, openTestDatabase } from '#test/db.ts'
import { startOwner } from '#test/fixtures/db-owner-process.ts'
import type { Queryable } from '../database.ts'
import { openDatabase } from '../database.ts'
import { migrateDatabase } from '../migrate.ts'
import { backupDatabase } from './backup.ts'
import { tablesOf } from './catalog.ts'
import { restoreDatabase } from './restore.ts'

let dir: string
let file: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-backup-'))
  chmodSync(dir, 0o711) // as root, PostgreSQL's user has to reach the databases in it
  file = join(dir, 'all.backup')
})
afterEach(() => rmSync(dir, { recursive: true }))

describeOnEachDatabase('a backup', (open) => {
  test('restored into an empty database gives the same rows', async () => {
    const from = await open()
    await fill(from)
    const { rows } = await backupDatabase(from.driverConfig, file, { now: () => 42 })
    expect(rows).toBe(7 + MANY)
    expect(statSync(file).mode & 0o777).toBe(0o600)

    const to = await open({ migrate: false })
    expect(await restoreDatabase(to.driverConfig, file)).toEqual({ rows })
    expect(await everything(to)).toEqual(await everything(from))
    expect(await migrateDatabase(to)).toEqual([])
    await expect(
      to.query("insert into member (id, organization_id, user_id) values ('x', 'nobody', 'nobody')"),
    ).rejects.toMatchObject({ code: '23503' })
  })

  test('that was cut or changed is refused, and nothing is changed', async () => {
    const from = await open()
    await fill(from)
    await backupDatabase(from.driverConfig, file)
    const whole = readFileSync(file)
    const to = await open({ migrate: false })
    const damages: [string, () => void][] = [
      ['cut in the middle', () => truncateSync(file, Math.floor(whole.length / 2))],
      ['cut by its last byte', () => truncateSync(file, whole.length - 1)],
      [
        'one bit turned',
        () =>
          writeFileSync(
            file,
            whole.map((byte, at) => (at === whole.length >> 1 ? byte ^ 4 : byte)),
          ),
      ],
      [
        'a value changed and packed again',
        () => writeFileSync(file, gzipSync(gunzipSync(whole).toString('utf8').replace('Ada', 'Eve'))),
      ],
      [
        'the end left out',
        () =>
          writeFileSync(file, gzipSync(gunzipSync(whole).toString('utf8').split('\n').slice(0, -2).join('\n') + '\n')),
      ],
      ['something added', () => appendFileSync(file, gzipSync('["more"]\n'))],
      ['another file', () => writeFileSync(file, 'hello')],
      ['an empty file', () => writeFileSync(file, '')],
    ]
    for (const [what, damage] of damages) {
      writeFileSync(file, whole)
      damage()
      const outcome = await restoreDatabase(to.driverConfig, file).then(() => 'restored', String)
      expect(`${what}: ${outcome}`).toMatch(/damaged|not a backup|is empty/)
    }
    expect(await tablesOf(to)).toEqual([])
  })
})

describe('restoring', () => {
  test('replaces what is there only when told to, and then all of it', async () => {
    const [from, to] = [await openTestDatabase(), await openTestDatabase()]
    await fill(from)
    await backupDatabase(from.config, file)
    const before = await openDatabase(to.config)
    await before.query("insert into organization (id, name, slug) values ('old', 'Old', 'old')")
    await before.close()
    await expect(restoreDatabase(to.config, file)).rejects.toThrow('This database is not empty')
    await restoreDatabase(to.config, file, { force: true })
    expect(await everything(to)).toEqual(await everything(from))
    await Promise.all([from.close(), to.close()])
  })

  test('makes devices take everything anew', async () => {
    const [from, to] = [await openTestDatabase(), await openTestDatabase({ migrate: false })]
    await from.query("insert into space (id, version) values ('team', 7)")
    await from.query("insert into client_group (id, space_id, user_id, created_at) values ('g', 'team', 'u', 1)")
    await backupDatabase(from.config, file)
    await restoreDatabase(to.config, file)
    const epoch = 'select epoch from space'
    expect(await to.query(epoch)).not.toEqual(await from.query(epoch))
    expect(await to.query('select version from space')).toEqual([{ version: 7 }])
    expect(await to.query('select id from client_group')).toEqual([])
    await Promise.all([from.close(), to.close()])
  })

  test('is refused while a server is connected, and where tables of others are', async () => {
    const [from, to] = [await openTestDatabase(), await openTestDatabase({ migrate: false })]
    await backupDatabase(from.config, file)
    await to.query('select 1')
    await expect(restoreDatabase(to.config, file)).rejects.toThrow('A Drover server is connected to this database.')
    await to.session((session) => session.query('create table invoices (id int)'))
    await to.breakConnections()
    await expect(restoreDatabase(to.config, file, { force: true })).rejects.toThrow("aren't Drover's (invoices)")
    await Promise.all([from.close(), to.close()])
  })

  test('of a backup by a newer or another build is refused', async () => {
    const from = await openTestDatabase()
    await backupDatabase(from.config, file)
    const [header, ...lines] = gunzipSync(readFileSync(file)).toString('utf8').split('\n')
    const rewrite = (
      change: (value: { format: number; migrations: { version: number; name: string; checksum: string }[] }) => void,
    ): void => {
      const value = JSON.parse(header ?? '')
      change(value)
      const text = [JSON.stringify(value), ...lines.slice(0, -2)].join('\n') + '\n'
      const digest = createHash('sha256').update(text).digest('hex')
      writeFileSync(
        file,
        gzipSync(
          `${text}${JSON.stringify({ end: true, rows: lines.filter((line) => line.startsWith('[')).length, sha256: digest })}\n`,
        ),
      )
    }
    rewrite((value) => (value.format = 2))
    await expect(restoreDatabase(from.config, file)).rejects.toThrow('made by a newer Drover')
    rewrite((value) => value.migrations.push({ version: 9000, name: '9000_future', checksum: '' }))
    await expect(restoreDatabase(from.config, file)).rejects.toThrow('newer Drover (migration 9000_future)')
    rewrite((value) => value.migrations.splice(0, 1, { version: 1, name: '0001_auth', checksum: 'other' }))
    await expect(restoreDatabase(from.config, file)).rejects.toThrow('another build of Drover')
    await from.close()
  })
})

describe('drover db', () => {
  test('backs up a running server, and restores into a new folder', async () => {
    const [dataDir, copyDir] = [join(dir, 'data'), join(dir, 'copy')]
    const db = await openDatabase({ kind: 'embedded', dataDir })
    await migrateDatabase(db)
    await fill(db)
    await db.close()
    const owner = startOwner(dataDir)
    await owner.line('open')
    onTestFinished(() => owner.end('SIGTERM'))

    expect(await run(['backup', file, '--data-dir', dataDir])).toEqual({
      code: 0,
      stdout: `Wrote ${7 + MANY} rows to ${file}.\nSecrets in it are sealed: keep ${join(dataDir, 'secret-keys')} too, in another place than the backup.\n`,
      stderr: '',
    })
    expect(readdirSync(dir).filter((name) => name.includes('unfinished'))).toEqual([])
    expect(await run(['backup', file, '--data-dir', dataDir])).toEqual({
      code: 1,
      stdout: '',
      stderr: `${file} exists already. Choose another name, or replace it with --force.\n`,
    })
    expect(await run(['backup', file, '--data-dir', dataDir, '--force'])).toMatchObject({ code: 0 })
    const busy = await run(['restore', file, '--data-dir', dataDir, '--force'])
    expect(busy).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Another Drover server \(process \d+\) already uses/),
    })
    expect(await run(['restore', file, '--data-dir', copyDir])).toEqual({
      code: 0,
      stdout: `Restored ${7 + MANY} rows from ${file}.\n`,
      stderr: '',
    })
    const copy = await openDatabase({ kind: 'embedded', dataDir: copyDir })
    expect(await copy.query('select name from "user"')).toEqual([{ name: 'Ada\u2028"\\\n' }])
    await copy.close()
  })

  test('says what is wrong in a sentence', async () => {
    expect(await run(['backup', file, '--data-dir', join(dir, 'none')])).toMatchObject({
      code: 1,
      stderr: `There is no database in ${join(dir, 'none')}.\n`,
    })
    expect(await run(['restore', join(dir, 'missing'), '--data-dir', join(dir, 'none')])).toMatchObject({
      code: 1,
      stderr: `There is no file ${join(dir, 'missing')}.\n`,
    })
    const nowhere = join(dir, 'nowhere', 'backup')
    expect(await run(['backup', nowhere])).toMatchObject({
      code: 1,
      stderr: `There is no folder ${join(dir, 'nowhere')}. Make it first, or choose another.\n`,
    })
    expect(await run(['backup', dir])).toMatchObject({ code: 1, stderr: `${dir} is a folder. Name a file in it.\n` })
    expect(await run(['backup', file], { DATABASE_URL: 'http://x' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('DATABASE_URL must look like'),
    })
    expect(await run(['backup', file], { DROVER_DB_DRIVER: 'neon' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('needs DATABASE_URL'),
    })
    expect(await run(['backup'])).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage:') })
    expect(await run(['erase', file])).toMatchObject({ code: 2 })
    expect(readdirSync(dir)).toEqual([])
  })
})

const MANY = 1_234

/** Rows with everything that could be lost on the way: quotes, breaks, nulls, times, large numbers. */
async function fill(db: Queryable): Promise<void> {
  await db.query(
    `insert into "user" (id, name, email, created_at, image) values ('u', $1, 'ada@example.test', '2026-01-02 03:04:05.678901+00', null)`,
    ['Ada\u2028"\\\n'],
  )
  await db.query(`insert into organization (id, name, slug, metadata) values ('o', '', 'o', '{"a": [1, null]}')`)
  await db.query(`insert into member (id, organization_id, user_id, role) values ('m', 'o', 'u', 'owner')`)
  await db.query('insert into rate_limit (id, key, count, last_request) values ($1, $1, 1, $2)', [
    'r',
    Number.MAX_SAFE_INTEGER,
  ])
  await db.query(
    `insert into verification (id, identifier, value, expires_at) select 'v' || n, 'i', repeat('x', n % 50), now() from generate_series(1, ${MANY}) n`,
  )
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n))
  await db.query(
    `insert into plan_document (team_id, plan_id, seq, base_seq, base, changed_at, changed_by) values ('o', 'p', 2, 1, $1, 1, '{"kind": "server"}')`,
    [bytes],
  )
  await db.query(`insert into plan_update (team_id, plan_id, seq, content) values ('o', 'p', 2, $1)`, [bytes])
  await db.query(
    `insert into plan_version (team_id, plan_id, id, markdown, created_at) values ('o', 'p', 'v', '# Plan\n', 1)`,
  )
}

/** All rows of all tables as PostgreSQL's text, and the state of the sequences. */
async function everything(db: TestDatabase): Promise<unknown> {
  const tables: Record<string, unknown> = {}
  for (const { name } of await tablesOf(db))
    tables[name] = await db.query(`select t::text as row from "${name}" t order by 1`)
  const sequences = await db.query(
    "select sequencename, last_value from pg_sequences where schemaname = 'public' order by 1",
  )
  return { tables, sequences }
}

function run(
  args: string[],
  settings: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], ...settings }
    execFile(process.execPath, [join(import.meta.dirname, '../cli.ts'), ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}
