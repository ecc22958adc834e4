import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { Run } from '#shared/domain/run.ts'
import { Secret, SecretKey, SecretName, type SecretOwner } from '#shared/domain/secret.ts'
import { PromptId, RunId, SecretId } from '#shared/ids.ts'
import { backupDatabase } from '#server/db/backup/backup.ts'
import type { SyncStatus, Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import { sealValue } from '#web/state/seal/seal.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { newId, openWorld, until, type Person, type World } from '../world.ts'

/** Secrets from the device that seals them to the runner that is given a turn, over the real server. */
describe('secrets', () => {
  let world: World
  let mara: Person
  let device: Workspace
  let runner: ScriptedRunner
  beforeEach(async () => {
    world = await openWorld()
    mara = await world.owner()
    device = mara.open()
    runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey(), capacity: 20 })
  })
  afterEach(async () => {
    runner.close()
    await world.close()
  })

  const keyOf = (on: Workspace) =>
    until(
      (tell: (key: SecretKey | undefined) => void) => on.subscribe((tx) => getRow(tx, keys.secretKey, SecretKey), tell),
      (key) => key !== undefined,
    ).then((key) => SecretKey.parse(key))
  const secretsOf = (on: Workspace, accept: (names: readonly Secret[]) => boolean) =>
    until(
      (tell: (rows: readonly Secret[]) => void) =>
        on.subscribe(
          async (tx) => [...(await scanRows(tx, keys.secrets, Secret)), ...(await scanRows(tx, 'own-secret/', Secret))],
          tell,
        ),
      accept,
    )
  const has = (name: string) => (rows: readonly Secret[]) => rows.some((one) => one.name === name)

  async function create(by: Person, on: Workspace, name: string, value: string, owner: SecretOwner = 'team') {
    const key = await keyOf(on)
    const secretId = SecretId.parse(newId())
    const whose = { teamId: by.teamId, owner: owner === 'team' ? undefined : by.userId, secretId }
    const sealed = await sealValue(key, whose, value)
    await on.mutate.createSecret({
      secretId,
      owner,
      name: SecretName.parse(name),
      kind: 'text',
      keyId: key.id,
      sealed,
    })
    await until(
      (tell: (status: SyncStatus) => void) => on.subscribeStatus(tell),
      ({ pending }) => pending === 0,
    )
    return secretId
  }
  async function turn(on: Workspace, secrets?: readonly string[]) {
    const runId = RunId.parse(newId())
    await on.mutate.createRun({
      runId,
      promptId: PromptId.parse(newId()),
      prompt: 'Go',
      config: {
        harness: HarnessId.parse('runbook'),
        sandbox: 'direct',
        ...(secrets === undefined ? {} : { secrets: secrets.map((name) => SecretName.parse(name)) }),
      },
    })
    const { assignment } = await runner.next('assign', (one) => one.assignment.runId === runId)
    return { runId, assignment }
  }

  test('a value is opened for the runner of a turn and for nobody else, and stands nowhere in the database', async () => {
    const secretId = await create(mara, device, 'TOKEN', 'value-that-nobody-sees')
    const { runId, assignment } = await turn(device)
    expect(assignment.secrets).toEqual([{ name: 'TOKEN', kind: 'text', value: 'value-that-nobody-sees' }])
    const [row] = await secretsOf(device, (rows) => rows[0]?.lastUsed !== undefined)
    expect(row).toMatchObject({ id: secretId, version: 1, lastUsed: { runId } })
    const file = join(tmpdir(), `${newId()}.backup`)
    await backupDatabase(world.database.config, file)
    const backup = gunzipSync(await readFile(file))
    await rm(file)
    expect(backup.includes(secretId)).toBe(true)
    for (const form of ['utf8', 'base64', 'hex'] as const)
      expect(backup.includes(Buffer.from('value-that-nobody-sees').toString(form))).toBe(false)
  })

  test('a turn gets the team’s and those of who began it, by the run’s own list, and is told what is missing', async () => {
    const jonas = await world.invite(mara, 'member')
    const his = jonas.open()
    await create(mara, device, 'SHARED', 'of the team')
    await create(mara, device, 'BOTH', 'the team’s')
    await secretsOf(his, has('SHARED'))
    await create(jonas, his, 'BOTH', 'jonas’s own', 'person')
    await create(jonas, his, 'OWN', 'jonas’s too', 'person')
    const names = (secrets: readonly { name: string; value: string }[] = []) =>
      Object.fromEntries(secrets.map(({ name, value }) => [name, value]))
    expect(names((await turn(device)).assignment.secrets)).toEqual({ SHARED: 'of the team', BOTH: 'the team’s' })
    const all = await turn(his)
    expect(names(all.assignment.secrets)).toEqual({ SHARED: 'of the team', BOTH: 'jonas’s own', OWN: 'jonas’s too' })
    // The team reads what its runs got; what a person has of their own is counted and not named.
    const run = await until(
      (tell: (row: Run | undefined) => void) => device.subscribe((tx) => getRow(tx, keys.run(all.runId), Run), tell),
      (row) => row?.secrets !== undefined,
    )
    expect(run?.secrets).toEqual({ names: ['SHARED'], own: 2 })
    const listed = await turn(his, ['OWN', 'NOWHERE'])
    expect(names(listed.assignment.secrets)).toEqual({ OWN: 'jonas’s too' })
    expect(listed.assignment.missingSecrets).toEqual(['NOWHERE'])
    expect((await turn(his, [])).assignment.secrets).toBeUndefined()

    // Nobody else has his rows, and a follow-up is its own turn: it gets what its person may use.
    expect((await secretsOf(device, has('SHARED'))).map(({ owner }) => owner)).toEqual(['team', 'team'])
    runner.send({ type: 'claimed', runId: all.runId, turn: 1 })
    const event = (name: 'claim' | 'start' | 'succeed') => ({ type: 'state', event: name, turn: 1 }) as const
    runner.emit(all.runId, event('claim'), event('start'), event('succeed'))
    await until(
      (tell: (row: Run | undefined) => void) => device.subscribe((tx) => getRow(tx, keys.run(all.runId), Run), tell),
      (row) => row?.state === 'SUCCEEDED',
    )
    await device.mutate.sendPrompt({
      runId: all.runId,
      promptId: PromptId.parse(newId()),
      deliveryId: newId(),
      text: 'And now',
      mode: 'queue',
    })
    const { assignment } = await runner.next('assign', (one) => one.assignment.turn === 2)
    expect(names(assignment.secrets)).toEqual({ SHARED: 'of the team', BOTH: 'the team’s' })
  })

  test('a new value, another key, a description and the end of it', async () => {
    const secretId = await create(mara, device, 'TOKEN', 'the first value')
    const key = await keyOf(device)
    const sealed = await sealValue(key, { teamId: mara.teamId, owner: undefined, secretId }, 'the second value')
    await device.mutate.replaceSecret({ secretId, owner: 'team', keyId: key.id, sealed })
    await device.mutate.describeSecret({ secretId, owner: 'team', description: 'Rotate every month' })
    await secretsOf(device, (rows) => rows[0]?.version === 2 && rows[0].description !== undefined)
    expect((await turn(device)).assignment.secrets?.[0]?.value).toBe('the second value')
    await device.mutate.deleteSecret({ secretId, owner: 'team' })
    await secretsOf(device, (rows) => rows.length === 0)
    expect((await turn(device, ['TOKEN'])).assignment).toMatchObject({ missingSecrets: ['TOKEN'] })
    expect(await world.database.query('select 1 from secret_value')).toEqual([])
  })

  test('a member has their own and not the team’s; names are one owner’s once; who leaves takes theirs along', async () => {
    const jonas = await world.invite(mara, 'member')
    const his = jonas.open()
    await keyOf(his)
    await expect(create(jonas, his, 'TOKEN', 'not for him')).rejects.toMatchObject({ code: 'not_allowed' })
    await create(jonas, his, 'TOKEN', 'his own one', 'person')
    await expect(create(jonas, his, 'TOKEN', 'another one', 'person')).rejects.toMatchObject({ code: 'conflict' })
    await expect(create(jonas, his, 'PATH', '/somewhere/else', 'person')).rejects.toMatchObject({ code: 'invalid' })
    await mara.fetch(`/api/v1/teams/${mara.teamId}/members/${jonas.userId}`, { method: 'DELETE' })
    expect(await world.database.query('select 1 from secret_value')).toEqual([])
  })

  test('one’s own secret with the id of the team’s leaves the team’s value as it is', async () => {
    const secretId = await create(mara, device, 'TOKEN', 'the real value')
    const jonas = await world.invite(mara, 'member')
    const his = jonas.open()
    const key = await keyOf(his)
    const whose = { teamId: mara.teamId, owner: undefined, secretId }
    const sealed = await sealValue(key, whose, 'a planted value')
    const made = { secretId, owner: 'person', kind: 'text', keyId: key.id, sealed } as const
    await his.mutate.createSecret({ ...made, name: SecretName.parse('MINE') })
    await secretsOf(his, has('MINE'))
    await his.mutate.deleteSecret({ secretId, owner: 'person' })
    await his.mutate.createSecret({ ...made, name: SecretName.parse('OTHER') })
    await secretsOf(his, has('OTHER'))
    expect((await turn(device)).assignment.secrets?.[0]?.value).toBe('the real value')
    // Sealed for the team's, it does not open as his.
    const planted = await turn(his, ['OTHER'])
    expect(planted.assignment).toMatchObject({ missingSecrets: ['OTHER'] })
  })
})
