/**
 * `drover admin reset-link EMAIL [--public-url URL]`: prints a one-time link with which a locked-out person sets a new password or passkey.
 * Works beside a running server and without one. Exit codes: 0 done, 1 refused or failed (the reason is on stderr), 2 called wrongly.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { ConfigError, readConfig } from '../config.ts'
import { databaseConfig } from '../db/config.ts'
import { DatabaseError, DatabaseStartError } from '../db/errors.ts'
import { openBeside } from '../db/open-beside.ts'
import { notedPublicUrl } from '../public-url-file.ts'
import { untilWords } from '../until-words.ts'
import { adminResetLink } from './admin-links.ts'
import { defaultPublicUrl } from './addresses.ts'

const USAGE = `Usage:
  npx drover admin reset-link EMAIL   prints a link that works once, for an hour
Options:
  --public-url URL                    where that person reaches the server; else DROVER_PUBLIC_URL, or where the server of the data folder says it is
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
    const config = readConfig(call.publicUrl === undefined ? env : { ...env, DROVER_PUBLIC_URL: call.publicUrl })
    const database = await openBeside(databaseConfig({ ...config, driver: config.dbDriver }))
    try {
      const publicUrl =
        config.publicUrl ?? (await notedPublicUrl(config.dataDir)) ?? defaultPublicUrl(config.host, config.port)
      const link = await adminResetLink({ database, publicUrl, now: Date.now, randomBytes }, call.email)
      if (!link.ok) {
        process.stderr.write(`${link.error.detail ?? link.error.code}\n`)
        return 1
      }
      process.stdout.write(`${link.value.url}\n`)
      process.stderr.write(`It works once, until ${untilWords(link.value.expiresAt)}.\n`)
      return 0
    } finally {
      await database.close()
    }
  } catch (error) {
    process.stderr.write(`${sentence(error)}\n`)
    return 1
  }
}

function parseCall(args: string[]): { readonly email: string; readonly publicUrl: string | undefined } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { 'public-url': { type: 'string' } },
    })
    const [command, email, ...more] = positionals
    if (command !== 'reset-link' || !email || more.length > 0) return undefined
    return { email, publicUrl: values['public-url'] }
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
