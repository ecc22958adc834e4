import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeOnEachDatabase } from '#test/db.ts'
import type { Migrations } from './migrate.ts'
import { migrateDatabase, readMigrations } from './migrate.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-migrations-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

describeOnEachDatabase('migrations', (open) => {
  test('bring an empty database up to date, once', async () => {
    const db = await open({ migrate: false })
    const wanted = await files({
      '0001_one.sql': 'create table one (n int);\ninsert into one values (1);',
      '0002_two.sql': 'alter table one add m int default 2;',
    })
    expect(await migrateDatabase(db, wanted, () => 42)).toEqual([1, 2])
    expect(await migrateDatabase(db, wanted)).toEqual([])
    expect(await db.query('select * from one')).toEqual([{ n: 1, m: 2 }])
    expect(await db.query('select version, name, applied_at from drover_migration order by 1')).toEqual([
      { version: 1, name: '0001_one', applied_at: 42 },
      { version: 2, name: '0002_two', applied_at: 42 },
    ])
  })

  test('keep the rows of a data folder from before values became text', async () => {
    const db = await open({ migrate: false })
    const wanted = await readMigrations()
    const before = { migrations: wanted.migrations.slice(0, 4), scripts: [] }
    expect(await migrateDatabase(db, before)).toEqual([1, 2, 3, 4])
    await db.query("insert into space (id, version) values ('run/1', 2)")
    await db.query(
      `insert into entry (space_id, key, value, deleted_at, version) values
         ('run/1', 'chunk/0000001', '{"first": 1, "text": "Grüße \\"quoted\\""}', null, 1), ('run/1', 'gone', null, 5, 2)`,
    )
    expect((await migrateDatabase(db, wanted))[0]).toBe(5)
    expect(await db.query('select key, value, deleted_at from entry order by key')).toEqual([
      { key: 'chunk/0000001', value: { first: 1, text: 'Grüße "quoted"' }, deleted_at: null },
      { key: 'gone', value: null, deleted_at: 5 },
    ])
  })

  test('run once when several servers start together', async () => {
    const db = await open({ migrate: false })
    const wanted = await files({
      '0001_one.sql': 'create table one (n int); select pg_sleep(0.05); insert into one values (1);',
    })
    const servers = [db.another(), db.another(), db.another()]
    const applied = await Promise.all(servers.map((server) => migrateDatabase(server, wanted)))
    expect(applied.flat()).toEqual([1])
    expect(await db.query('select n from one')).toEqual([{ n: 1 }])
    await Promise.all(servers.map((server) => server.close()))
  })

  test('keep nothing of a step that fails, and all of the steps before it', async () => {
    const db = await open({ migrate: false })
    const broken = await files({
      '0001_one.sql': 'create table one (n int);',
      '0002_two.sql': 'create table two (n int); select 1 / 0;',
    })
    await expect(migrateDatabase(db, broken)).rejects.toMatchObject({
      code: 'migration_failed',
      message: expect.stringContaining('0002_two failed (division by zero)'),
    })
    expect(await db.query("select to_regclass('one')::text as one, to_regclass('two')::text as two")).toEqual([
      { one: 'one', two: null },
    ])
    const mended = await files({ '0002_two.sql': 'create table two (n int);' })
    expect(await migrateDatabase(db, mended)).toEqual([2])
  })

  test('refuse a file that was changed after it had been applied', async () => {
    const db = await open({ migrate: false })
    await migrateDatabase(db, await files({ '0001_one.sql': 'create table one (n int);' }))
    const changed = await files({ '0001_one.sql': 'create table one (n bigint);' })
    await expect(migrateDatabase(db, changed)).rejects.toMatchObject({
      code: 'migration_changed',
      message: expect.stringContaining('0001_one was changed'),
    })
  })

  test('refuse a database that a newer version has used', async () => {
    const db = await open({ migrate: false })
    const newer = await files({
      '0001_one.sql': 'create table one (n int);',
      '0002_two.sql': 'create table two (n int);',
    })
    await migrateDatabase(db, newer)
    const older: Migrations = { ...newer, migrations: newer.migrations.slice(0, 1) }
    await expect(migrateDatabase(db, older)).rejects.toMatchObject({
      code: 'database_newer',
      message: expect.stringContaining('newer Drover (migration 0002_two)'),
    })
  })

  test('replace a function when its file has changed, and only then', async () => {
    const db = await open({ migrate: false })
    const script = (n: number): string =>
      `create or replace function answer() returns int language sql as 'select ${n}';`
    await migrateDatabase(db, await files({ '0001_one.sql': 'select 1;' }, { 'answer.sql': script(1) }), () => 1)
    await migrateDatabase(db, await files({}, { 'answer.sql': script(1) }), () => 2)
    expect(await db.query('select answer(), applied_at from drover_script')).toEqual([{ answer: 1, applied_at: 1 }])
    await migrateDatabase(db, await files({}, { 'answer.sql': script(2) }), () => 3)
    expect(await db.query('select answer(), applied_at from drover_script')).toEqual([{ answer: 2, applied_at: 3 }])
  })

  test('of this version run on it', async () => {
    const db = await open({ migrate: false })
    const { migrations } = await readMigrations()
    expect(await migrateDatabase(db)).toEqual(migrations.map(({ version }) => version))
  })
})

test('a gap in the numbers of the files is found at once', async () => {
  await expect(files({ '0001_one.sql': '', '0003_three.sql': '' })).rejects.toThrow(
    '0003_three.sql should be numbered 2',
  )
})

/** Writes the files and reads them back as the server does. */
async function files(migrations: Record<string, string>, scripts: Record<string, string> = {}): Promise<Migrations> {
  const scriptsDir = join(dir, 'sql')
  const migrationsDir = join(dir, 'migrations')
  for (const [folder, texts] of [
    [migrationsDir, migrations],
    [scriptsDir, scripts],
  ] as const) {
    mkdirSync(folder, { recursive: true })
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text)
  }
  return await readMigrations(migrationsDir, scriptsDir)
}
