import { afterEach, beforeEach, expect, test } from 'vitest'
import { AgentNotification, notificationLimit } from '#shared/domain/notification.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { DeliveryId, PromptId, RunId } from '#shared/ids.ts'
import { scanRows } from '#sync/core/transaction.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { ask, claim, inState, startRun } from '../run-script.ts'
import { newId, openWorld, until, type Person, type World } from '../world.ts'

let world: World
let runner: ScriptedRunner
let mara: Person
let jonas: Person
beforeEach(async () => {
  world = await openWorld()
  mara = await world.owner()
  jonas = await world.invite(mara, 'member')
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  await runner.next('welcome')
})
afterEach(async () => {
  runner.close()
  await world.close()
})

const inbox = (workspace: Workspace) => (on: (rows: readonly AgentNotification[]) => void) =>
  workspace.subscribe(
    async (tx) => (await scanRows(tx, 'notification/', AgentNotification)).toSorted((a, b) => a.at - b.at),
    on,
  )
const types = (rows: readonly AgentNotification[]) => rows.map((one) => one.type)

async function working(workspace: Workspace): Promise<RunId> {
  const runId = await startRun(workspace)
  await claim(runner, runId)
  await inState(workspace, runId, 'INPROGRESS')
  return runId
}

test('a question and the end of a turn notify who started the run, and nobody else sees it', async () => {
  const [desktop, phone, other] = [mara.open(), mara.open(), jonas.open()]
  const runId = await working(desktop)
  const request = ask(runId, 'rm -rf build')
  runner.emit(runId, { type: 'permission', request }, { type: 'state', event: 'block', turn: 1 })
  const asked = await until(inbox(phone), (rows) => rows.length === 1)
  expect(asked).toMatchObject([
    { type: 'request', runId, permissionId: request.id, asks: 'command', text: 'rm -rf build', title: 'Say hello' },
  ])

  await inState(other, runId, 'BLOCKED')
  await other.mutate.answerPermission({
    runId,
    permissionId: request.id,
    deliveryId: DeliveryId.parse(newId()),
    digest: request.digest,
    answer: { kind: 'deny' },
  })
  // Somebody else answered: nothing is left to be read, and who it was stays after the question's own row has gone.
  const answered = await until(inbox(phone), (rows) => rows[0]?.readAt !== undefined)
  expect(answered[0]?.outcome).toMatchObject({ kind: 'answered', answer: { kind: 'deny' }, by: jonas.userId })

  runner.emit(
    runId,
    { type: 'state', event: 'unblock', turn: 1 },
    { type: 'activity', text: 'All 312 tests pass' },
    { type: 'state', event: 'succeed', turn: 1 },
  )
  const ended = await until(inbox(phone), (rows) => rows.length === 2)
  expect(ended[1]).toMatchObject({ type: 'complete', id: 'turn-1', text: 'All 312 tests pass' })
  expect(ended[1]?.readAt).toBeUndefined()
  await inState(other, runId, 'SUCCEEDED')
  expect(await other.query((tx) => tx.scan('notification/'))).toEqual([])
})

test('who wrote to the agent hears of it from then on', async () => {
  const [desktop, other] = [mara.open(), jonas.open()]
  const runId = await working(desktop)
  await inState(other, runId, 'INPROGRESS')
  const promptId = PromptId.parse(newId())
  await other.mutate.sendPrompt({
    runId,
    promptId,
    deliveryId: DeliveryId.parse(newId()),
    text: 'And say goodbye',
    mode: 'interrupt',
  })
  await runner.next('deliver')
  runner.emit(
    runId,
    { type: 'prompt_taken', promptId },
    { type: 'state', event: 'fail', turn: 1, reason: { code: 'step_failed', text: 'make test failed' } },
  )
  for (const workspace of [desktop, other])
    expect(await until(inbox(workspace), (rows) => rows.length === 1)).toMatchObject([
      { type: 'error', text: 'make test failed' },
    ])
})

test('a turn that goes on with a queued message, and a run that was stopped, are no news', async () => {
  const desktop = mara.open()
  const runId = await working(desktop)
  await desktop.mutate.sendPrompt({
    runId,
    promptId: PromptId.parse(newId()),
    deliveryId: DeliveryId.parse(newId()),
    text: 'Next',
    mode: 'queue',
  })
  await until(
    (on: (rows: unknown[]) => void) => desktop.subscribePending((pending) => on([...pending])),
    (pending) => pending.length === 0,
  )
  runner.emit(runId, { type: 'state', event: 'succeed', turn: 1 })
  await claim(runner, runId)
  await inState(desktop, runId, 'INPROGRESS')
  await desktop.mutate.stopRun({ runId, deliveryId: DeliveryId.parse(newId()) })
  await runner.next('deliver')
  runner.emit(runId, { type: 'state', event: 'cancel', turn: 2 })
  await inState(desktop, runId, 'CANCELLED')
  expect(await desktop.query((tx) => tx.scan('notification/'))).toEqual([])
})

