import type { DatabaseConfig } from '../config.ts'
import type { Queryable } from '../database.ts'
import { openDatabase } from '../database.ts'
import type { Migration, Migrations } from '../migrate.ts'
import { applyStep, createTables, migrateDatabase, readMigrations } from '../migrate.ts'
import type { Table } from './catalog.ts'
import { quoted, removals, suspendedRules, tablesOf } from './catalog.ts'
import type { BackupPart, Header } from './file.ts'
import { BackupError, readBackup } from './file.ts'

/** One INSERT has at most this many rows and about this many characters. */
const BATCH_ROWS = 500
const BATCH_CHARS = 4 << 20

export type RestoreOptions = {
  /** Removes what the database holds. Without it only an empty database is restored into. */
  readonly force?: boolean
}

/**
 * Fills the database from a backup, then brings it up to date. One transaction: a file that is damaged, or anything that fails, leaves the
 * database as it was. No server may be using it. Throws `BackupError` or `DatabaseStartError`.
 */
export async function restoreDatabase(
  config: DatabaseConfig,
  file: string,
  options: RestoreOptions = {},
  now: () => number = Date.now,
): Promise<{ rows: number }> {
  const source = await readMigrations()
  const { header, rows } = await checkWhole(file)
  const wanted = matchingMigrations(header, source)
  const db = await openDatabase(config, { poolSize: 2 })
  try {
    await db.session(async (session) => {
      await session.query('begin')
      try {
        await refuseCompany(session)
        await clear(session, source, options.force ?? false)
        await createTables(session)
        for (const migration of wanted) await applyStep(session, migration, now())
        await load(session, file)
        await forgetDevices(session)
        await session.query('commit')
      } catch (error) {
        await session.query('rollback').catch(() => undefined)
        throw error
      }
    })
    await migrateDatabase(db, source, now)
    await db.query('analyze')
    return { rows }
  } finally {
    await db.close()
  }
}

async function checkWhole(file: string): Promise<{ header: Header; rows: number }> {
  let header: Header | undefined
  let rows = 0
  for await (const part of readBackup(file)) {
    if (part.kind === 'header') header = part.header
    if (part.kind === 'row') rows += 1
  }
  if (!header) throw new BackupError(`${file} is empty.`)
  return { header, rows }
}

function matchingMigrations(header: Header, source: Migrations): Migration[] {
  return header.migrations.map(({ version, name, checksum }) => {
    const ours = source.migrations[version - 1]
    if (!ours)
      throw new BackupError(`The backup was made by a newer Drover (migration ${name}), which has to restore it.`)
    if (ours.checksum !== checksum)
      throw new BackupError(
        `The backup was made by another build of Drover: its migration ${name} is not the one of this version.`,
      )
    return ours
  })
}

/** An embedded database is guarded by the lock of its data folder; of others, our servers are seen by their name. */
async function refuseCompany(session: Queryable): Promise<void> {
  const [row] = await session.query<{ n: number }>(
    "select count(*) as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name = 'drover'",
  )
  if (row && row.n > 0) throw new BackupError('A Drover server is connected to this database. Stop it first.')
}

async function clear(session: Queryable, source: Migrations, force: boolean): Promise<void> {
  const tables = await tablesOf(session)
  const known = new Set(source.migrations.flatMap(({ sql }) => createdTables(sql)))
  const strangers = tables.filter(({ name }) => !known.has(name)).map(({ name }) => name)
  if (strangers.length > 0) {
    throw new BackupError(
      `This database has tables that aren't Drover's (${strangers.slice(0, 3).join(', ')}). Restore into a database of its own.`,
    )
  }
  for (const { name } of force ? [] : tables) {
    const [row] = await session.query<{ used: boolean }>(`select exists (select 1 from ${quoted(name)}) as used`)
    if (row?.used)
      throw new BackupError(
        'This database is not empty. Restore into a new one, or use --force to replace everything in it.',
      )
  }
  for (const statement of await removals(session)) await session.query(statement)
}

function createdTables(sql: string): string[] {
  return [...sql.matchAll(/create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?"?(\w+)"?/gi)].map(
    ([, name]) => name ?? '',
  )
}

/** Loads rows with the rules between tables suspended; bringing those back checks every row. */
async function load(session: Queryable, file: string): Promise<void> {
  const tables = new Map((await tablesOf(session)).map((table) => [table.name, table]))
  const rules = await suspendedRules(session)
  for (const statement of rules.drop) await session.query(statement)
  if (tables.size > 0) await session.query(`truncate ${[...tables.keys()].map(quoted).join(', ')}`) // rows that migrations made
  await session.query(
    "set local timezone to 'UTC'; set local datestyle to 'ISO'; set local intervalstyle to 'postgres'",
  )

  let insert: Inserter | undefined
  for await (const part of readBackup(file)) {
    if (part.kind === 'row') {
      await insert?.add(part.values)
      continue
    }
    await insert?.flush()
    insert = part.kind === 'table' ? createInserter(session, part, tables.get(part.table)) : undefined
    if (part.kind === 'sequence')
      await session.query('select setval($1::regclass, $2::bigint, $3)', [
        quoted(part.sequence),
        part.lastValue,
        part.called,
      ])
  }
  await insert?.flush()
  for (const statement of rules.restore) await session.query(statement)
}

type Inserter = { add(values: readonly (string | null)[]): Promise<void>; flush(): Promise<void> }

function createInserter(
  session: Queryable,
  part: Extract<BackupPart, { kind: 'table' }>,
  table: Table | undefined,
): Inserter {
  const types = new Map(table?.columns.map(({ name, type }) => [name, type]))
  const columns = part.columns.map((name) => {
    const type = types.get(name)
    if (type === undefined)
      throw new BackupError(
        `The backup has a column ${part.table}.${name}, which this version of Drover does not know.`,
      )
    return { name: quoted(name), type }
  })
  const sql = `insert into ${quoted(part.table)} (${columns.map(({ name }) => name).join(', ')}) overriding system value
    select ${columns.map(({ type }, index) => `c${index}::${type}`).join(', ')}
    from unnest(${columns.map((_, index) => `$${index + 1}::text[]`).join(', ')}) as r(${columns.map((_, index) => `c${index}`).join(', ')})`
  let batch: (readonly (string | null)[])[] = []
  let chars = 0
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return
    const rows = batch
    batch = []
    chars = 0
    await session.query(
      sql,
      columns.map((_, index) => rows.map((row) => row[index] ?? null)),
    )
  }
  return {
    async add(values) {
      batch.push(values)
      for (const value of values) chars += value?.length ?? 0
      if (batch.length >= BATCH_ROWS || chars >= BATCH_CHARS) await flush()
    },
    flush,
  }
}

/**
 * Devices may have seen more than the backup has. New epochs make every device take everything anew, and without their old client groups
 * they begin new ones instead of sending mutations whose numbers the restored server has never seen.
 */
async function forgetDevices(session: Queryable): Promise<void> {
  const tables = new Set((await tablesOf(session)).map(({ name }) => name))
  if (tables.has('space')) await session.query("update space set epoch = replace(gen_random_uuid()::text, '-', '')")
  if (tables.has('client_group')) await session.query('delete from client_group')
}
