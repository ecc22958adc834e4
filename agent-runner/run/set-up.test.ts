import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { createInsideAgent, type InsideAgent } from '#test/fakes/inside-agent.ts'
import { makeRepository, startRunner } from '#test/fakes/runner.ts'
import { runFolders } from './folders.ts'

vi.setConfig({ testTimeout: 40_000 })

let server: ControlServer
let agent: InsideAgent
let runner: Awaited<ReturnType<typeof startRunner>>
let repository: Awaited<ReturnType<typeof makeRepository>>

beforeEach(async () => {
  server = await startControlServer()
  agent = createInsideAgent()
  repository = await makeRepository({ 'a.txt': 'first\n' })
  runner = await startRunner({ url: server.url, harnesses: [agent.harness], deps: { sandboxes: [agent.sandbox] } })
})
afterEach(async () => {
  await runner.close()
  await server.close()
  await repository.remove()
})

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
    cwd: repository.path,
    encoding: 'utf8',
  }).trim()
const notices = (run: SeenRun) =>
  [...run.entries.values()].flatMap(({ body }) => (body.kind === 'notice' ? [body.text] : []))

async function cloned(): Promise<{ run: SeenRun; workspace: string }> {
  const runId = server.start({ harness: 'inside', prompt: 'first', config: { repository: { url: repository.path } } })
  await server.until(() => agent.heard.length > 0, 'the agent is at work')
  agent.letGo()
  return { run: await server.ended(runId), workspace: runFolders(join(runner.folder, 'runs'), runId).workspace }
}

test('uncommitted changes of a named folder stay out, and the transcript says so', async () => {
  await writeFile(join(repository.path, 'a.txt'), 'changed\n')
  await writeFile(join(repository.path, 'new.txt'), 'new\n')
  const { run, workspace } = await cloned()
  expect(await readFile(join(workspace, 'a.txt'), 'utf8')).toBe('first\n')
  expect(notices(run)).toEqual([expect.stringMatching(/^2 uncommitted changes of .* stay out/)])
})

test('a folder that is as committed has no such line', async () => {
  expect(notices((await cloned()).run)).toEqual([])
})

test('a detached HEAD is where the run starts', async () => {
  const first = git('rev-parse', 'HEAD')
  await writeFile(join(repository.path, 'a.txt'), 'second\n')
  git('commit', '-qam', 'second')
  git('checkout', '-q', '--detach', first)
  const { run, workspace } = await cloned()
  expect(await readFile(join(workspace, 'a.txt'), 'utf8')).toBe('first\n')
  expect(notices(run)).toEqual([])
})

test('submodules are not fetched, and the transcript says how', async () => {
  await writeFile(join(repository.path, '.gitmodules'), '')
  git('add', '-A')
  git('commit', '-qm', 'modules')
  expect(notices((await cloned()).run)).toEqual([expect.stringContaining('git submodule update --init --recursive')])
})
