import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Database, Queryable } from './database.ts'
import { DatabaseStartError } from './errors.ts'

/** One file `NNNN_name.sql`. `checksum` is the SHA-256 of its text, hex. */
export type Migration = {
  readonly version: number
  readonly name: string
  readonly checksum: string
  readonly sql: string
}
export type AppliedMigration = { readonly version: number; readonly name: string; readonly checksum: string }

/** Functions and views: a file that can be run again (`create or replace …`), run whenever its text has changed. */
export type Script = { readonly name: string; readonly checksum: string; readonly sql: string }

export type Migrations = { readonly migrations: readonly Migration[]; readonly scripts: readonly Script[] }

export const MIGRATIONS_DIR = join(import.meta.dirname, 'migrations')
export const SCRIPTS_DIR = join(import.meta.dirname, 'sql')

/** 'drover mi' as a number: the advisory lock that one migrating process holds. */
const LOCK = 0x64726d69

/**
 * Brings the database to the state that this code expects, and gives the versions that were applied now.
 * Forward only: each file in a transaction of its own, under a lock, so that of several servers one migrates and the others wait.
 * Throws `DatabaseStartError` (`database_newer`, `migration_changed`, `migration_failed`).
 */
export async function migrateDatabase(
  db: Database,
  source?: Migrations,
  now: () => number = Date.now,
): Promise<number[]> {
  const wanted = source ?? (await readMigrations())
  if ((await pending(db, wanted)).length === 0) return []
  return await db.session(async (session) => {
    await session.query('select pg_advisory_lock($1)', [LOCK])
    await createTables(session)
    return await applyAll(session, wanted, now)
  })
}

/** Each missing file in its own transaction. */
async function applyAll(session: Queryable, wanted: Migrations, now: () => number): Promise<number[]> {
  const todo = await pending(session, wanted)
  for (const step of todo) {
    await session.query('begin')
    try {
      await applyStep(session, step, now())
      await session.query('commit')
    } catch (cause) {
      await session.query('rollback').catch(() => undefined)
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new DatabaseStartError(
        'migration_failed',
        `The database could not be brought up to date: ${step.name} failed (${why}). Nothing of that step was kept.`,
        { cause },
      )
    }
  }
  return todo.flatMap((step) => ('version' in step ? [step.version] : []))
}

/** Runs one file and notes it, in the transaction that the caller has begun. */
export async function applyStep(session: Queryable, step: Migration | Script, at: number): Promise<void> {
  await session.query(step.sql)
  if ('version' in step) {
    await session.query('insert into drover_migration (version, name, checksum, applied_at) values ($1, $2, $3, $4)', [
      step.version,
      step.name,
      step.checksum,
      at,
    ])
    return
  }
  await session.query(
    'insert into drover_script (name, checksum, applied_at) values ($1, $2, $3) on conflict (name) do update set checksum = excluded.checksum, applied_at = excluded.applied_at',
    [step.name, step.checksum, at],
  )
}

/** Makes the two tables of bookkeeping. */
export async function createTables(session: Queryable): Promise<void> {
  await session.query(`
    create table if not exists drover_migration (version integer primary key, name text not null, checksum text not null, applied_at bigint not null);
    create table if not exists drover_script (name text primary key, checksum text not null, applied_at bigint not null)`)
}

export async function appliedMigrations(db: Queryable): Promise<AppliedMigration[]> {
  if (!(await hasTable(db, 'drover_script'))) return []
  return await db.query<AppliedMigration>('select version, name, checksum from drover_migration order by version')
}

/** Reads and checks the files; a gap or a repeated number is a bug of ours. */
export async function readMigrations(
  dir = MIGRATIONS_DIR,
  scriptsDir: string | undefined = SCRIPTS_DIR,
): Promise<Migrations> {
  const migrations: Migration[] = []
  for (const file of await sqlFiles(dir)) {
    const version = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(file)?.[1])
    if (version !== migrations.length + 1)
      throw new Error(`migration ${file} should be numbered ${migrations.length + 1}, as 0001_name.sql`)
    migrations.push({ version, ...(await readSql(join(dir, file))) })
  }
  const scripts =
    scriptsDir === undefined
      ? []
      : await Promise.all((await sqlFiles(scriptsDir)).map((file) => readSql(join(scriptsDir, file))))
  return { migrations, scripts }
}

async function pending(db: Queryable, wanted: Migrations): Promise<(Migration | Script)[]> {
  const applied = await appliedMigrations(db)
  const newest = applied.at(-1)
  if (newest && newest.version > wanted.migrations.length) {
    throw new DatabaseStartError(
      'database_newer',
      `The database was last used by a newer Drover (migration ${newest.name}). Start that version, or restore a backup made before it.`,
    )
  }
  const byVersion = new Map(applied.map((migration) => [migration.version, migration]))
  for (const migration of wanted.migrations) {
    const done = byVersion.get(migration.version)
    if (done && done.checksum !== migration.checksum) {
      throw new DatabaseStartError(
        'migration_changed',
        `The migration ${migration.name} was changed after it had been applied to this database (as ${done.name}). Use the original files of this version of Drover.`,
      )
    }
  }
  const ran = newest === undefined ? [] : await db.query<Script>('select name, checksum from drover_script')
  const scripts = new Map(ran.map((script) => [script.name, script.checksum]))
  return [
    ...wanted.migrations.filter((migration) => !byVersion.has(migration.version)),
    ...wanted.scripts.filter((script) => scripts.get(script.name) !== script.checksum),
  ]
}

async function hasTable(db: Queryable, name: string): Promise<boolean> {
  const [row] = await db.query<{ found: boolean }>('select to_regclass($1) is not null as found', [name])
  return row?.found ?? false
}

async function sqlFiles(dir: string): Promise<string[]> {
  return (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort()
}

async function readSql(path: string): Promise<{ name: string; checksum: string; sql: string }> {
  const sql = await readFile(path, 'utf8')
  return { name: basename(path, '.sql'), checksum: createHash('sha256').update(sql).digest('hex'), sql }
}
