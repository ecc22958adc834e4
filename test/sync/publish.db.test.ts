import { afterEach, beforeEach, expect, test } from 'vitest'
import { Run } from '#shared/domain/run.ts'
import { Artifact } from '#shared/domain/transcript.ts'
import { RunPublish } from '#shared/domain/run-publish.ts'
import { SecretKey, SecretName, type SecretKind } from '#shared/domain/secret.ts'
import { ArtifactId, DeliveryId, PublishId, SecretId, type RunId } from '#shared/ids.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import { sealValue } from '#web/state/seal/seal.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { claim, inState, startRun } from '../run-script.ts'
import { newId, openWorld, until, type Person, type World } from '../world.ts'

let world: World
let runner: ScriptedRunner
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  runner.close()
  await world.close()
})

async function create(by: Person, on: Workspace, given: { name: string; kind: SecretKind; value: string }) {
  const key = SecretKey.parse(
    await until(
      (tell: (row: SecretKey | undefined) => void) => on.subscribe((tx) => getRow(tx, keys.secretKey, SecretKey), tell),
      (row) => row !== undefined,
    ),
  )
  const secretId = SecretId.parse(newId())
  const owner = given.name.startsWith('MINE') ? by.userId : undefined
  const sealed = await sealValue(key, { teamId: by.teamId, owner, secretId }, given.value)
  await on.mutate.createSecret({
    secretId,
    owner: owner === undefined ? 'team' : 'person',
    name: SecretName.parse(given.name),
    kind: given.kind,
    keyId: key.id,
    sealed,
  })
}
const ask = (runId: RunId) => ({
  runId,
  publishId: PublishId.parse(newId()),
  deliveryId: DeliveryId.parse(newId()),
  until: 'pull_request' as const,
  message: 'Retry once',
  branch: 'drover/retry-once',
  link: `https://drover.test/runs/${runId}`,
  pullRequest: { title: 'Retry once', body: '', draft: false },
})
const rowOf = (device: Workspace, runId: RunId, id: PublishId) => (on: (row: RunPublish | undefined) => void) =>
  device.subscribe((tx) => getRow(tx, keys.publish(runId, id), RunPublish), on)
const runOf = (device: Workspace, runId: RunId) => (on: (row: Run | undefined) => void) =>
  device.subscribe((tx) => getRow(tx, keys.run(runId), Run), on)

test('a person publishes an ended run with their own credentials, and the run shows its pull request', async () => {
  const mara = await world.owner()
  const device = mara.open()
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  await runner.next('welcome')
  await create(mara, device, {
    name: 'TEAM_GIT',
    kind: 'git_token',
    value: '{"host":"github.com","token":"of-the-team"}',
  })
  await create(mara, device, { name: 'MINE_GIT', kind: 'git_token', value: '{"host":"github.com","token":"of-mara"}' })
  await create(mara, device, { name: 'OTHER', kind: 'text', value: 'no credential of git' })
  const runId = await startRun(device)
  await claim(runner, runId)
  const given = runner.messages.flatMap((one) => (one.type === 'assign' ? [one.assignment.author] : []))
  // Nobody's address goes into commits unasked.
  expect(given).toEqual([
    { name: 'Mara Lindqvist', email: expect.stringMatching(/^\w+\+mara-lindqvist@users\.noreply\./) },
  ])
  await inState(device, runId, 'INPROGRESS')
  runner.emit(runId, { type: 'state', event: 'succeed', turn: 1 })
  await inState(device, runId, 'SUCCEEDED')
  const asked = ask(runId)
  await device.mutate.publishRun(asked)
  // A page that was killed offers it again.
  await device.mutate.publishRun(asked)
  const delivery = await runner.next('deliver')
  expect(delivery.body).toMatchObject({ type: 'publish', name: 'Mara Lindqvist', branch: 'drover/retry-once' })
  expect(delivery.secrets?.map(({ value }) => JSON.parse(value).token)).toEqual(['of-the-team', 'of-mara'])
  const url = 'https://github.com/acme/app/pull/7'
  runner.emit(runId, {
    type: 'artifact',
    artifact: { id: ArtifactId.parse('pr'), kind: 'pull_request', title: '#7 Retry once', url, at: 1 },
  })
  runner.send({ type: 'receipt', deliveryId: delivery.deliveryId, runId, state: 'done' })
  expect((await until(runOf(device, runId), (row) => row?.pullRequest !== undefined))?.pullRequest).toEqual({
    title: '#7 Retry once',
    url,
  })
  expect(await until(rowOf(device, runId, asked.publishId), (row) => row?.state === 'done')).toMatchObject({
    until: 'pull_request',
    title: 'Retry once',
  })
  // What travelled opened stands nowhere.
  const rows = await world.database.query('select body::text from delivery')
  expect(JSON.stringify(rows)).not.toContain('of-mara')
})

test('a viewer publishes nothing, and an order that does not fit the run is refused', async () => {
  const mara = await world.owner()
  const [owner, viewer] = [mara.open(), (await world.invite(mara, 'viewer')).open()]
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  const runId = await startRun(owner)
  await until(runOf(viewer, runId), (row) => row !== undefined)
  await expect(viewer.mutate.publishRun(ask(runId))).rejects.toMatchObject({ code: 'not_allowed' })
  const { pullRequest: _pull, ...without } = ask(runId)
  await expect(owner.mutate.publishRun(without)).rejects.toMatchObject({ code: 'invalid' })
  const elsewhere = { ...ask(runId), link: 'https://evil.test/' }
  await expect(owner.mutate.publishRun(elsewhere)).rejects.toMatchObject({ code: 'invalid' })
})

