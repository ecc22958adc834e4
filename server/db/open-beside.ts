import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseConfig } from './config.ts'
import { connectDatabase, openDatabase, type Database } from './database.ts'
import { runningCluster } from './embedded/cluster.ts'

/** An embedded PostgreSQL that runs for the server is joined; a stopped one is started for as long as this takes; none is made. */
export async function openBeside(config: DatabaseConfig): Promise<Database> {
  if (config.kind !== 'embedded') return await openDatabase(config, { poolSize: 2 })
  const address = await runningCluster(config.dataDir)
  if (address) return connectDatabase({ kind: 'embedded', address }, { poolSize: 2 })
  if (!(await stat(join(config.dataDir, 'postgres')).catch(() => undefined)))
    throw new Error(`There is no database in ${config.dataDir}.`)
  return await openDatabase(config, { poolSize: 2 })
}
