/**
 * `drover db backup FILE [--force]` and `drover db restore FILE [--force]`: the part that runs where the database is.
 * Exit codes: 0 done, 1 refused or failed (the reason is on stderr), 2 called wrongly.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigError, readConfig } from '../config.ts'
import { keyringFile } from '../secrets/keyring.ts'
import { backupDatabase } from './backup/backup.ts'
import { BackupError } from './backup/file.ts'
import { restoreDatabase } from './backup/restore.ts'
import { databaseConfig } from './config.ts'
import type { DatabaseConfig } from './config.ts'
import { DatabaseError, DatabaseStartError } from './errors.ts'

const USAGE = `Usage:
  npx drover db backup FILE [--force]   write all data to a new FILE; the server may be running; --force replaces FILE
  npx drover db restore FILE [--force]  fill an empty database from FILE; --force replaces what is there
Options:
  --data-dir DIR                        the data folder; else DATABASE_URL, or DROVER_DATA_DIR (~/.drover)
`

// oxlint-disable-next-line node/no-process-env -- handed to readConfig
process.exitCode = await main(process.argv.slice(2), process.env)

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const call = parseCall(args)
  if (!call) {
    process.stderr.write(USAGE)
    return 2
  }
  try {
    const config = configOf(call.dataDir, env)
    const { rows } =
      call.command === 'backup'
        ? await backupDatabase(config, call.file, { replace: call.force })
        : await restoreDatabase(config, call.file, { force: call.force })
    process.stdout.write(
      call.command === 'backup'
        ? `Wrote ${rows} rows to ${call.file}.\n${beside(config)}`
        : `Restored ${rows} rows from ${call.file}.\n`,
    )
    return 0
  } catch (error) {
    process.stderr.write(`${sentence(error)}\n`)
    return 1
  }
}

type Call = {
  readonly command: 'backup' | 'restore'
  readonly file: string
  readonly force: boolean
  readonly dataDir: string | undefined
}

function parseCall(args: string[]): Call | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { force: { type: 'boolean', default: false }, 'data-dir': { type: 'string' } },
    })
    const [command, file, ...more] = positionals
    if ((command !== 'backup' && command !== 'restore') || !file || more.length > 0) return undefined
    return { command, file, force: values.force, dataDir: values['data-dir'] }
  } catch {
    return undefined
  }
}

/** A data folder that is named in the call means the embedded database in it, whatever the environment says. */
function configOf(dataDir: string | undefined, env: NodeJS.ProcessEnv): DatabaseConfig {
  const settings = readConfig(
    dataDir === undefined
      ? env
      : { ...env, DROVER_DATA_DIR: dataDir, DATABASE_URL: undefined, DROVER_DB_DRIVER: undefined },
  )
  return databaseConfig({ ...settings, driver: settings.dbDriver })
}

/** What a restore elsewhere also needs, and is better kept in another place than the backup. */
function beside(config: DatabaseConfig): string {
  if (config.kind !== 'embedded') return ''
  return `Secrets in it are sealed: keep ${join(config.dataDir, keyringFile)} too, in another place than the backup.\n`
}

function sentence(error: unknown): string {
  if (error instanceof BackupError || error instanceof DatabaseStartError || error instanceof ConfigError)
    return error.message
  if (error instanceof DatabaseError)
    return `The database refused: ${error.message}${error.code ? ` (${error.code})` : ''}.`
  return error instanceof Error ? error.message : String(error)
}
