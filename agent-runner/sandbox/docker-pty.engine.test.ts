import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { RunId, RunnerId } from '#shared/ids.ts'
import { dockerMissing, dockerSettings, testLimits } from '#test/fakes/docker.ts'
import { createDockerEngine } from './docker-engine.ts'
import { createDockerProvider } from './docker.ts'
import type { Pty, Sandbox } from './sandbox.ts'

const missing = await dockerMissing()
const settings = dockerSettings()

describe.skipIf(missing !== undefined)(
  `a terminal in a container${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let folder: string
    let sandbox: Sandbox
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'drover-pty-'))
      const [workspace = '', home = '', tmp = ''] = await Promise.all(
        ['workspace', 'home', 'tmp'].map(async (name) => {
          await mkdir(join(folder, name))
          return join(folder, name)
        }),
      )
      const provider = createDockerProvider({
        engine: createDockerEngine({ socket: settings['DROVER_DOCKER_SOCKET'], host: settings['DOCKER_HOST'] }),
        limits: testLimits,
        logins: { of: async () => ({}), all: async () => ({}) },
        runnerId: RunnerId.parse(crypto.randomUUID()),
        cleanUp: true,
        node: () => Promise.reject(new Error('no Node is needed')),
      })
      sandbox = await provider.start({ runId: RunId.parse(crypto.randomUUID()), workspace, home, tmp, tools: [] })
    })
    afterAll(async () => {
      await sandbox.dispose()
      await rm(folder, { recursive: true, force: true })
    })

    async function open(argv: readonly string[]): Promise<{ pty: Pty; shown: () => string }> {
      const pty = await sandbox.terminal({ argv, size: { cols: 91, rows: 17 }, env: { TOKEN: 'given' } })
      let shown = ''
      pty.onData((piece) => (shown += Buffer.from(piece).toString('latin1')))
      return { pty, shown: () => shown }
    }
    const until = (seen: () => boolean): Promise<boolean> => vi.waitUntil(seen, { timeout: 30_000, interval: 20 })

    test('has a size, hears another one, and tells how it ended', async () => {
      const { pty, shown } = await open(['sh', '-i'])
      pty.write('echo "$TOKEN in $PWD as $(id -u)"; stty size\r')
      await until(() => /17 91/.test(shown()))
      expect(shown()).toMatch(/given in \/workspace as [1-9]/)
      pty.resize({ cols: 70, rows: 12 })
      // The engine is told of it beside what is typed.
      await vi.waitUntil(
        () => {
          pty.write('stty size\r')
          return /12 70/.test(shown())
        },
        { timeout: 30_000, interval: 100 },
      )
      pty.write('exit 5\r')
      expect(await pty.exited).toEqual({ code: 5, signal: null })
    })

    test('stands still while nobody reads, and ends alone', async () => {
      const other = await open(['sh', '-c', 'echo here; sleep 100'])
      await until(() => other.shown().includes('here'))
      const { pty, shown } = await open(['yes'])
      await until(() => shown().length > 10_000)
      pty.pause()
      pty.kill()
      await pty.exited
      other.pty.write('still')
      await until(() => other.shown().includes('still'))
      other.pty.kill()
      expect((await other.pty.exited).code).not.toBe(0)
    })
  },
)
