import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RefusedMutation } from '#shared/domain/notice.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { Permission, type PermissionRequest } from '#shared/domain/permission.ts'
import { Prompt } from '#shared/domain/prompt.ts'
import { Run } from '#shared/domain/run.ts'
import { DeliveryId, PermissionId, PromptId, RunId } from '#shared/ids.ts'
import { schemaVersion } from '#shared/protocol/sync.ts'
import { pruneAll, rememberMs } from '#server/jobs/prune.ts'
import { keptIntents, keptMs } from '#sync/client/intent-log.ts'
import { createMemoryIntentStore, type IntentStore } from '#sync/client/intents.ts'
import type { DeviceIntent, SyncStatus, Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import { openDeviceNetwork } from '../device-network.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { newId, openWorld, until, type Person, type World } from '../world.ts'

let world: World
let mara: Person
const runners: ScriptedRunner[] = []
beforeEach(async () => {
  world = await openWorld()
  mara = await world.owner()
})
afterEach(async () => {
  for (const runner of runners.splice(0)) runner.close()
  await world.close()
})

const hasTeam = (workspace: Workspace) =>
  until(
    (on: (value: unknown) => void) => workspace.subscribe((tx) => tx.get(keys.team), on),
    (row) => row !== undefined,
  )
const runOf = (workspace: Workspace, runId: RunId) => (on: (run: Run | undefined) => void) =>
  workspace.subscribe((tx) => getRow(tx, keys.run(runId), Run), on)
const nothingWaits = (workspace: Workspace) =>
  until(
    (on: (all: readonly unknown[]) => void) => workspace.subscribePending(on),
    (all) => all.length === 0,
    20_000,
  )
const intentsOf = (workspace: Workspace, accept: (all: readonly DeviceIntent[]) => boolean) =>
  until((on: (all: readonly DeviceIntent[]) => void) => workspace.subscribeIntents(on), accept)
const refusalsOf = (workspace: Workspace) => (on: (rows: RefusedMutation[]) => void) =>
  workspace.subscribe((tx) => scanRows(tx, keys.refusedOf(workspace.userId), RefusedMutation), on)
const refusalsNow = (workspace: Workspace) =>
  workspace.query((tx) => scanRows(tx, keys.refusedOf(workspace.userId), RefusedMutation))
const aRun = () => ({
  runId: RunId.parse(newId()),
  promptId: PromptId.parse(newId()),
  prompt: 'Go',
  config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' as const },
})
const aPrompt = (runId: RunId, text = 'And this') => ({
  runId,
  promptId: PromptId.parse(newId()),
  deliveryId: DeliveryId.parse(newId()),
  text,
  mode: 'queue' as const,
})

async function started(page: Workspace): Promise<RunId> {
  await hasTeam(page)
  const run = aRun()
  await page.mutate.createRun(run)
  await nothingWaits(page)
  return run.runId
}

/** One more device, with what the team has. */
async function opened(): Promise<Workspace> {
  const device = mara.open()
  await hasTeam(device)
  return device
}

/** Up to now this device has the truth. */
async function upToDate(page: Workspace): Promise<void> {
  await page.refresh()
  await nothingWaits(page)
}

describe('an intent that comes again', () => {
  test('from the page after the one that died undoes nothing that others have done since', async () => {
    const intents = createMemoryIntentStore()
    const network = openDeviceNetwork()
    const page = mara.open({ intents, network })
    const runId = await started(page)
    network.cut('after')
    await page.mutate.renameRun({ runId, title: 'Mine' })
    const other = mara.open()
    await until(runOf(other, runId), (run) => run?.title === 'Mine')
    await other.mutate.renameRun({ runId, title: 'Theirs, later' })
    await nothingWaits(other)
    await page.close()
    const next = mara.open({ intents })
    await hasTeam(next)
    await nothingWaits(next)
    await upToDate(next)
    expect((await next.query((tx) => getRow(tx, keys.run(runId), Run)))?.title).toBe('Theirs, later')
  })

  test('after it was refused is refused once, and has no late effect', async () => {
    const intents = createMemoryIntentStore()
    const network = openDeviceNetwork()
    const page = mara.open({ intents, network })
    const runId = await started(page)
    const other = await opened()
    const waiting = aPrompt(runId)
    await other.mutate.sendPrompt(waiting)
    await nothingWaits(other)
    await until(
      (on: (all: Prompt[]) => void) => page.subscribe((tx) => scanRows(tx, keys.promptsOf(runId), Prompt), on),
      (all) => all.length === 1,
    )
    network.cut('before')
    await page.mutate.editPrompt({ runId, promptId: waiting.promptId, text: 'Too late' })
    await other.mutate.removePrompt({ runId, promptId: waiting.promptId })
    await nothingWaits(other)
    // It gets through, and what the server says of it does not come back.
    network.cut('after')
    await page.refresh()
    await expect.poll(() => world.database.query(`select 1 from entry where key like 'refused/%'`)).toHaveLength(1)
    await page.close()
    const next = mara.open({ intents })
    await hasTeam(next)
    await nothingWaits(next)
    await upToDate(next)
    expect((await refusalsNow(next)).map(({ name }) => name)).toEqual(['editPrompt'])
    const [shown] = await intentsOf(next, (all) => all[0]?.state === 'refused')
    expect(shown?.refusal?.code).toBe('not_found')
  })

  test('keeps its place behind what was done before it, though the clock was set back in between', async () => {
    const intents = createMemoryIntentStore()
    const network = openDeviceNetwork()
    let clock = Date.now() + 5 * 60 * 60_000
    const page = mara.open({ intents, network, now: () => clock })
    await hasTeam(page)
    network.cut('before')
    const run = aRun()
    await page.mutate.createRun(run)
    clock -= 9 * 60 * 60_000
    await page.mutate.sendPrompt(aPrompt(run.runId, 'Said after the start'))
    await page.mutate.renameRun({ runId: run.runId, title: 'Named last' })
    await page.close()
    const next = mara.open({ intents, now: () => clock })
    await hasTeam(next)
    await nothingWaits(next)
    await upToDate(next)
    expect(await refusalsNow(next)).toEqual([])
    expect((await next.query((tx) => getRow(tx, keys.run(run.runId), Run)))?.title).toBe('Named last')
    const told = await intentsOf(next, (all) => all.length === 3)
    expect(told.map(({ name }) => name)).toEqual(['renameRun', 'sendPrompt', 'createRun'])
  })

  test('that Replicache had written down itself is not made a second mutation', async () => {
    const intents = createMemoryIntentStore()
    const network = openDeviceNetwork()
    const storePrefix = newId()
    const alive = new Set(['first'])
    const device = { intents, network, storePrefix, isTabAlive: (tab: string) => alive.has(tab) }
    const first = mara.open({ ...device, tabId: 'first' })
    await hasTeam(first)
    network.cut('before')
    const run = aRun()
    await first.mutate.createRun(run)
    // Another tab shows what is written down, and no more.
    const second = mara.open({ ...device, tabId: 'second' })
    await until(runOf(second, run.runId), (seen) => seen !== undefined)
    await first.close()
    alive.delete('first')
    const third = mara.open({ ...device, tabId: 'third' })
    await intentsOf(third, () => true)
    await until(
      (on: (all: readonly unknown[]) => void) => third.subscribePending(on),
      (all) => all.length === 1,
    )
    expect((await intents.all()).map(({ tab, carriers }) => [tab, carriers.length])).toEqual([['third', 1]])
    network.cut('no')
    await third.refresh()
    await nothingWaits(third)
    expect(await world.database.query(`select 1 from run_transition where event = 'create'`)).toHaveLength(1)
  })
})

describe('two tabs of one device', () => {
  test('one that lives takes up what the other left when it was killed', async () => {
    const intents = createMemoryIntentStore()
    const dead = openDeviceNetwork()
    const alive = new Set(['a'])
    const isTabAlive = (tab: string) => alive.has(tab)
    const a = mara.open({ intents, network: dead, tabId: 'a', isTabAlive })
    await hasTeam(a)
    const b = mara.open({ intents, tabId: 'b', isTabAlive })
    await hasTeam(b)
    dead.cut('before')
    const run = aRun()
    await a.mutate.createRun(run)
    await b.refresh()
    expect(await b.query((tx) => getRow(tx, keys.run(run.runId), Run))).toBeUndefined()
    await a.close()
    alive.delete('a')
    await b.refresh()
    await until(runOf(b, run.runId), (seen) => seen !== undefined)
    await nothingWaits(b)
    expect(await intents.all()).toMatchObject([{ outcome: { at: expect.any(Number) } }])
  })

  test('each sees in its list what the other did', async () => {
    const intents = createMemoryIntentStore()
    const [a, b] = [mara.open({ intents, tabId: 'a' }), mara.open({ intents, tabId: 'b', isTabAlive: () => true })]
    await started(a)
    const [seen] = await intentsOf(b, (all) => all[0]?.state === 'accepted')
    expect(seen?.name).toBe('createRun')
  })
})

test('what is done while another intent is being put away stays on the device until it is taken too', async () => {
  const inner = createMemoryIntentStore()
  const gate = Promise.withResolvers<void>()
  const atTheGate = Promise.withResolvers<void>()
  let isGated = false
  const intents: IntentStore = {
    ...inner,
    async update(id, change) {
      const known = (await inner.all()).find((one) => one.id === id)
      if (isGated && known !== undefined && change(known)?.outcome !== undefined) {
        atTheGate.resolve()
        await gate.promise
      }
      return inner.update(id, change)
    },
  }
  const network = openDeviceNetwork()
  const page = mara.open({ intents, network })
  const runId = await started(page)
  isGated = true
  await page.mutate.renameRun({ runId, title: 'First' })
  await atTheGate.promise
  network.cut('before')
  await page.mutate.renameRun({ runId, title: 'Second' })
  gate.resolve()
  isGated = false
  const settled = await intentsOf(page, (all) => all.filter(({ state }) => state === 'accepted').length === 2)
  expect(settled.map(({ state }) => state)).toEqual(['local', 'accepted', 'accepted'])
  expect((await inner.all()).at(-1)).toMatchObject({ args: { title: 'Second' } })
  expect((await inner.all()).at(-1)?.outcome).toBeUndefined()
})

test('what waits is not taken for sent by a page that closes while it looks', async () => {
  const intents = createMemoryIntentStore()
  const network = openDeviceNetwork()
  const page = mara.open({ intents, network })
  const runId = await started(page)
  network.cut('before')
  await page.mutate.renameRun({ runId, title: 'Not lost' })
  const looking = page.refresh()
  await page.close()
  await looking
  const next = mara.open({ intents })
  await until(runOf(next, runId), (run) => run?.title === 'Not lost')
  await nothingWaits(next)
  const truth = await opened()
  expect((await truth.query((tx) => getRow(tx, keys.run(runId), Run)))?.title).toBe('Not lost')
})

test('a device that can’t keep the intent says so, and nothing of it happens', async () => {
  const intents: IntentStore = {
    ...createMemoryIntentStore(),
    add: async () => Promise.reject(new DOMException('full', 'QuotaExceededError')),
  }
  const page = mara.open({ intents })
  await hasTeam(page)
  await expect(page.mutate.createRun(aRun())).rejects.toThrow('full')
  await upToDate(page)
  expect(await page.query((tx) => scanRows(tx, keys.runs, Run))).toEqual([])
})

test('what was taken is kept for a week and within a number, what was refused until it is read', async () => {
  const inner = createMemoryIntentStore()
  const now = Date.now()
  const kept = async (at: number, refused = false): Promise<string> => {
    const { id } = await inner.add({ id: newId(), name: 'stopRun', args: {}, at, tab: 'gone' })
    await inner.update(id, (intent) => ({
      ...intent,
      outcome: refused ? { at, refusal: { code: 'run_ended' } } : { at },
    }))
    return id
  }
  const refused = await kept(now - 2 * keptMs, true)
  const old = await kept(now - keptMs - 1)
  for (let n = 0; n < keptIntents - 1; n++) await kept(now - 1000)
  const page = mara.open({ intents: inner, now: () => now })
  const shown = await intentsOf(page, (all) => all.length === keptIntents)
  expect(shown.some(({ id }) => id === old)).toBe(false)
  expect(shown.at(-1)?.id).toBe(refused)
  await kept(now)
  await page.close()
  const next = mara.open({ intents: inner, now: () => now })
  const still = await intentsOf(next, (all) => all.length === keptIntents)
  expect(still.some(({ id }) => id === refused)).toBe(false)
})

test('what an app of today does not know any more is told as refused, and holds up nothing', async () => {
  const intents = createMemoryIntentStore()
  await intents.add({ id: newId(), name: 'polishRun', args: { text: 'Shine' }, at: 0, tab: 'gone' })
  const run = aRun()
  await intents.add({ id: newId(), name: 'createRun', args: run, at: 0, tab: 'gone' })
  const page = mara.open({ intents })
  await until(runOf(page, run.runId), (seen) => seen !== undefined)
  const all = await intentsOf(page, (list) => list.every(({ state }) => state !== 'local'))
  expect(all.map(({ name, state }) => [name, state])).toEqual([
    ['createRun', 'accepted'],
    ['polishRun', 'refused'],
  ])
})

describe('a device that the server has forgotten', () => {
  test('after weeks: its rows, its client and the tombstones are gone; what it did meanwhile is taken, or refused with a reason', async () => {
    const intents = createMemoryIntentStore()
    const network = openDeviceNetwork()
    const page = mara.open({ intents, network })
    const runId = await started(page)
    const other = await opened()
    const gone = aPrompt(runId, 'Will be gone')
    await other.mutate.sendPrompt(gone)
    await until(
      (on: (all: Prompt[]) => void) => page.subscribe((tx) => scanRows(tx, keys.promptsOf(runId), Prompt), on),
      (all) => all.length === 1,
    )
    network.cut('before')
    await page.mutate.renameRun({ runId, title: 'Thought of on the mountain' })
    await page.mutate.editPrompt({ runId, promptId: gone.promptId, text: 'Never mind' })
    const made = aRun()
    await page.mutate.createRun(made)
    await other.mutate.removePrompt({ runId, promptId: gone.promptId })
    await nothingWaits(other)
    await other.close()
    // Everything that the server remembers of devices and deletions is pruned as if months had passed.
    await pruneAll(world.database, Date.now() + rememberMs + 60_000)
    expect(await world.database.query('select 1 from client')).toEqual([])
    network.cut('no')
    await page.refresh()
    await until(
      (on: (all: readonly DeviceIntent[]) => void) => page.subscribeIntents(on),
      (all) => all.every(({ state }) => state !== 'local'),
      20_000,
    )
    const truth = mara.open()
    await until(runOf(truth, runId), (run) => run?.title === 'Thought of on the mountain')
    await until(runOf(truth, made.runId), (run) => run?.state === 'QUEUED')
    const [refused] = await until(refusalsOf(page), (rows) => rows.length === 1)
    expect(refused?.name).toBe('editPrompt')
    expect(refused?.refusal.code).toBe('not_found')
    expect(await page.query((tx) => scanRows(tx, keys.promptsOf(runId), Prompt))).toEqual([])
  })

  test('cleared: what waits is offered again under a new client, at once and without a reload', async () => {
    const intents = createMemoryIntentStore()
    const network = openDeviceNetwork()
    const page = mara.open({ intents, network })
    const fed = new Set<string>()
    page.feedRows(keys.runs, ({ puts, dels }) => {
      for (const [key] of puts) fed.add(key)
      for (const key of dels) fed.delete(key)
    })
    const told: SyncStatus['problem'][] = []
    page.subscribeStatus(({ problem }) => told.push(problem))
    await started(page)
    await started(page)
    network.cut('before')
    const run = aRun()
    await page.mutate.createRun(run)
    await world.database.query('truncate space, entry, client, client_group, intent, run_job, run_transition, delivery')
    await world.restart()
    network.cut('no')
    await page.refresh()
    await nothingWaits(page)
    await until(
      (on: (all: Run[]) => void) => page.subscribe((tx) => scanRows(tx, keys.runs, Run), on),
      (all) => all.length === 1 && all[0]?.id === run.runId,
    )
    expect(told).not.toContain('reload')
    await expect.poll(() => [...fed]).toEqual([keys.run(run.runId)])
    // And it goes on as any other device.
    const truth = mara.open()
    await until(runOf(truth, run.runId), (seen) => seen?.state === 'QUEUED')
    await page.mutate.renameRun({ runId: run.runId, title: 'Still at work' })
    await until(runOf(truth, run.runId), (seen) => seen?.title === 'Still at work')
    await truth.mutate.renameRun({ runId: run.runId, title: 'Heard by both' })
    await until(runOf(page, run.runId), (seen) => seen?.title === 'Heard by both')
  })
})

describe('an answer that was given with no network', () => {
  async function asked(page: Workspace): Promise<{ runId: RunId; request: PermissionRequest; runner: ScriptedRunner }> {
    const runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
    runners.push(runner)
    await runner.next('welcome')
    const runId = await started(page)
    const { assignment } = await runner.next('assign')
    runner.send({ type: 'claimed', runId, turn: assignment.turn })
    const request = question(runId, 'rm -rf build', 'a')
    runner.emit(
      runId,
      { type: 'state', event: 'claim', turn: 1 },
      { type: 'state', event: 'start', turn: 1 },
      { type: 'permission', request },
      { type: 'state', event: 'block', turn: 1 },
    )
    await until(runOf(page, runId), (run) => run?.asks !== undefined)
    return { runId, request, runner }
  }

  const question = (runId: RunId, command: string, digest: string): PermissionRequest => ({
    id: PermissionId.parse(newId()),
    runId,
    turn: 1,
    agent: 'Runbook',
    title: 'Run a command',
    subject: { kind: 'command', command, effects: [] },
    reason: 'It changes files.',
    options: [],
    digest: digest.repeat(64),
    askedAt: Date.now(),
  })
  const answerTo = (request: PermissionRequest) => ({
    runId: request.runId,
    permissionId: request.id,
    deliveryId: DeliveryId.parse(newId()),
    digest: request.digest,
    answer: { kind: 'allow_once' as const },
  })

  test('to a command that has changed since is stale, says so, and allows nothing', async () => {
    const network = openDeviceNetwork()
    const page = mara.open({ network })
    const { runId, request, runner } = await asked(page)
    network.cut('before')
    await page.mutate.answerPermission(answerTo(request))
    const other = mara.open()
    const changed: PermissionRequest = { ...question(runId, 'rm -rf /', 'b'), id: request.id }
    runner.emit(runId, { type: 'permission', request: changed })
    const permission = (workspace: Workspace) => (on: (value: Permission | undefined) => void) =>
      workspace.subscribe((tx) => getRow(tx, keys.permission(runId, request.id), Permission), on)
    await until(permission(other), (value) => value?.request.digest === changed.digest)
    network.cut('no')
    await page.refresh()
    const [refused] = await until(refusalsOf(page), (rows) => rows.length === 1)
    expect(refused?.refusal.code).toBe('stale')
    const shown = await intentsOf(page, (all) => all[0]?.state === 'refused')
    expect(shown[0]?.refusal?.code).toBe('stale')
    expect((await until(permission(page), (value) => value?.request.digest === changed.digest))?.state).toBe('open')
    expect(await world.database.query('select 1 from delivery')).toEqual([])
  })

  test.each([-26, 26])(
    'counts on a device whose clock is %i hours wrong, and the time that is shown is the server’s',
    async (hours) => {
      const network = openDeviceNetwork()
      const wrong = hours * 60 * 60_000
      const page = mara.open({ network, now: () => Date.now() + wrong })
      const { runId, request, runner } = await asked(page)
      network.cut('before')
      await page.mutate.answerPermission(answerTo(request))
      const permission = (on: (value: Permission | undefined) => void) =>
        page.subscribe((tx) => getRow(tx, keys.permission(runId, request.id), Permission), on)
      const here = await until(permission, (value) => value?.state === 'answered')
      network.cut('no')
      await page.refresh()
      const { body } = await runner.next('deliver')
      expect(body).toMatchObject({ type: 'answer', digest: request.digest })
      await nothingWaits(page)
      const there = await until(permission, (value) => value?.state === 'answered')
      expect(Math.sign((there?.answeredAt ?? 0) - (here?.answeredAt ?? 0))).toBe(-Math.sign(hours))
    },
  )
})

test('what a page still sends for the person before is not taken as the next one’s', async () => {
  const jonas = await world.invite(mara, 'member')
  const path = (kind: string) => `/api/sync/${kind}?space=team/${mara.teamId}&user=${mara.userId}`
  const send = (kind: string, body: object, as: Person) =>
    as.fetch(path(kind), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ profileID: 'p', clientGroupID: 'g-of-mara', schemaVersion, ...body }),
    })
  const mutations = [{ clientID: 'c-of-mara', id: 1, name: 'createRun', args: aRun(), timestamp: 0 }]
  expect((await send('push', { pushVersion: 1, mutations }, jonas)).status).toBe(403)
  expect((await send('pull', { pullVersion: 1, cookie: null }, jonas)).status).toBe(403)
  expect((await send('push', { pushVersion: 1, mutations }, mara)).status).toBe(200)
  const device = await opened()
  const [run] = await device.query((tx) => scanRows(tx, keys.runs, Run))
  expect(run?.createdBy).toBe(mara.userId)
})
