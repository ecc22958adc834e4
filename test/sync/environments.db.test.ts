import { afterAll, beforeAll, expect, test } from 'vitest'
import { Environment, EnvironmentRevision, revisionLimit } from '#shared/domain/environment.ts'
import { Run } from '#shared/domain/run.ts'
import { EnvironmentId, type RunId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { newRun, openPusher } from '../contract/people.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { newId, openWorld, type Person, type World } from '../world.ts'

let world: World
let mara: Person
let runner: ScriptedRunner

beforeAll(async () => {
  world = await openWorld()
  mara = await world.owner()
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
})
afterAll(async () => {
  runner.close()
  await world.close()
})

const spec = { name: 'Billing', repositories: [], setupCommands: [{ command: 'true' }], variables: [] }

async function made(): Promise<EnvironmentId> {
  const environmentId = EnvironmentId.parse(newId())
  await openPusher(mara).push(['createEnvironment', { environmentId, spec }])
  return environmentId
}
async function rowOf<T>(key: string, schema: { parse(value: unknown): T }): Promise<T | undefined> {
  const [row] = await world.database.query<{ value: string }>(
    'select value::text as value from entry where space_id = $1 and key = $2 and deleted_at is null',
    [teamSpace(mara.teamId), key],
  )
  return row === undefined ? undefined : schema.parse(JSON.parse(row.value))
}
async function started(environmentId: EnvironmentId, more: object = {}): Promise<RunId> {
  const run = newRun()
  await openPusher(mara).push(['createRun', { ...run, config: { ...run.config, environmentId, ...more } }])
  return run.runId
}
async function claimed(runId: RunId) {
  const { assignment } = await runner.next('assign', (one) => one.assignment.runId === runId)
  runner.send({ type: 'claimed', runId, turn: 1 })
  runner.emit(runId, { type: 'state', event: 'claim', turn: 1 }, { type: 'state', event: 'start', turn: 1 })
  return assignment
}
async function ended(runId: RunId, event: 'succeed' | 'fail', text?: string): Promise<void> {
  const reason = text === undefined ? {} : { reason: { code: 'environment_setup_failed' as const, text } }
  const seq = runner.emit(runId, { type: 'state', event, turn: 1, ...reason }).at(-1)?.seq ?? 0
  while ((await runner.next('ack', (one) => one.runId === runId)).seq < seq);
}

test('a runner gets the environment as it was when the run first started, with its revision', async () => {
  const id = await made()
  await openPusher(mara).push([
    'changeEnvironment',
    { environmentId: id, set: { image: 'node:24', egress: { kind: 'none' } } },
  ])
  const runId = await started(id)
  const assignment = await claimed(runId)
  expect(assignment.environment).toMatchObject({ id, revision: 2, image: 'node:24', setupCommands: spec.setupCommands })
  expect(assignment.egress).toEqual({ kind: 'none' })
  expect((await rowOf(keys.run(runId), Run))?.environment).toEqual({ id, name: 'Billing', revision: 2 })
  await ended(runId, 'succeed')
  // A follow-up has the workspace of the first turn, and so its environment.
  await openPusher(mara).push(['changeEnvironment', { environmentId: id, set: { image: 'node:22' } }])
  await openPusher(mara).push([
    'sendPrompt',
    { runId, promptId: newId(), deliveryId: newId(), text: 'Go on', mode: 'queue' },
  ])
  const next = await runner.next('assign', (one) => one.assignment.runId === runId && one.assignment.turn === 2)
  expect(next.assignment.environment).toMatchObject({ revision: 2, image: 'node:24' })
})

test('what is in use goes into the archive, takes no new run, and can be brought back', async () => {
  const id = await made()
  const first = await started(id)
  const device = openPusher(mara)
  await device.push(['deleteEnvironment', { environmentId: id }])
  expect((await rowOf(keys.environment(id), Environment))?.archivedAt).toBeGreaterThan(0)
  expect((await claimed(first)).environment).toMatchObject({ id, revision: 1 })
  const late = newRun()
  await device.push(['createRun', { ...late, config: { ...late.config, environmentId: id } }])
  const [refused] = [...(await device.refusals()).values()]
  expect(refused?.refusal).toEqual({ code: 'stale', detail: 'the environment was deleted' })
  await device.push(['restoreEnvironment', { environmentId: id, revision: 1 }])
  expect((await rowOf(keys.environment(id), Environment))?.archivedAt).toBeUndefined()
})

test('what nobody used is gone with its history', async () => {
  const id = await made()
  await openPusher(mara).push(['deleteEnvironment', { environmentId: id }])
  expect(await rowOf(keys.environment(id), Environment)).toBeUndefined()
  expect(await rowOf(keys.environmentRevision(id, 1), EnvironmentRevision)).toBeUndefined()
})

test('the history keeps the newest revisions; an earlier one comes back as a new one', async () => {
  const id = await made()
  const device = openPusher(mara)
  for (let n = 0; n < revisionLimit + 1; n++)
    await device.push(['changeEnvironment', { environmentId: id, set: { description: `text ${n}` } }])
  expect(await rowOf(keys.environmentRevision(id, 2), EnvironmentRevision)).toBeUndefined()
  expect((await rowOf(keys.environmentRevision(id, 3), EnvironmentRevision))?.changed).toEqual(['description'])
  await device.push(['restoreEnvironment', { environmentId: id, revision: 4 }])
  expect(await rowOf(keys.environment(id), Environment)).toMatchObject({
    revision: revisionLimit + 3,
    spec: { description: 'text 2' },
  })
  await device.push(['changeEnvironment', { environmentId: id, set: {}, clear: ['description'] }])
  expect((await rowOf(keys.environment(id), Environment))?.spec.description).toBeUndefined()
  expect(await device.refusals()).toEqual(new Map())
})

test('two fields that do not go together are refused in a sentence', async () => {
  const id = await made()
  const device = openPusher(mara)
  await device.push(['changeEnvironment', { environmentId: id, set: { sandbox: 'direct', egress: { kind: 'none' } } }])
  const [refused] = [...(await device.refusals()).values()]
  expect(refused?.refusal).toEqual({ code: 'invalid', detail: expect.stringMatching(/^Without a container/) })
})

test('a test is remembered with the environment, with what went wrong', async () => {
  const id = await made()
  const runId = await started(id, { setUpOnly: true })
  expect((await rowOf(keys.environment(id), Environment))?.test).toMatchObject({ runId, state: 'going' })
  await claimed(runId)
  await ended(runId, 'fail', 'Set-up stopped')
  expect((await rowOf(keys.environment(id), Environment))?.test).toMatchObject({
    runId,
    revision: 1,
    state: 'failed',
    text: 'Set-up stopped',
  })
})

test('a run whose environment is gone before a machine took it ends, and says so', async () => {
  const id = await made()
  runner.close()
  await runner.closed()
  const runId = await started(id)
  // As in a database that was damaged or mended by hand: nothing of the app does this.
  await world.database.query('delete from entry where key = $1', [keys.environment(id)])
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  await runner.next('welcome')
  const run = async () => (await rowOf(keys.run(runId), Run))?.state
  await expect.poll(run, { timeout: 10_000 }).toBe('FAILED')
  expect((await rowOf(keys.run(runId), Run))?.reason).toMatchObject({
    code: 'environment_setup_failed',
    part: 'environment',
    text: expect.stringMatching(/^The environment of this run was deleted/),
  })
})
