import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { ConfigError } from './config.ts'

const other = 'Choose another with --data-dir or DROVER_DATA_DIR.'

/** The data folder, made where it is first needed. Throws `ConfigError` with a sentence when it can't be used. */
export async function makeDataFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new ConfigError(whyNot(dataDir, cause), { cause })
  }
}

function whyNot(dataDir: string, cause: unknown): string {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return `The data folder ${dataDir} can't be made: there is a file of that name. ${other}`
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `The data folder ${dataDir} can't be written by this user. Start Drover as the user whom it belongs to, or choose another with --data-dir or DROVER_DATA_DIR.`
    default:
      return `The data folder ${dataDir} can't be made: ${cause instanceof Error ? cause.message : String(cause)}. ${other}`
  }
}
