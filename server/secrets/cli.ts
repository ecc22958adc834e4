/**
 * `drover secrets rotate-key [--forget-old]`: makes a new key pair for secrets and seals every value to it, beside a running server
 * or without one. Exit codes: 0 done, 1 refused or failed (the reason is on stderr), 2 called wrongly.
 */
import { parseArgs } from 'node:util'
import { ConfigError, readConfig } from '../config.ts'
import { databaseConfig } from '../db/config.ts'
import { DatabaseError, DatabaseStartError } from '../db/errors.ts'
import { openBeside } from '../db/open-beside.ts'
import { createKeyringStore } from './keyring.ts'
import { rotateKey } from './rotate-key.ts'
import { createSealedStore } from './sealed-store.ts'

const USAGE = `Usage:
  npx drover secrets rotate-key [--forget-old]   make a new key pair and seal every secret to it
Options:
  --forget-old                                   destroy the old keys now, as after a leak; what a device has sealed
                                                 offline and not sent yet must then be entered again
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
    const config = readConfig(env)
    const database = await openBeside(databaseConfig({ ...config, driver: config.dbDriver }))
    try {
      const keyring = createKeyringStore({ dataDir: config.dataDir, database, now: Date.now })
      const done = await rotateKey({ keyring, sealed: createSealedStore(database), now: Date.now }, call)
      process.stdout.write(
        `Sealed ${done.resealed} ${done.resealed === 1 ? 'value' : 'values'} to key ${done.keyId}.\n`,
      )
      if (done.unreadable > 0)
        process.stderr.write(
          `${done.unreadable} could not be opened with any key here: enter them again in Settings.\n`,
        )
      if (done.older > 0) process.stdout.write(`Old keys that are kept: ${done.older}.\n`)
      return 0
    } finally {
      await database.close()
    }
  } catch (error) {
    process.stderr.write(`${sentence(error)}\n`)
    return 1
  }
}

function parseCall(args: string[]): { readonly forgetOlder: boolean } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { 'forget-old': { type: 'boolean', default: false } },
    })
    const [command, ...more] = positionals
    return command === 'rotate-key' && more.length === 0 ? { forgetOlder: values['forget-old'] } : undefined
  } catch {
    return undefined
  }
}

function sentence(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DatabaseStartError) return error.message
  if (error instanceof DatabaseError)
    return `The database refused: ${error.message}${error.code ? ` (${error.code})` : ''}.`
  return error instanceof Error ? error.message : String(error)
}
