import { mkdir } from 'node:fs/promises'
import { ConfigError, type ServerConfig } from './config.ts'
import { databaseConfig } from './db/config.ts'
import { openDatabase, type Database } from './db/database.ts'
import { DatabaseError } from './db/errors.ts'
import { migrateDatabase } from './db/migrate.ts'
import type { Log } from './log.ts'

/** The database of the settings, open and migrated. Throws `ConfigError` with a sentence when it can't be reached. */
export async function openOwnDatabase(config: ServerConfig, log: Log): Promise<Database> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const database = await openDatabase(
    databaseConfig({
      dataDir: config.dataDir,
      databaseUrl: config.databaseUrl,
      driver: config.dbDriver,
      neonWsProxy: config.neonWsProxy,
    }),
    { poolSize: 24, onNotice: (message) => log.warn({}, message) },
  )
  try {
    await migrateDatabase(database)
    return database
  } catch (error) {
    await database.close()
    if (error instanceof DatabaseError && error.transient)
      throw new ConfigError(
        `The database can't be reached: ${error.message}. Is DATABASE_URL right, and does the database run?`,
        { cause: error },
      )
    throw error
  }
}
