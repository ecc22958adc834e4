import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startControlServer, type ControlServer } from '#test/fakes/control-server.ts'
import { startRunner } from '#test/fakes/runner.ts'

const isRoot = process.getuid?.() === 0 && process.platform === 'linux'

describe.skipIf(!isRoot)(`a small disk${isRoot ? '' : ' (mounting one takes root)'}`, () => {
  let server: ControlServer
  let folder: string
  beforeEach(async () => {
    server = await startControlServer()
    server.answerAll(() => ({ kind: 'allow_once' }))
    folder = await mkdtemp(join(tmpdir(), 'drover-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder])
  })
  afterEach(async () => {
    await server.close()
    execFileSync('umount', ['-l', folder])
    await rm(folder, { recursive: true })
  })

  test('a run that fills it is stopped and says why; new ones wait and say why, until there is room', async () => {
    const runner = await startRunner({
      url: server.url,
      folder,
      environment: { DROVER_RUNNER_BACKENDS: 'direct', DROVER_RUNNER_MIN_FREE: '30m', DROVER_RUNNER_RUN_DISK: '40m' },
      deps: { lookEveryMs: 100 },
    })
    await server.until(() => server.connected(), 'it is connected')
    expect(server.hellos[0]).toMatchObject({ sandboxes: ['direct'], problems: [] })
    expect(server.hellos[0]?.short).toBeUndefined()
    // Whoever is beyond the bound has left less than the least, however far it came.
    const full = await server.ended(server.start({ prompt: '```sh\nhead -c 46m /dev/zero > big; sleep 600\n```' }))
    expect(full).toMatchObject({ state: 'ERROR', reason: { code: 'sandbox_failed', retryable: false } })
    expect(full.reason?.text).toMatch(/^The run took 4\d MB of the runner’s disk, and 42 MB is the most/)
    await server.until(() => server.offers.at(-1)?.short !== undefined, 'it is told')
    expect(server.offers.at(-1)?.problems[0]).toMatch(/^Runner test runner has \d+ MB left on its disk/)
    const waits = server.start({ prompt: '```sh\ntrue\n```' })
    await server.until(() => server.run(waits).rejected.length > 0, 'it is not taken')
    expect(server.run(waits).rejected[0]).toMatch(/takes nothing new below 31 MB/)

    await rm(join(folder, 'runs', full.runId, 'workspace', 'big'))
    await server.until(() => server.offers.at(-1)?.short === undefined, 'there is room')
    expect((await server.ended(server.start({ prompt: '```sh\ntrue\n```' }))).state).toBe('SUCCEEDED')
    await runner.close()
  })
})
