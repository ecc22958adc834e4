import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { wholeText } from '#shared/domain/bounded-text.ts'
import type { RunId } from '#shared/ids.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { sourceRoot } from '#test/fakes/runner.ts'
import { spawnRunner, type RunnerProcess } from '#test/fakes/runner-process.ts'
import { runFolders } from './run/folders.ts'
import { findRunProcesses, isAlive, markProcess } from './sandbox/process-tree.ts'

// Every test starts real processes.
vi.setConfig({ testTimeout: 90_000 })

let server: ControlServer
let folder: string
const started: RunnerProcess[] = []

beforeEach(async () => {
  server = await startControlServer({ heartbeatMs: 500 })
  server.answerAll(() => ({ kind: 'allow_once' }))
  folder = await mkdtemp(join(tmpdir(), 'drover-runner-'))
})
afterEach(async () => {
  for (const runner of started.splice(0)) await runner.end('SIGKILL')
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

function start(environment: Record<string, string> = {}): RunnerProcess {
  const runner = spawnRunner({ url: server.url, folder, environment })
  started.push(runner)
  return runner
}
const processesOf = (runId: RunId) => findRunProcesses(runId, runFolders(join(folder, 'runs'), runId).root)
const outputOf = (run: SeenRun) =>
  [...run.entries.values()]
    .flatMap(({ body }) => (body.kind === 'tool' && body.output !== undefined ? [wholeText(body.output) ?? ''] : []))
    .join('')
const shows = (runId: RunId, words: string) =>
  server.until(() => outputOf(server.run(runId)).includes(words), `the output shows ${words}`, 60_000)

/** A command that leaves a daemon behind, counts, and does not end by itself. */
const counting =
  '```sh\nsetsid sleep 600 >/dev/null 2>&1 &\nfor i in $(seq 1 40); do echo "line $i"; done; sleep 600\n```'

describe('kill -9 of a runner whose agent is at work', () => {
  test('the next runner ends what is left of the agent, says that it was restarted, and nothing shown is lost', async () => {
    const killed = start()
    const runId = server.start({ prompt: counting })
    await shows(runId, 'line 40\n')
    const before = await processesOf(runId)
    expect(before.length).toBeGreaterThanOrEqual(3)
    const marks = await Promise.all(before.map((pid) => markProcess(pid)))
    const shown = outputOf(server.run(runId))
    expect(await killed.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })
    // The daemon at the least outlives its runner.
    expect(await processesOf(runId)).not.toEqual([])

    start()
    const run = await server.ended(runId)
    expect(run).toMatchObject({ state: 'ERROR', reason: { code: 'runner_restarted', retryable: true } })
    expect(await processesOf(runId)).toEqual([])
    for (const mark of marks) expect(mark === undefined ? false : await isAlive(mark)).toBe(false)
    expect(outputOf(run)).toBe(shown)
    expect(run.events.map((event) => event.seq)).toEqual(run.events.map((_, index) => index + 1))
    expect(run.badMoves).toEqual([])
    const open = [...run.entries.values()].filter(({ body }) => body.kind === 'tool' && body.status === 'in_progress')
    expect(open).toEqual([])
  })

  test('an answer that had its effect, and whose receipt nobody acknowledged, comes again and has no second one', async () => {
    server.answerAll(() => undefined)
    const killed = start()
    const mark = join(folder, 'mark')
    const runId = server.start({ prompt: `\`\`\`sh\necho once >> ${mark}; sleep 600\n\`\`\`` })
    const request = await server.asked(runId)
    server.setSilent(true)
    const deliveryId = server.answer(request, { kind: 'allow_once' })
    await vi.waitFor(async () => expect(await readFile(mark, 'utf8')).toBe('once\n'), 60_000)
    await killed.end('SIGKILL')
    server.setSilent(false)
    start()
    expect(await server.ended(runId)).toMatchObject({ state: 'ERROR', reason: { code: 'runner_restarted' } })
    server.repeatAll()
    // Behind all that was said of it again.
    server.answerAll(() => ({ kind: 'allow_once' }))
    expect((await server.ended(server.start({ prompt: '```sh\necho later\n```' }))).state).toBe('SUCCEEDED')
    const told = server.receipts.filter((receipt) => receipt.deliveryId === deliveryId)
    expect(told.map(({ state }) => state)).toEqual(['delivered', 'done'])
    expect(await readFile(mark, 'utf8')).toBe('once\n')
  })

  test('also what an agent left that had ended its turn', async () => {
    const killed = start()
    const runId = server.start({ prompt: '```sh\nsetsid sleep 600 >/dev/null 2>&1 &\necho "a daemon works"\n```' })
    expect((await server.ended(runId)).state).toBe('SUCCEEDED')
    await killed.end('SIGKILL')
    expect(await processesOf(runId)).not.toEqual([])
    const hellos = server.hellos.length
    start()
    await server.until(() => server.hellos.length > hellos, 'the next runner is there', 60_000)
    expect(await processesOf(runId)).toEqual([])
    expect(server.run(runId).state).toBe('SUCCEEDED')
  })
})

describe('signals', () => {
  test('SIGTERM ends what is at work, with a reason that the server hears', async () => {
    const runner = start()
    const runId = server.start({ prompt: counting })
    await shows(runId, 'line 40\n')
    expect(await runner.end('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(server.run(runId)).toMatchObject({ state: 'ERROR', reason: { code: 'runner_restarted' } })
    expect(await processesOf(runId)).toEqual([])
    expect(existsSync(join(folder, 'runner.lock'))).toBe(false)
  })

  test('SIGQUIT lets it come to its end, and takes nothing new', async () => {
    const runner = start()
    const gate = join(folder, 'gate')
    const runId = server.start({
      prompt: `\`\`\`sh\necho waiting; until [ -e ${gate} ]; do sleep 0.05; done; echo through\n\`\`\``,
    })
    await shows(runId, 'waiting\n')
    process.kill(runner.pid, 'SIGQUIT')
    await server.until(() => server.draining(), 'it says that it drains')
    const later = server.start({ prompt: '```sh\necho no\n```' })
    await server.until(() => server.run(later).rejected.length > 0, 'the new run is rejected')
    await writeFile(gate, '')
    expect(await runner.ended).toEqual({ code: 0, signal: null })
    expect(server.run(runId).state).toBe('SUCCEEDED')
    expect(outputOf(server.run(runId))).toContain('through')
  })
})

describe('two runners on one folder', () => {
  test('the second one is refused with a sentence, and the first goes on', async () => {
    const first = start()
    await first.said('is up')
    const second = start()
    expect(await second.ended).toEqual({ code: 75, signal: null })
    expect(second.lines.join('\n')).toContain(`A runner is already running on ${folder} (process ${first.pid})`)
    const runId = server.start({ prompt: '```sh\necho fine\n```' })
    expect((await server.ended(runId)).state).toBe('SUCCEEDED')
  })

  test('of two that start at once over a dead one’s lock, exactly one gets it', async () => {
    const dead = start()
    await dead.said('is up')
    await dead.end('SIGKILL')
    expect(await readFile(join(folder, 'runner.lock'), 'utf8')).toContain(`${dead.pid}`)
    const both = [start(), start()]
    const loser = await Promise.race(both.map(async (one) => ({ one, ...(await one.ended) })))
    expect(loser.code).toBe(75)
    const winner = both.find((one) => one !== loser.one)
    await winner?.said('is up')
  })
})

describe('an embedded runner', () => {
  test('whose server is gone for good ends by itself once nothing is at work', async () => {
    // Stands for the server's process: starts the runner as its child, and is killed.
    const parent = spawn(
      process.execPath,
      [
        '-e',
        `const child = require('node:child_process').spawn(process.execPath, [process.argv[1]], {
           detached: true, stdio: ['ignore', 'ignore', 'ignore'],
           env: { ...process.env, DROVER_RUNNER_PARENT_PID: String(process.pid) },
         }); console.log(child.pid); setInterval(() => {}, 1000)`,
        join(sourceRoot, 'agent-runner/main.ts'),
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          DROVER_URL: server.url,
          DROVER_API_KEY: 'fake-agent-key',
          DROVER_RUNNER_DIR: folder,
        },
      },
    )
    const [pid] = await once(parent.stdout, 'data')
    const mark = await markProcess(Number(String(pid)))
    if (mark === undefined) throw new Error('the runner did not start')
    const gate = join(folder, 'gate')
    const runId = server.start({
      prompt: `\`\`\`sh\necho waiting; until [ -e ${gate} ]; do sleep 0.05; done; touch ${gate}.passed\n\`\`\``,
    })
    await shows(runId, 'waiting\n')
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    server.setAway(true)
    // Nobody is there any more, but a run is: it goes on to its end.
    expect(await isAlive(mark)).toBe(true)
    await writeFile(gate, '')
    await vi.waitFor(async () => expect(await isAlive(mark)).toBe(false), { timeout: 60_000, interval: 200 })
    expect(existsSync(`${gate}.passed`)).toBe(true)
    expect(existsSync(join(folder, 'runner.lock'))).toBe(false)
    expect(await processesOf(runId)).toEqual([])
  })
})
