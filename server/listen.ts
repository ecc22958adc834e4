import { serve, type ServerType } from '@hono/node-server'
import type { Server } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { ConfigError, type ServerConfig } from './config.ts'

export type Fetch = Parameters<typeof serve>[0]['fetch']

type Place = Pick<ServerConfig, 'host' | 'port'>

/** Serves at the settings' address. Throws `ConfigError` with a sentence when that can't be listened on. */
export function listen(fetch: Fetch, { host, port }: Place): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    const server: ServerType = serve({ fetch, hostname: host, port }, (info: AddressInfo) => {
      server.off('error', onError)
      resolve({ server: server as Server, port: info.port })
    })
    const onError = (error: NodeJS.ErrnoException): void => reject(unusable({ host, port }, error))
    server.on('error', onError)
  })
}

/** Throws as `listen` would, before anything else is begun: making a database takes seconds, and leaves a folder. */
export function checkPlace({ host, port }: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    const trial = createServer()
    trial.on('error', (error: NodeJS.ErrnoException) => reject(unusable({ host, port }, error)))
    trial.listen(port, host, () => trial.close(() => resolve()))
  })
}

function unusable({ host, port }: Place, error: NodeJS.ErrnoException): ConfigError {
  const why =
    error.code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use. Stop what uses it, or choose another with --port or DROVER_PORT.`
      : error.code === 'EACCES'
        ? `Port ${port} may not be used by this user. Choose one above 1023 with --port.`
        : `The server can't listen on ${host}:${port}: ${error.message}`
  return new ConfigError(why, { cause: error })
}
