import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { browserProtocol } from '#shared/protocol/browser-socket.ts'
import { droverVersion } from '#shared/version.ts'
import { readConfig } from '#server/config.ts'
import { createServer } from '#server/create-server.ts'
import { openTestDatabase } from '../db.ts'
import { collectLog } from './log-lines.ts'

test('health is told once requests are served, and not before or after', async () => {
  const database = await openTestDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'drover-health-'))
  const port = await freePort()
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  const starting = createServer({
    config: readConfig({ DROVER_DATA_DIR: dataDir, DROVER_PORT: String(port) }),
    log: collectLog().log,
    now: Date.now,
    // A database that takes its time: the server listens, and can't serve yet.
    database: {
      ...database,
      query: async (...args) => {
        await gate
        return database.query(...args)
      },
    },
    demoRepository: '',
  })
  const ask = async (): Promise<unknown> => {
    try {
      const answered = await fetch(`http://127.0.0.1:${port}/health`)
      return [answered.status, await answered.json()]
    } catch {
      return 'nobody'
    }
  }

  await expect.poll(ask, { timeout: 20_000 }).toEqual([503, { error: 'Drover is starting. Try again in a second.' }])
  open()
  const server = await starting
  expect(await ask()).toEqual([200, { status: 'ok', version: droverVersion, protocol: browserProtocol }])
  await server.close()
  expect(await ask()).toBe('nobody')
  await database.close()
  await rm(dataDir, { recursive: true })
})

function freePort(): Promise<number> {
  const holder = createTcpServer()
  return new Promise((resolve) => {
    holder.listen(0, '127.0.0.1', () => {
      const { port } = holder.address() as AddressInfo
      holder.close(() => resolve(port))
    })
  })
}