test('a child of another run tells nobody: it is its parent’s business', async () => {
  const desktop = mara.open()
  const [child, own] = [RunId.parse(newId()), await working(desktop)]
  await desktop.mutate.createRun({
    runId: child,
    promptId: PromptId.parse(newId()),
    prompt: 'A part of it',
    source: 'ORCHESTRATION',
    config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
  })
  await claim(runner, child)
  for (const runId of [child, own])
    runner.emit(runId, { type: 'state', event: 'fail', turn: 1, reason: { text: 'it failed' } })
  await inState(desktop, child, 'FAILED')
  expect(await until(inbox(desktop), (rows) => rows.length > 0)).toMatchObject([{ runId: own }])
})

test('a question that lapses with its run needs nobody, a lost machine does', async () => {
  const desktop = mara.open()
  const runId = await working(desktop)
  const request = ask(runId, 'rm -rf build')
  runner.emit(
    runId,
    { type: 'permission', request },
    { type: 'state', event: 'block', turn: 1 },
    { type: 'state', event: 'error', turn: 1, reason: { code: 'harness_died', text: 'The agent ended by itself' } },
  )
  const rows = await until(inbox(desktop), (all) => all.length === 2)
  const byType = new Map(rows.map((one) => [one.type, one]))
  expect(byType.get('request')).toMatchObject({ readAt: expect.any(Number), outcome: { kind: 'lapsed' } })
  expect(byType.get('error')).toMatchObject({ text: 'The agent ended by itself' })
})

test('a question that the run’s profile answered says so', async () => {
  const desktop = mara.open()
  const runId = await working(desktop)
  const request = ask(runId, 'rm -rf build')
  const ruled = { decision: 'allow', profile: 'Autonomous' } as const
  runner.emit(
    runId,
    { type: 'permission', request },
    { type: 'state', event: 'block', turn: 1 },
    { type: 'permission_lapsed', permissionId: request.id, ruled },
    { type: 'state', event: 'unblock', turn: 1 },
  )
  const [row] = await until(inbox(desktop), (all) => all[0]?.outcome !== undefined)
  expect(row).toMatchObject({ readAt: expect.any(Number), outcome: { kind: 'lapsed', ruled } })
})

test('marks reach every device of the person: what was seen, one by one, put away and back', async () => {
  const [desktop, phone] = [mara.open(), mara.open()]
  const first = await working(desktop)
  runner.emit(first, { type: 'state', event: 'fail', turn: 1, reason: { text: 'first' } })
  const [seen] = await until(inbox(desktop), (rows) => rows.length === 1)
  const second = await working(desktop)
  runner.emit(second, { type: 'state', event: 'fail', turn: 1, reason: { text: 'second' } })
  await until(inbox(phone), (rows) => rows.length === 2)

  await desktop.mutate.readNotifications({ until: seen?.at ?? 0 })
  const marked = await until(inbox(phone), (rows) => rows[0]?.readAt !== undefined)
  // What came after the newest that was shown was not seen.
  expect(marked[1]?.readAt).toBeUndefined()

  await phone.mutate.readNotifications({ runId: second, until: Number.MAX_SAFE_INTEGER })
  await until(inbox(desktop), (rows) => rows.every((one) => one.readAt !== undefined))
  await phone.mutate.markNotification({ runId: second, id: 'turn-1', read: false, archived: true })
  const away = await until(inbox(desktop), (rows) => rows[1]?.archived === true)
  expect(away[1]?.readAt).toBeUndefined()
  await desktop.mutate.markNotification({ runId: second, id: 'turn-1', archived: false })
  await until(inbox(phone), (rows) => rows[1]?.archived === undefined)
})

test('the oldest make room: a person has so many at most', async () => {
  const desktop = mara.open()
  const runId = await working(desktop)
  const requests = Array.from({ length: notificationLimit + 3 }, (_, n) => ask(runId, `echo ${n}`))
  for (const request of requests) runner.emit(runId, { type: 'permission', request })
  const newest = requests.at(-1)?.id ?? ''
  const rows = await until(inbox(desktop), (all) => all.some((one) => one.id === newest))
  expect(types(rows)).toHaveLength(notificationLimit)
  expect(rows.some((one) => one.id === requests[0]?.id)).toBe(false)
})
