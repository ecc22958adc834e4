import { spawn } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { harnessMissing, makeRunnerFolder } from '#test/fakes/kept-tools.ts'
import { processEnvironment, readConfig } from './config.ts'
import { createHarnesses } from './harnesses.ts'

const missing = await harnessMissing('opencode')

test.skipIf(missing !== undefined)(
  'it starts without a word to npm',
  async () => {
    const asked: string[] = []
    const registry = createServer((request) => void asked.push(request.url ?? ''))
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
    const { port } = registry.address() as AddressInfo
    const folder = await makeRunnerFolder()
    const home = join(folder.path, 'home')
    await mkdir(home)
    const config = readConfig({ ...processEnvironment(), DROVER_API_KEY: 'none', DROVER_OPENCODE_CONFIG: '{}' })
    if (!config.ok) throw new Error(config.error)
    const declaration = createHarnesses({ config: config.value, toolsFolder: join(folder.path, 'tools') }).find(
      ({ id }) => id === 'opencode',
    )
    const signal = new AbortController().signal
    const prepared = await declaration?.prepare({ sandbox: 'direct', signal, onOutput: () => {} })
    if (prepared === undefined || 'open' in prepared) throw new Error('it is a program')
    const none = { endpoint: () => undefined, renew: () => {}, close: () => {} }
    const context = {
      inside: (path: string) => path,
      home,
      models: none,
      config: { harness: HarnessId.parse('opencode') },
    }
    const env = await prepared.env({ ...context, config: { ...context.config, sandbox: 'direct' } })
    const [program = '', ...args] = prepared.argv((path) => path)
    const child = spawn(program, args, {
      cwd: home,
      env: { PATH: process.env['PATH'], HOME: home, npm_config_registry: `http://127.0.0.1:${port}/`, ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      const ask = async (id: number, method: string, params: unknown): Promise<void> => {
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
        for (;;) {
          const line = await lines.next()
          if (line.done === true) throw new Error('it ended')
          if ((JSON.parse(line.value) as { id?: number }).id === id) return
        }
      }
      await ask(1, 'initialize', { protocolVersion: 1, clientCapabilities: {} })
      for (const id of [2, 3, 4]) await ask(id, 'session/new', { cwd: home, mcpServers: [] })
      expect(await readdir(join(home, '.config/opencode'))).not.toContain('package.json')
      expect(asked).toEqual([])
    } finally {
      child.kill('SIGKILL')
      registry.closeAllConnections()
      registry.close()
      await folder.remove()
    }
  },
  60_000,
)
