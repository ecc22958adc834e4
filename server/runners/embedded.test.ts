import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TeamId } from '#shared/ids.ts'
import { spawnRunner, type RunnerProcess } from '#test/fakes/runner-process.ts'
import { startEmbeddedRunner, type EmbeddedRunner } from './embedded.ts'
import { runnerAtWork } from './runner-lock.ts'

// Real runners load for some seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const teamId = TeamId.parse('team-of-the-test')
const said: string[] = []
let dataDir: string
let earlier: RunnerProcess | undefined
let embedded: EmbeddedRunner | undefined
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'drover-embedded-'))
  await mkdir(join(dataDir, 'runner'))
  await writeFile(join(dataDir, 'runner', 'agent-key'), 'drv_key\n')
  said.length = 0
})
afterEach(async () => {
  await embedded?.close()
  await earlier?.end('SIGKILL')
  embedded = undefined
  earlier = undefined
  await rm(dataDir, { recursive: true, force: true })
})

/** Stands for the runner: notes each of its starts, and stays. */
async function startNoting(): Promise<{ starts(): Promise<number> }> {
  const notes = join(dataDir, 'starts')
  const program = join(dataDir, 'program.mjs')
  await writeFile(
    program,
    `import { appendFileSync } from 'node:fs'
     appendFileSync(${JSON.stringify(notes)}, 'x')
     setInterval(() => {}, 1000)`,
  )
  const log = {
    info: (_: object, words: string) => said.push(words),
    warn: (_: object, words: string) => said.push(words),
  }
  embedded = startEmbeddedRunner({
    dataDir,
    url: 'http://127.0.0.1:1',
    teamId,
    auth: {
      authenticateRunner: async () => ({ teamId, keyId: 'key', name: 'key' }),
      issueRunnerKey: async () => undefined,
    },
    environment: {},
    log,
    program,
  })
  return { starts: async () => (await readFile(notes, 'utf8').catch(() => '')).length }
}

test('a runner that outlived its server is left alone, and the next one starts only when it has gone', async () => {
  const folder = join(dataDir, 'runner')
  earlier = spawnRunner({ url: 'http://127.0.0.1:1', folder })
  await earlier.said('is up')
  expect(await runnerAtWork(folder)).toBe(earlier.pid)
  const program = await startNoting()
  await vi.waitFor(() => expect(said).toEqual(['the runner of an earlier start is still there and goes on']), 10_000)
  expect(await program.starts()).toBe(0)

  await earlier.end('SIGKILL')
  expect(await runnerAtWork(folder)).toBeUndefined()
  await vi.waitFor(async () => expect(await program.starts()).toBe(1), 10_000)
  expect(said.slice(1)).toEqual(['the runner of an earlier start has ended'])
})

test('a lock whose pid belongs to another program by now holds nobody up', async () => {
  await writeFile(join(dataDir, 'runner', 'runner.lock'), JSON.stringify({ pid: process.pid, started: '1' }))
  const program = await startNoting()
  await vi.waitFor(async () => expect(await program.starts()).toBe(1), 10_000)
  expect(said).toEqual([])
})
