import { existsSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { RunId } from '#shared/ids.ts'
import { startControlServer, type ControlServer } from '#test/fakes/control-server.ts'
import { createInsideAgent, type InsideAgent } from '#test/fakes/inside-agent.ts'
import { startRunner, type RunnerOptions } from '#test/fakes/runner.ts'
import { systemClock } from './clock.ts'
import { runFolders } from './run/folders.ts'
import type { SandboxProvider } from './sandbox/sandbox.ts'

vi.setConfig({ testTimeout: 40_000 })

const year = 366 * 86_400_000

let server: ControlServer
let agent: InsideAgent
let folder: string
let runner: Awaited<ReturnType<typeof startRunner>> | undefined

beforeEach(async () => {
  server = await startControlServer()
  agent = createInsideAgent()
  folder = await mkdtemp(join(tmpdir(), 'drover-runner-'))
})
afterEach(async () => {
  await runner?.close()
  runner = undefined
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

async function start(deps: RunnerOptions['deps'] = {}): Promise<void> {
  runner = await startRunner({
    url: server.url,
    folder,
    harnesses: [agent.harness],
    deps: { sandboxes: [agent.sandbox], lookEveryMs: 20, ...deps },
  })
}

/** A run of an earlier runner process. */
async function leaveRun(how: 'ended' | 'killed at work' = 'ended'): Promise<{ runId: RunId; root: string }> {
  await start()
  const runId = server.start({ harness: 'inside', prompt: 'first' })
  await server.until(() => server.run(runId).state === 'INPROGRESS' && agent.heard.length > 0, 'the agent is at work')
  const runs = join(folder, 'runs')
  if (how === 'ended') {
    agent.letGo()
    await server.ended(runId)
    await runner?.close()
  } else {
    // What its last moments would tell reaches neither the server nor the disk that the next process finds.
    await cp(runs, `${runs}-then`, { recursive: true })
    server.setAway(true)
    await runner?.close()
    await rm(runs, { recursive: true })
    await rename(`${runs}-then`, runs)
    server.setAway(false)
  }
  return { runId, root: runFolders(join(folder, 'runs'), runId).root }
}

test('a run whose journal is damaged from its first line on is put aside with its workspace', async () => {
  const { runId, root } = await leaveRun()
  const { journal, workspace } = runFolders(join(folder, 'runs'), runId)
  const damaged = Buffer.from(await readFile(journal))
  damaged.fill(0xff, 0, 5)
  await writeFile(journal, damaged)
  await writeFile(join(workspace, 'work.txt'), 'hours of work\n')
  await start()
  expect(existsSync(root)).toBe(false)
  const [aside = ''] = (await readdir(join(folder, 'runs'))).filter((name) => name.includes(runId))
  const kept = runFolders(join(folder, 'runs'), runId)
  const moved = (path: string): string => join(folder, 'runs', aside, path.slice(kept.root.length))
  expect(await readFile(moved(workspace) + '/work.txt', 'utf8')).toBe('hours of work\n')
  expect(await readFile(moved(journal))).toEqual(damaged)
})

test('what could not be ended at the start is ended when its sandbox is there again', async () => {
  const { runId } = await leaveRun('killed at work')
  const ended = Promise.withResolvers<RunId>()
  let there = false
  const asked = Promise.withResolvers<void>()
  const away: SandboxProvider = {
    ...agent.sandbox,
    sweep: async (of) => {
      asked.resolve()
      if (there) ended.resolve(of)
      return there
    },
  }
  await start({ sandboxes: [away] })
  await asked.promise
  there = true
  expect(await ended.promise).toBe(runId)
})

test('a run that was kept long enough is deleted while the runner runs', async () => {
  let now = Date.now()
  const { root } = await leaveRun()
  await start({ clock: { ...systemClock, now: () => now } })
  await server.until(() => server.connected(), 'the runner is there')
  expect(existsSync(root)).toBe(true)
  now += year
  await vi.waitUntil(() => !existsSync(root), { timeout: 20_000 })
})

test('a run goes on where another kind of sandbox was never there', async () => {
  const { runId } = await leaveRun('killed at work')
  const noDocker: SandboxProvider = {
    ...agent.sandbox,
    kind: 'docker',
    problem: async () => 'There is no Docker.',
    sweep: async () => false,
  }
  const heard = agent.heard.length
  await start({ sandboxes: [agent.sandbox, noDocker] })
  expect((await server.ended(runId)).reason?.code).toBe('runner_restarted')
  server.follow(runId, 'go on')
  await server.until(() => agent.heard.length > heard, 'the agent hears it')
  agent.letGo()
  const run = await server.ended(runId, 2)
  expect(run.reason).toBeUndefined()
  expect(run.state).toBe('SUCCEEDED')
})

test('an agent that has lost its conversation is told what was said last, and the transcript says so', async () => {
  const { runId } = await leaveRun()
  await start()
  server.follow(runId, 'And now the second part')
  const run = await server.ended(runId, 2)
  const heard = agent.heard.at(-1) ?? ''
  expect(heard).toContain('you do not remember it yourself')
  expect(heard).toMatch(/<earlier>\nPerson:\nfirst\n<\/earlier>/)
  expect(heard.endsWith('And now the second part')).toBe(true)
  expect([...run.entries.values()].map(({ body }) => JSON.stringify(body)).join('\n')).toContain(
    'It goes on in a new one, with the last part of this conversation as text.',
  )
})
