import { ConfigError, type ServerConfig } from './config.ts'
import { makeDataFolder } from './data-folder.ts'
import { databaseConfig } from './db/config.ts'
import { openDatabase, type Database } from './db/database.ts'
import { DatabaseError } from './db/errors.ts'
import { migrateDatabase } from './db/migrate.ts'
import type { Log } from './log.ts'

/** The database of the settings, open and migrated. Throws `ConfigError` with a sentence when it can't be used. */
export async function openOwnDatabase(config: ServerConfig, log: Log): Promise<Database> {
  await makeDataFolder(config.dataDir)
  let isOpen = false
  const database = await openDatabase(
    databaseConfig({
      dataDir: config.dataDir,
      databaseUrl: config.databaseUrl,
      driver: config.dbDriver,
      neonWsProxy: config.neonWsProxy,
    }),
    {
      poolSize: 24, // Once it runs, `watchReachability` tells of its loss and its return.
      onNotice: (message) => log[isOpen ? 'debug' : 'warn']({}, message),
    },
  )
  try {
    await migrateDatabase(database)
    isOpen = true
    return database
  } catch (error) {
    await database.close()
    if (error instanceof DatabaseError && database.kind !== 'embedded')
      throw new ConfigError(whyUnusable(error), { cause: error })
    throw error
  }
}

/** SQLSTATEs: https://www.postgresql.org/docs/18/errcodes-appendix.html */
function whyUnusable(error: DatabaseError): string {
  switch (error.code) {
    case '28P01':
    case '28000':
      return `The database does not let Drover in: ${error.message}. Mend the user or the password in DATABASE_URL.`
    case '3D000':
      return `The database does not exist: ${error.message}. Create it, or mend its name at the end of DATABASE_URL.`
    case '42501':
      return `The user of DATABASE_URL may not do what Drover needs: ${error.message}. Make it the owner of the database.`
    default:
      return error.transient
        ? `The database can't be reached: ${error.message}. Is DATABASE_URL right, and does the database run?`
        : `The database can't be used: ${error.message}. Does DATABASE_URL lead to a PostgreSQL?`
  }
}
