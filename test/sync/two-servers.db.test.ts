import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '#server/config.ts'
import { createServer, type DroverServer } from '#server/create-server.ts'
import { createLog } from '#server/log.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { Run } from '#shared/domain/run.ts'
import { PromptId, RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { startRun } from '../run-script.ts'
import { newId, openWorld, until, type World } from '../world.ts'

/** Two processes' worth of server on one Postgres: a person on one, the runner on the other. */
describe('two servers on one database', () => {
  let world: World
  let dataDir: string
  let other: DroverServer
  let runner: ScriptedRunner | undefined
  beforeEach(async () => {
    world = await openWorld({ kind: 'postgres' })
    dataDir = await mkdtemp(join(tmpdir(), 'drover-other-'))
    other = await createServer({
      config: readConfig({ DROVER_DATA_DIR: dataDir, DROVER_PORT: '0', DROVER_LOG_LEVEL: 'error' }),
      log: createLog('error'),
      now: Date.now,
      database: world.database.another(),
      demoRepository: '',
    })
  })
  afterEach(async () => {
    runner?.close()
    await other.close()
    await other.database.close()
    await world.close()
    await rm(dataDir, { recursive: true, force: true })
  })

  test('a run started at one goes to the runner of the other, and its news come back', async () => {
    const person = (await world.owner()).open()
    await until(
      (on: (value: unknown) => void) => person.subscribe((tx) => tx.get(keys.team), on),
      (team) => team !== undefined,
    )
    runner = await connectScriptedRunner({ url: `http://127.0.0.1:${other.port}`, key: await world.runnerKey() })
    await runner.next('welcome')
    const runId = RunId.parse(newId())
    await person.mutate.createRun({
      runId,
      promptId: PromptId.parse(newId()),
      prompt: 'Go',
      config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
    })
    const { assignment } = await runner.next('assign')
    runner.send({ type: 'claimed', runId, turn: assignment.turn })
    runner.emit(
      runId,
      { type: 'state', event: 'claim', turn: 1 },
      { type: 'state', event: 'start', turn: 1 },
      { type: 'state', event: 'succeed', turn: 1 },
    )
    const run = await until(
      (on: (value: Run | undefined) => void) => person.subscribe((tx) => getRow(tx, keys.run(runId), Run), on),
      (value) => value?.state === 'SUCCEEDED',
    )
    expect(run?.hostName).toBe('devbox-04')
  })

  test('a shared run is followed at one, and over there at once when sharing stops at the other', async () => {
    const person = (await world.owner()).open()
    const runId = await startRun(person)
    const secret = randomBytes(32).toString('base64url')
    await person.mutate.shareRun({ runId, secret, anyone: true })
    await until(person.subscribeStatus, ({ pending }) => pending === 0)
    const response = await fetch(`http://127.0.0.1:${other.port}/api/v1/shared/${runId}/${secret}/live`)
    let text = ''
    const decoder = new TextDecoder()
    let renamed = false
    for await (const piece of response.body ?? []) {
      text += decoder.decode(piece, { stream: true })
      if (!renamed && text.includes('"type":"view"')) {
        renamed = true
        await person.mutate.renameRun({ runId, title: 'Heard over there' })
      }
      if (text.includes('Heard over there')) await person.mutate.stopSharing({ runId })
    }
    expect(text.trimEnd().endsWith('data: {"type":"ended"}')).toBe(true)
  })
})
