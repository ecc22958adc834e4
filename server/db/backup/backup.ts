import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { DatabaseConfig } from '../config.ts'
import type { Database, Queryable } from '../database.ts'
import { connectDatabase, openDatabase } from '../database.ts'
import { runningCluster } from '../embedded/cluster.ts'
import { DatabaseStartError } from '../errors.ts'
import { appliedMigrations } from '../migrate.ts'
import { quoted, sequencesOf, tablesOf } from './catalog.ts'
import type { BackupPart } from './file.ts'
import { BackupError, checkPlace, FORMAT, writeBackup } from './file.ts'

/** Rows that are in memory at once. */
const BATCH = 100

/**
 * Writes all of Drover's data, as it is at one moment, to `file`. One that is there is refused, or with `replace` replaced once the new one is whole.
 * The server may go on meanwhile. Throws `BackupError` or `DatabaseStartError`.
 */
export async function backupDatabase(
  config: DatabaseConfig,
  file: string,
  { replace = false, now = Date.now }: { readonly replace?: boolean; readonly now?: () => number } = {},
): Promise<{ rows: number }> {
  await checkPlace(file, replace)
  const db = await openBeside(config)
  try {
    const rows = await db.session(async (session) => {
      await session.query('begin isolation level repeatable read read only')
      // Text that means the same everywhere.
      await session.query(
        "set local timezone to 'UTC'; set local datestyle to 'ISO'; set local intervalstyle to 'postgres'; set local bytea_output to 'hex'; set local extra_float_digits to 1",
      )
      return await writeBackup(file, parts(session, now()))
    })
    return { rows }
  } finally {
    await db.close()
  }
}

async function* parts(session: Queryable, createdAt: number): AsyncGenerator<BackupPart> {
  const migrations = await appliedMigrations(session)
  if (migrations.length === 0)
    throw new BackupError('This database holds nothing of Drover yet: there is nothing to back up.')
  yield { kind: 'header', header: { drover: 'backup', format: FORMAT, createdAt, migrations } }
  for (const { name, columns } of await tablesOf(session)) {
    yield { kind: 'table', table: name, columns: columns.map((column) => column.name) }
    const texts = columns.map((column, index) => `${quoted(column.name)}::text as c${index}`).join(', ')
    await session.query(`declare backup_rows no scroll cursor for select ${texts} from ${quoted(name)}`)
    for (;;) {
      const rows = await session.query<Record<string, string | null>>(`fetch ${BATCH} from backup_rows`)
      for (const row of rows) yield { kind: 'row', values: columns.map((_, index) => row[`c${index}`] ?? null) }
      if (rows.length < BATCH) break
    }
    await session.query('close backup_rows')
  }
  for (const sequence of await sequencesOf(session)) {
    const [state] = await session.query<{ value: string; called: boolean }>(
      `select last_value::text as value, is_called as called from ${quoted(sequence)}`,
    )
    if (state) yield { kind: 'sequence', sequence, lastValue: state.value, called: state.called }
  }
}

/** Opens the database also while a server of ours has it; never creates an embedded one. */
async function openBeside(config: DatabaseConfig): Promise<Database> {
  if (config.kind !== 'embedded') return await openDatabase(config, { poolSize: 1 })
  const dataDir = resolve(config.dataDir)
  const version = join(dataDir, 'postgres', 'data', 'PG_VERSION')
  if (!(await stat(version).catch(() => undefined))) throw new BackupError(`There is no database in ${dataDir}.`)
  try {
    return await openDatabase(config, { poolSize: 1 })
  } catch (error) {
    if (!(error instanceof DatabaseStartError) || error.code !== 'data_dir_in_use') throw error
    const address = await runningCluster(dataDir)
    if (!address) throw error
    return connectDatabase({ kind: 'embedded', address }, { poolSize: 1 })
  }
}
