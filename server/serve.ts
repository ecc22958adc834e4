import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { TeamId } from '#shared/ids.ts'
import { isLoopback } from './auth/addresses.ts'
import { ConfigError, inheritedEnvironment, readConfig } from './config.ts'
import type { DroverServer } from './create-server.ts'
import { DatabaseStartError } from './db/errors.ts'
import { checkPlace } from './listen.ts'
import { createLog } from './log.ts'
import { openOwnDatabase } from './open-own-database.ts'
import { notePublicUrl } from './public-url-file.ts'
import { startEmbeddedRunner, type EmbeddedRunner } from './runners/embedded.ts'
import { untilWords } from './until-words.ts'

/** Where Drover's own repository is, for the demonstration run: this checkout when it is one. */
async function demoRepository(): Promise<string> {
  const root = join(import.meta.dirname, '..')
  const isCheckout =
    existsSync(join(root, '.git')) &&
    (await promisify(execFile)('git', ['-C', root, 'rev-parse', 'HEAD']).then(
      () => true,
      () => false,
    ))
  return isCheckout ? root : ''
}

/** The server as a process: settings from the environment, signals, what it says to the terminal, and its own runner. */
export async function serve(): Promise<void> {
  const config = readConfig(inheritedEnvironment())
  const log = createLog(config.logLevel)
  // PostgreSQL starts while the rest is loaded: better-auth alone takes half a second.
  const opening = checkPlace(config).then(() => openOwnDatabase(config, log))
  opening.catch(() => undefined)
  const looking = demoRepository()
  const { createServer } = await import('./create-server.ts')
  const database = await opening
  const server = await createServer({
    config,
    log,
    now: Date.now,
    database,
    ownsDatabase: true,
    demoRepository: await looking,
  })
  const say = (text: string): void => void process.stdout.write(`${text}\n`)

  await notePublicUrl(config.dataDir, server.url)
  say(`Drover is at ${server.url.origin}`)
  if (config.publicUrl === undefined && !isLoopback(new URL(`http://${bracketed(config.host)}`)))
    say(`It listens on ${config.host}, but people reach it at that address only: give theirs with --public-url.`)
  const link = await server.auth.firstStartLink()
  if (link !== undefined)
    say(`Make the first account with this link; it works once, until ${untilWords(link.expiresAt)}:\n${link.url}`)
  process.send?.({ type: 'listening', url: server.url.origin, port: server.port, link: link?.url })

  const runner = config.embeddedRunner ? runnerOnceThereIsATeam(server) : undefined
  let stopping = false
  const stop = (signal: string): void => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'stopping')
    Promise.resolve(runner?.close())
      .then(() => server.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ error: String(error) }, 'stopping failed')
          process.exit(1)
        },
      )
  }
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('SIGINT', () => stop('SIGINT'))
  process.on('SIGHUP', () => stop('SIGHUP'))

  function runnerOnceThereIsATeam(running: DroverServer): { close(): Promise<void> } {
    let embedded: EmbeddedRunner | undefined
    let timer: ReturnType<typeof setInterval> | undefined
    let closed = false
    const tryStart = async (): Promise<void> => {
      const [team] = await running.database.query<{ id: string }>(
        'select id from organization order by created_at, id limit 1',
      )
      if (team === undefined || embedded !== undefined || closed) return
      clearInterval(timer)
      embedded = startEmbeddedRunner({
        dataDir: config.dataDir,
        url: `http://127.0.0.1:${running.port}`,
        teamId: TeamId.parse(team.id),
        auth: running.auth,
        environment: inheritedEnvironment(),
        log,
      })
    }
    const attempt = (): void => {
      tryStart().catch((error: unknown) => {
        if (!running.reachability.took(error)) log.warn({ error: String(error) }, 'the runner could not be started')
      })
    }
    timer = setInterval(attempt, 500)
    attempt()
    return {
      async close() {
        closed = true
        clearInterval(timer)
        await embedded?.close()
      },
    }
  }
}

/** An IPv6 address as a URL has it. */
function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** What a start that failed says, and the exit code: 2 where a person can mend it. */
export function failureOf(error: unknown): { readonly text: string; readonly code: number } {
  const isPlain = error instanceof ConfigError || error instanceof DatabaseStartError
  if (isPlain) return { text: `drover: ${error.message}\n`, code: 2 }
  return {
    text: `drover: the server could not start\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    code: 1,
  }
}
