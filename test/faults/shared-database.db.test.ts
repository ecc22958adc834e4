import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { makeFolder } from '../bench/lib/folder.ts'
import { startServer, type ServerProcess } from '../bench/lib/processes.ts'
import { fetchAs, firstPerson, type Session } from '../bench/lib/session.ts'
import { openTestDatabase, type TestDatabase } from '../db.ts'

// Two servers and two runners, each a process that loads for some seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const Keys = z.object({ keys: z.array(z.object({ id: z.string() })) })
const Connected = z.object({ connected: z.literal(true) })

describe('two server processes with embedded runners on one database', () => {
  let database: TestDatabase
  const folders: Awaited<ReturnType<typeof makeFolder>>[] = []
  const servers: ServerProcess[] = []
  beforeEach(async () => {
    database = await openTestDatabase()
  })
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.end('SIGTERM')
    for (const folder of folders.splice(0)) await folder.remove()
    await database.close()
  })

  async function start(): Promise<ServerProcess> {
    const folder = await makeFolder()
    folders.push(folder)
    const server = await startServer({
      DROVER_DATA_DIR: folder.path,
      DATABASE_URL: database.config.url,
      DROVER_EMBEDDED_RUNNER: 'on',
    })
    servers.push(server)
    return server
  }

  const connected = async (): Promise<number> => {
    const rows = await database.query<{ value: unknown }>(
      `select value from entry where key like 'runner/%' and deleted_at is null`,
    )
    return rows.filter(({ value }) => Connected.safeParse(value).success).length
  }

  test('the first one’s link works, a session holds at both, and both runners stay', async () => {
    const first = await start()
    const second = await start()
    const here = await firstPerson(first.origin, first.link ?? '')
    const there: Session = { ...here, origin: second.origin }
    expect((await fetchAs(there)('/api/v1/me')).status).toBe(200)

    await vi.waitFor(async () => expect(await connected()).toBe(2), { timeout: 60_000, interval: 200 })
    const { keys } = Keys.parse(await (await fetchAs(there)(`/api/v1/teams/${here.teamId}/runner-keys`)).json())
    expect(keys).toHaveLength(2)
    expect(servers.map((server) => server.words())).toEqual([
      expect.not.stringContaining('the runner ended'),
      expect.not.stringContaining('the runner ended'),
    ])
  })
})
