import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { omittedUnits, partsOf, wholeText } from '#shared/domain/bounded-text.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { UserId } from '#shared/ids.ts'
import { startControlServer, type ControlServer, type SeenRun } from '#test/fakes/control-server.ts'
import { sourceRoot, startRunner } from '#test/fakes/runner.ts'
import type { HarnessDeclaration } from './harness/declaration.ts'

const bad = (how: string, detail = ''): HarnessDeclaration => ({
  id: HarnessId.parse('bad'),
  name: 'Bad',
  letters: 'BD',
  version: undefined,
  sandboxes: ['direct'],
  unavailable: () => undefined,
  installed: async () => true,
  prepare: async () => ({
    tools: [],
    argv: () => [
      how === 'missing' ? '/nowhere/agent' : process.execPath,
      join(sourceRoot, 'test/fakes/bad-agent.ts'),
      how,
      detail,
    ],
    env: () => ({}),
  }),
  quirks: { hearsDenials: false, rulesApply: true, takesTools: true },
})

let server: ControlServer
let runner: Awaited<ReturnType<typeof startRunner>> | undefined

beforeEach(async () => {
  server = await startControlServer()
})
afterEach(async () => {
  await runner?.close()
  runner = undefined
  await server.close()
})

async function runWith(how: string, environment: Record<string, string> = {}, detail = ''): Promise<SeenRun> {
  runner = await startRunner({
    url: server.url,
    harnesses: [bad(how, detail)],
    environment,
    deps: { limits: { startMs: 3000 } },
  })
  return server.ended(server.start({ harness: 'bad', prompt: 'go' }))
}
const bodies = (run: SeenRun) => [...run.entries.values()].map((entry) => entry.body)
const notices = (run: SeenRun) =>
  bodies(run).flatMap((body) =>
    body.kind === 'notice' ? [`${body.text}\n${body.detail === undefined ? '' : (wholeText(body.detail) ?? '')}`] : [],
  )

describe('a harness that misbehaves ends in a clear state', { timeout: 40_000 }, () => {
  test('one that dies: its last words are kept, what it said before too', async () => {
    const run = await runWith('dies')
    expect(run).toMatchObject({ state: 'ERROR', reason: { code: 'harness_died', retryable: true } })
    expect(run.reason?.text).toContain('exit code 7')
    expect(notices(run).join()).toContain('panic: something broke at line 42')
    const said = bodies(run).find((body) => body.kind === 'message')
    expect(said).toMatchObject({ done: true, text: { head: 'I was just about to' } })
  })

  test('one that leaves with exit code 0 in the middle of its turn', async () => {
    const run = await runWith('leaves')
    expect(run).toMatchObject({ state: 'ERROR', reason: { code: 'harness_died', retryable: true } })
    expect(run.reason?.text).toContain('exit code 0')
    expect(bodies(run).find((body) => body.kind === 'message')).toMatchObject({ done: true })
  })

  test('one whose command has an exit code that no system has', async () => {
    const run = await runWith('odd-exit')
    expect(run.reason).toBeUndefined()
    expect(bodies(run).find((body) => body.kind === 'tool')).toMatchObject({ status: 'failed' })
  })

  test('one that makes entries without end', { timeout: 90_000 }, async () => {
    runner = await startRunner({ url: server.url, harnesses: [bad('endless-entries')] })
    const runId = server.start({ harness: 'bad', prompt: 'go' })
    const run = await server.until(
      () => server.run(runId).state === 'ERROR' && server.run(runId),
      'it was stopped',
      80_000,
    )
    expect(run.reason).toMatchObject({ code: 'harness_protocol' })
    expect(run.reason?.text).toContain('more than 20000 entries')
    expect(run.entries.size).toBeLessThan(20_100)
  })

  test('one that is not there', async () => {
    expect(await runWith('missing')).toMatchObject({ state: 'ERROR', reason: { code: 'harness_missing' } })
  })

  test('one that falls silent: a notice first, then the end', async () => {
    const run = await runWith('hangs', { DROVER_RUNNER_QUIET_MS: '200', DROVER_RUNNER_HUNG_MS: '900' })
    expect(run).toMatchObject({ state: 'ERROR', reason: { code: 'harness_hung' } })
    expect(notices(run).join()).toContain('has not answered')
  })

  test('one that never gets ready', async () => {
    expect(await runWith('mute')).toMatchObject({ state: 'ERROR', reason: { code: 'harness_hung' } })
  })

  test('one that prints rubbish without end', async () => {
    const run = await runWith('rubbish')
    expect(run).toMatchObject({ state: 'ERROR', reason: { code: 'harness_protocol' } })
    expect(notices(run).join()).toContain('of no protocol')
  })

  test('a little rubbish does no harm', async () => {
    expect((await runWith('some-rubbish')).state).toBe('SUCCEEDED')
  })

  test('a message of 40 MB', async () => {
    expect(await runWith('huge-line')).toMatchObject({ state: 'ERROR', reason: { code: 'harness_protocol' } })
  })

  test('a flood of 40 MB of words is bounded in the journal, and kept whole in parts', async () => {
    const run = await runWith('floods')
    expect(run.state).toBe('SUCCEEDED')
    const message = bodies(run).find((body) => body.kind === 'message')
    if (message?.kind !== 'message') throw new Error('no message')
    expect(omittedUnits(message.text)).toBeGreaterThan(30_000_000)
    const kept = partsOf(message.text).map((hash) => server.blobs.get(hash)?.byteLength ?? 0)
    expect(kept.length).toBeGreaterThan(1)
    expect(kept.reduce((sum, bytes) => sum + bytes, 0)).toBe(message.text.length)
    expect(JSON.stringify(run.events).length).toBeLessThan(6_000_000)
  })

  test('unknown kinds and fields are named, and stop nothing', async () => {
    const run = await runWith('unknown-kinds')
    expect(run.state).toBe('SUCCEEDED')
    expect(notices(run).join()).toContain('brand_new_kind')
  })

  test('one that wants to write outside the workspace is refused', async () => {
    const target = join('/tmp', `drover-outside-${process.pid}`)
    expect((await runWith('writes-outside', {}, target)).state).toBe('SUCCEEDED')
    expect(existsSync(target)).toBe(false)
  })

  test('one that wants a sign-in, one that refuses, one of another protocol', async () => {
    expect(await runWith('locked')).toMatchObject({ state: 'FAILED', reason: { code: 'authentication_required' } })
    await runner?.close()
    expect(await runWith('refuses')).toMatchObject({ state: 'FAILED', reason: { code: 'harness_refused' } })
    await runner?.close()
    expect(await runWith('old-protocol')).toMatchObject({ state: 'ERROR', reason: { code: 'harness_protocol' } })
  })

  test('one that does not hear a stop is ended all the same', async () => {
    runner = await startRunner({ url: server.url, harnesses: [bad('stubborn')] })
    const runId = server.start({ harness: 'bad', prompt: 'go' })
    await server.until(
      () => [...server.run(runId).entries.values()].some((entry) => entry.body.kind === 'message'),
      'it speaks',
    )
    const stop = server.deliver(runId, { type: 'stop', by: UserId.parse('person-1') })
    expect((await server.ended(runId)).state).toBe('CANCELLED')
    await server.until(
      () => server.receipts.some((one) => one.deliveryId === stop && one.state === 'done'),
      'the stop is done',
    )
  })
})
