import { afterEach, beforeEach, expect, test } from 'vitest'
import { boundedText } from '#shared/domain/bounded-text.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { EntryId, PromptId, RunId } from '#shared/ids.ts'
import type { SyncStatus, TranscriptView } from '#sync/client/workspace.ts'
import { connectScriptedRunner } from '../fakes/scripted-runner.ts'
import { newId, openWorld, until, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

test.each([
  ['opened before the server knows its run', false],
  ['prepared before its run was started', true],
])('a transcript that is %s shows it as soon as there is one', async (_what, isPrepared) => {
  const device = (await world.owner()).open()
  const runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  await runner.next('welcome')
  const problems: SyncStatus['problem'][] = []
  device.subscribeStatus((status) => problems.push(status.problem))
  await until(
    (on: (value: unknown) => void) => device.subscribe((tx) => tx.get('team'), on),
    (team) => team !== undefined,
  )

  const runId = RunId.parse(newId())
  const start = () =>
    device.mutate.createRun({
      runId,
      promptId: PromptId.parse(newId()),
      prompt: 'Say hello',
      config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
    })
  if (isPrepared) {
    device.prepareRun(runId)
    await start()
  }
  const transcript = device.openTranscript(runId)
  await until(
    (on: (value: TranscriptView) => void) => transcript.subscribeEntries(on),
    (view) => !view.loaded,
  )
  if (!isPrepared) await start()
  await runner.next('assign')
  runner.send({ type: 'claimed', runId, turn: 1 })
  runner.emit(
    runId,
    { type: 'state', event: 'start', turn: 1 },
    {
      type: 'entry',
      entry: {
        id: EntryId.parse('e1'),
        n: 1,
        at: 0,
        turn: 1,
        body: { kind: 'message', text: boundedText(''), done: false },
      },
    },
    { type: 'delta', entryId: EntryId.parse('e1'), field: 'text', offset: 0, text: 'Hello' },
  )
  const view = await until(
    (on: (value: TranscriptView) => void) => transcript.subscribeEntries(on),
    ({ entries }) => JSON.stringify(entries).includes('Hello'),
  )
  expect(view.entries).toHaveLength(1)
  expect(problems.filter((problem) => problem !== undefined)).toEqual([])
  transcript.close()
  runner.close()
})