test('commits carry what their person has set, each at most what git takes, and nobody else reads it', async () => {
  const mara = await world.owner()
  const device = mara.open()
  const other = (await world.invite(mara, 'member')).open()
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  await runner.next('welcome')
  await expect(device.mutate.setGitIdentity({ email: 'a <b@c>' })).rejects.toMatchObject({ code: 'invalid' })
  await expect(device.mutate.setGitIdentity({ name: 'a\nb' })).rejects.toMatchObject({ code: 'invalid' })
  const identity = { name: 'mlq', email: '123+mlq@users.noreply.github.com' }
  await device.mutate.setGitIdentity(identity)
  const runId = await startRun(device)
  await claim(runner, runId)
  await inState(device, runId, 'INPROGRESS')
  await device.mutate.publishRun(ask(runId))
  const { body } = await runner.next('deliver')
  expect(body).toMatchObject({ author: identity })
  expect(runner.messages.flatMap((one) => (one.type === 'assign' ? [one.assignment.author] : []))).toEqual([identity])
  await until(runOf(other, runId), (row) => row !== undefined)
  const keysThere = await until(
    (tell: (found: string[]) => void) =>
      other.subscribe(async (tx) => (await tx.scan('own-git/')).map(([key]) => key), tell),
    () => true,
  )
  expect(keysThere).toEqual([])
})

test('a run says how each repository ended, and how its pull requests stand when somebody looks', async () => {
  const mara = await world.owner()
  const device = mara.open()
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  await runner.next('welcome')
  await create(mara, device, { name: 'MINE_GIT', kind: 'git_token', value: '{"host":"github.com","token":"of-mara"}' })
  const runId = await startRun(device)
  await claim(runner, runId)
  await inState(device, runId, 'INPROGRESS')
  const asked = ask(runId)
  await device.mutate.publishRun(asked)
  const { deliveryId } = await runner.next('deliver')
  const results = [
    { repository: 'app', state: 'done' as const },
    { repository: 'lib', state: 'refused' as const, refusal: { code: 'conflict' as const, detail: 'taken' } },
  ]
  const why = { code: 'conflict' as const, detail: '1 of 2 repositories failed' }
  runner.send({ type: 'receipt', deliveryId, runId, state: 'refused', refusal: why, results })
  expect(await until(rowOf(device, runId, asked.publishId), (row) => row?.state === 'refused')).toMatchObject({
    refusal: why,
    results,
  })
  const url = 'https://github.com/acme/app/pull/7'
  const artifact = { id: ArtifactId.parse('pr'), kind: 'pull_request' as const, title: '#7', url, at: 1 }
  runner.emit(runId, { type: 'artifact', artifact: { ...artifact, pull: { state: 'draft' } } })
  await until(runOf(device, runId), (row) => row?.pullRequest?.state === 'draft')
  const look = () => mara.fetch(`/api/v1/runs/${runId}/pull_requests/refresh`, { method: 'POST' })
  const answer = look()
  const call = await runner.next('pulls_call')
  expect(call.urls).toEqual([url])
  expect(call.secrets?.map(({ value }) => JSON.parse(value).token)).toEqual(['of-mara'])
  // A second page that looks at once asks for nothing.
  expect(await (await look()).json()).toEqual({ looked: 0, problems: [] })
  const status = { state: 'open' as const, checks: 'failing' as const }
  runner.send({ type: 'pulls_answer', callId: call.callId, pulls: [{ url, status }] })
  expect(await (await answer).json()).toEqual({ looked: 1, problems: [] })
  expect((await until(runOf(device, runId), (row) => row?.pullRequest?.checks !== undefined))?.pullRequest).toEqual({
    title: '#7',
    url,
    ...status,
  })
  const transcript = device.openTranscript(runId)
  const [shown] = await until(
    (tell: (found: Artifact[]) => void) => transcript.subscribe((tx) => scanRows(tx, keys.artifacts, Artifact), tell),
    (found) => found[0]?.pull?.at !== undefined,
  )
  expect(shown?.pull).toMatchObject(status)
})

test('whoever only looks at a run gives none of their own credentials to its machine', async () => {
  const mara = await world.owner()
  const lena = await world.invite(mara, 'member')
  const [device, other] = [mara.open(), lena.open()]
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  await runner.next('welcome')
  await create(mara, device, {
    name: 'TEAM_GIT',
    kind: 'git_token',
    value: '{"host":"github.com","token":"of-the-team"}',
  })
  await create(lena, other, { name: 'MINE_GIT', kind: 'git_token', value: '{"host":"github.com","token":"of-lena"}' })
  const runId = await startRun(device)
  await claim(runner, runId)
  await inState(device, runId, 'INPROGRESS')
  const url = 'https://github.com/acme/app/pull/7'
  runner.emit(runId, {
    type: 'artifact',
    artifact: { id: ArtifactId.parse('pr'), kind: 'pull_request', title: '#7', url, at: 1 },
  })
  await until(runOf(other, runId), (row) => row?.pullRequest !== undefined)
  const answer = lena.fetch(`/api/v1/runs/${runId}/pull_requests/refresh`, { method: 'POST' })
  const call = await runner.next('pulls_call')
  expect(call.secrets?.map(({ value }) => JSON.parse(value).token)).toEqual(['of-the-team'])
  runner.send({
    type: 'pulls_answer',
    callId: call.callId,
    pulls: [{ url, text: 'github.com did not answer in time.' }],
  })
  expect(await (await answer).json()).toEqual({ looked: 1, problems: ['github.com did not answer in time.'] })
})
