import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '#server/config.ts'
import { createServer, type DroverServer } from '#server/create-server.ts'
import { connectDatabase } from '#server/db/database.ts'
import { browserProtocol } from '#shared/protocol/browser-socket.ts'
import { droverVersion } from '#shared/version.ts'
import type { SyncStatus } from '#sync/client/workspace.ts'
import { fetchAs, firstPerson, openDevice } from '../bench/lib/session.ts'
import { openTestDatabase, type TestDatabase } from '../db.ts'
import { startTcpProxy, type TcpProxy } from '../fakes/neon-proxy.ts'
import { until } from '../world.ts'
import { collectLog, levels, type LogLine } from './log-lines.ts'

const trouble = "The database can't be reached. Drover goes on when it is back."
let database: TestDatabase
let way: TcpProxy
let dataDir: string
let server: DroverServer
let lines: readonly LogLine[]

beforeEach(async () => {
  database = await openTestDatabase()
  const url = new URL(database.config.url)
  const folder = url.searchParams.get('host')
  const port = Number(url.port)
  way = await startTcpProxy(folder === null ? { host: url.hostname, port } : { path: `${folder}/.s.PGSQL.${port}` })
  url.searchParams.delete('host')
  url.hostname = '127.0.0.1'
  url.port = String(way.port)
  dataDir = await mkdtemp(join(tmpdir(), 'drover-lost-'))
  const collected = collectLog()
  lines = collected.lines
  server = await createServer({
    config: readConfig({ DROVER_DATA_DIR: dataDir, DROVER_PORT: '0' }),
    log: collected.log,
    now: Date.now,
    database: connectDatabase({ kind: 'postgres', url: url.href }),
    ownsDatabase: true,
    demoRepository: '',
  })
})
afterEach(async () => {
  way.setAway(false)
  await server.close()
  await way.close()
  await database.close()
  await rm(dataDir, { recursive: true, force: true })
})

test('a database that goes away is told once, to everybody who asks, and so is its return', async () => {
  const { origin } = server.url
  const mara = await firstPerson(origin, (await server.auth.firstStartLink())?.url ?? '')
  const device = openDevice(mara)
  const becomes = (accept: (status: SyncStatus) => boolean) => until(device.subscribeStatus, accept, 30_000)
  await becomes(({ connection, freshAt }) => connection === 'online' && freshAt !== undefined)
  const health = async () => {
    const answered = await fetch(`${origin}/health`)
    return { status: answered.status, body: await answered.json() }
  }
  const told = () => lines.filter((line) => line.level >= levels.warn).map(({ msg }) => msg)

  way.setAway(true)
  await expect.poll(health, { timeout: 20_000 }).toEqual({
    status: 503,
    body: { status: 'degraded', version: droverVersion, protocol: browserProtocol, error: trouble },
  })
  for (const path of ['/api/v1/me', '/api/v1/auth/state', '/api/sync/pull?space=team/x']) {
    const answered = await fetchAs(mara)(path, path.includes('sync') ? { method: 'POST' } : {})
    expect([path, answered.status, await answered.json()]).toEqual([path, 503, { error: trouble }])
  }
  // Not offline: the server answers. Not up to date either.
  const stuck = await becomes(({ problem }) => problem === 'server')
  expect(stuck.connection).not.toBe('offline')
  expect(told()).toEqual([expect.stringMatching(/^the database can't be reached: .*; Drover goes on by itself$/)])

  way.setAway(false)
  await expect.poll(health, { timeout: 20_000 }).toMatchObject({ status: 200, body: { status: 'ok' } })
  await becomes(({ connection, problem }) => connection === 'online' && problem === undefined)
  expect((await fetchAs(mara)('/api/v1/me')).status).toBe(200)
  expect(told()).toHaveLength(1)
  expect(lines.filter(({ msg }) => msg === 'the database is back')).toHaveLength(1)
  await device.close()
}, 90_000)

test('connections that break while it answers send nobody away', async () => {
  way.breakAll()
  await expect.poll(async () => (await fetch(`${server.url.origin}/api/v1/auth/state`)).status).toBe(200)
  expect((await fetch(`${server.url.origin}/health`)).status).toBe(200)
  expect(lines.filter((line) => line.level >= levels.error)).toEqual([])
})
