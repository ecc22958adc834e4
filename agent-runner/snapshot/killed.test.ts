import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startControlServer, type ControlServer } from '#test/fakes/control-server.ts'
import { makeRepository } from '#test/fakes/runner.ts'
import { spawnRunner, type RunnerProcess } from '#test/fakes/runner-process.ts'
import type { RunId } from '#shared/ids.ts'

/** A runner that is killed while it hands a snapshot in, or while it brings one back: nothing half is taken for whole. */
let server: ControlServer
let repository: Awaited<ReturnType<typeof makeRepository>>
let folders: string[]
let runners: RunnerProcess[]
beforeEach(async () => {
  server = await startControlServer({ snapshots: true })
  server.answerAll(() => ({ kind: 'allow_once' }))
  repository = await makeRepository({ 'a.txt': 'base\n' })
  folders = []
  runners = []
})
afterEach(async () => {
  await Promise.all(runners.map((runner) => runner.end('SIGKILL')))
  await server.close()
  await repository.remove()
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
})

const machine = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-killed-'))
  folders.push(folder)
  return folder
}
const runOn = (folder: string): RunnerProcess => {
  const runner = spawnRunner({ url: server.url, folder })
  runners.push(runner)
  return runner
}
const shell = (script: string): string => `\`\`\`sh\n${script}\n\`\`\``
const snapshotsOf = (runId: RunId) =>
  server.run(runId).events.flatMap(({ body }) => (body.type === 'snapshot' ? [body.snapshot] : []))
const saved = (runId: RunId, turn: number) =>
  server.until(() => snapshotsOf(runId).find((one) => one.turn === turn), `snapshot of turn ${turn}`)
/** Resolves when contents were handed in or asked for as often, and answers neither that one nor one after it. */
const stopAt = (method: 'PUT' | 'GET', count: number): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  let seen = 0
  server.onBlob((one) => {
    if (one !== method || ++seen < count) return undefined
    resolve()
    return new Promise(() => {})
  })
  return promise
}
const commit = (text: string): string =>
  shell(`echo ${text} >> a.txt && git commit -qam ${text} && echo ${text} > loose.txt`)
const start = (prompt: string): RunId =>
  server.start({ harness: 'runbook', config: { repository: { url: repository.path } }, prompt })
const contents = (folder: string, runId: RunId) => {
  const workspace = join(folder, 'runs', runId, 'workspace')
  return {
    a: readFileSync(join(workspace, 'a.txt'), 'utf8'),
    loose: readFileSync(join(workspace, 'loose.txt'), 'utf8'),
    log: execFileSync('git', ['log', '--format=%s'], { cwd: workspace }).toString(),
  }
}

test.each([1, 2])(
  'killed while it hands in content %i of a snapshot, the one before it stands, and a follow-up elsewhere begins from there',
  { timeout: 90_000 },
  async (count) => {
    const there = runOn(await machine())
    const runId = start(commit('one'))
    await server.ended(runId)
    const first = await saved(runId, 1)
    const stopped = stopAt('PUT', count)
    server.follow(runId, commit('two'))
    await server.ended(runId, 2)
    await stopped
    await there.end('SIGKILL')
    server.onBlob(undefined)
    expect(snapshotsOf(runId)).toEqual([first])

    const elsewhere = await machine()
    runOn(elsewhere)
    server.follow(runId, shell('true'))
    expect((await server.ended(runId, 3)).reason).toBeUndefined()
    expect(contents(elsewhere, runId)).toEqual({ a: 'base\none\n', loose: 'one\n', log: 'one\nfirst\n' })
    expect((await saved(runId, 3)).tree).toBe(first.tree)
  },
)

test('killed while it hands one in, the same machine hands it in at its next start', { timeout: 90_000 }, async () => {
  const folder = await machine()
  const there = runOn(folder)
  const runId = start(shell('echo one > loose.txt'))
  const stopped = stopAt('PUT', 1)
  await server.ended(runId)
  await stopped
  await there.end('SIGKILL')
  expect(snapshotsOf(runId)).toEqual([])
  server.onBlob(undefined)
  runOn(folder)
  expect(await saved(runId, 1)).toMatchObject({ changed: 1, shown: [{ path: 'loose.txt', status: 'added' }] })
})

test.each([1, 2])(
  'killed while it brings back content %i, the next follow-up finds everything',
  { timeout: 90_000 },
  async (count) => {
    const there = runOn(await machine())
    const runId = start(commit('one'))
    await server.ended(runId)
    await saved(runId, 1)
    await there.end('SIGKILL')

    const elsewhere = await machine()
    const half = runOn(elsewhere)
    const stopped = stopAt('GET', count)
    server.follow(runId, shell('true'))
    await stopped
    await half.end('SIGKILL')
    server.onBlob(undefined)
    runOn(elsewhere)
    await server.ended(runId, 2)
    server.follow(runId, commit('three'))
    expect((await server.ended(runId, 3)).reason).toBeUndefined()
    expect(contents(elsewhere, runId)).toEqual({
      a: 'base\none\nthree\n',
      loose: 'three\n',
      log: 'three\none\nfirst\n',
    })
  },
)
