import { afterEach, beforeEach, expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { DeliveryId, PromptId, RunId } from '#shared/ids.ts'
import { newId, openWorld, until, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

test('a run that is stopped while it waits leaves the queue, so that the dispatcher never drowns in such runs', async () => {
  const device = (await world.owner()).open()
  await until(
    (on: (value: unknown) => void) => device.subscribe((tx) => tx.get('team'), on),
    (team) => team !== undefined,
  )
  const start = async (): Promise<RunId> => {
    const runId = RunId.parse(newId())
    await device.mutate.createRun({
      runId,
      promptId: PromptId.parse(newId()),
      prompt: 'Say hello',
      config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
    })
    return runId
  }
  const stopped = await start()
  await device.mutate.stopRun({ runId: stopped, deliveryId: DeliveryId.parse(newId()) })
  await until(
    (on: (pending: readonly unknown[]) => void) => device.subscribePending(on),
    (pending) => pending.length === 0,
  )
  const other = await start() // wakes the dispatcher, which says what this one waits for
  await until(
    (on: (value: unknown) => void) => device.subscribe((tx) => tx.get(`run/${other}`), on),
    (run) => JSON.stringify(run ?? '').includes('Waits for a machine'),
  )
  expect(await world.database.query('select run_id, phase from run_job order by queued_at, run_id')).toEqual([
    { run_id: stopped, phase: 'ended' },
    { run_id: other, phase: 'waiting' },
  ])
})
