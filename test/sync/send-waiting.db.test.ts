import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { Run } from '#shared/domain/run.ts'
import { DeliveryId, PromptId, RunId } from '#shared/ids.ts'
import { createMemoryIntentStore, type IntentStore } from '#sync/client/intents.ts'
import { sendWaiting, type SendOutcome } from '#sync/client/send-waiting.ts'
import type { DeviceIntent, Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import { openDeviceNetwork } from '../device-network.ts'
import { newId, openWorld, until, type ClientOptions, type Person, type World } from '../world.ts'

/** What the service worker does while the app is closed, against a real server; the worker itself adds only the browser. */
let world: World
let mara: Person
beforeEach(async () => {
  world = await openWorld()
  mara = await world.owner()
})
afterEach(() => world.close())

const hasTeam = (workspace: Workspace) =>
  until(
    (on: (value: unknown) => void) => workspace.subscribe((tx) => tx.get(keys.team), on),
    (row) => row !== undefined,
  )
const nothingWaits = (workspace: Workspace) =>
  until(
    (on: (all: readonly unknown[]) => void) => workspace.subscribePending(on),
    (all) => all.length === 0,
  )
const runOf = (workspace: Workspace, runId: RunId) => (on: (run: Run | undefined) => void) =>
  workspace.subscribe((tx) => getRow(tx, keys.run(runId), Run), on)
const aRun = () => ({
  runId: RunId.parse(newId()),
  promptId: PromptId.parse(newId()),
  prompt: 'Go',
  config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' as const },
})

function send(
  store: IntentStore,
  options: { as?: Person; fetch?: typeof fetch; isPageOpen?: boolean } = {},
): Promise<SendOutcome> {
  return sendWaiting({
    userId: mara.userId,
    teamId: mara.teamId,
    baseUrl: world.url,
    fetch: options.fetch ?? (options.as ?? mara).fetch,
    store,
    isPageOpen: async () => options.isPageOpen ?? false,
    now: Date.now,
  })
}

/** A device that started a run, wrote to it and named it in a lift, and whose app is gone by now. */
async function inTheLift(options: ClientOptions = {}): Promise<{ store: IntentStore; runId: RunId }> {
  const store = createMemoryIntentStore()
  const network = openDeviceNetwork()
  const page = mara.open({ intents: store, network, ...options })
  await hasTeam(page)
  network.cut('before')
  const run = aRun()
  await page.mutate.createRun(run)
  const promptId = PromptId.parse(newId())
  await page.mutate.sendPrompt({
    runId: run.runId,
    promptId,
    deliveryId: DeliveryId.parse(newId()),
    text: 'And this',
    mode: 'queue',
  })
  await page.mutate.renameRun({ runId: run.runId, title: 'From the lift' })
  await page.close()
  return { store, runId: run.runId }
}

/** What the server has of the three. */
async function effects(): Promise<{ created: number; prompts: number; titles: string[]; refused: number }> {
  const rows = await world.database.query<{ key: string; value: unknown }>(
    'select key, value from entry where space_id = $1 and deleted_at is null order by key',
    [`team/${mara.teamId}`],
  )
  const of = (prefix: string) => rows.filter(({ key }) => key.startsWith(prefix))
  const created = await world.database.query(`select 1 from run_transition where event = 'create'`)
  return {
    created: created.length,
    prompts: of(keys.prompts).length,
    titles: of(keys.runs).map(({ value }) => Run.parse(value).title),
    refused: of('refused/').length,
  }
}
const once = { created: 1, prompts: 1, titles: ['From the lift'], refused: 0 }

describe('what waits when the app is closed', () => {
  test('is sent in order, once, and is known as sent', async () => {
    const { store } = await inTheLift()
    expect(await send(store)).toBe('sent')
    expect(await effects()).toEqual(once)
    expect((await store.all()).map(({ sentAt, outcome }) => [typeof sentAt, outcome])).toEqual([
      ['number', undefined],
      ['number', undefined],
      ['number', undefined],
    ])
    expect(await send(store)).toBe('nothing')
  })

  test.each([
    ['Replicache knows neither its client nor its group', 'fresh'],
    ['Replicache knows its group, and nothing of what was done', 'same'],
  ] as const)('has one effect with the next page, where %s any more', async (_, prefix) => {
    const storePrefix = newId()
    const { store, runId } = await inTheLift({ storePrefix })
    expect(await send(store)).toBe('sent')
    const other = mara.open()
    await until(runOf(other, runId), (run) => run?.title === 'From the lift')
    await other.mutate.renameRun({ runId, title: 'Renamed since' })
    await nothingWaits(other)
    const next = mara.open({ intents: store, storePrefix: prefix === 'same' ? storePrefix : newId() })
    await hasTeam(next)
    await nothingWaits(next)
    expect(await effects()).toEqual({ ...once, titles: ['Renamed since'] })
    const told = await until(
      (on: (all: readonly DeviceIntent[]) => void) => next.subscribeIntents(on),
      (all) => all.every(({ state }) => state === 'accepted'),
    )
    expect(told).toHaveLength(3)
  })

  test('has one effect where Replicache had written the mutations down, and sends them as well', async () => {
    const storePrefix = newId()
    const store = createMemoryIntentStore()
    const network = openDeviceNetwork()
    const alive = new Set(['first', 'second'])
    const device = { intents: store, network, storePrefix, isTabAlive: (tab: string) => alive.has(tab) }
    const first = mara.open({ ...device, tabId: 'first' })
    await hasTeam(first)
    network.cut('before')
    const run = aRun()
    await first.mutate.createRun(run)
    const second = mara.open({ ...device, tabId: 'second' })
    // It is seen here once it is written down.
    await until(runOf(second, run.runId), (seen) => seen !== undefined)
    await first.close()
    await second.close()
    alive.clear()
    expect(await send(store)).toBe('sent')
    network.cut('no')
    const next = mara.open({ ...device, tabId: 'third' })
    await nothingWaits(next)
    await hasTeam(next)
    expect((await effects()).created).toBe(1)
    expect((await store.all()).map(({ carriers }) => carriers.length)).toEqual([1])
  })

  test('and what the page had sent before it died are one', async () => {
    const store = createMemoryIntentStore()
    const network = openDeviceNetwork()
    const page = mara.open({ intents: store, network })
    await hasTeam(page)
    const run = aRun()
    await page.mutate.createRun(run)
    await nothingWaits(page)
    network.cut('after')
    await page.mutate.renameRun({ runId: run.runId, title: 'Once' })
    const other = mara.open()
    await until(runOf(other, run.runId), (seen) => seen?.title === 'Once')
    await other.mutate.renameRun({ runId: run.runId, title: 'Renamed since' })
    await nothingWaits(other)
    await page.close()
    expect(await send(store)).toBe('sent')
    expect((await effects()).titles).toEqual(['Renamed since'])
  })

  test('is left to a page that is open', async () => {
    const { store } = await inTheLift()
    expect(await send(store, { isPageOpen: true })).toBe('page')
    expect((await effects()).created).toBe(0)
  })

  test('that no mutation carries yet is left to the next page, and so is what came after it', async () => {
    const { store } = await inTheLift()
    const [first] = await store.all()
    await store.update(first?.id ?? '', (intent) => ({ ...intent, carriers: [] }))
    expect(await send(store)).toBe('left')
    expect((await effects()).created).toBe(0)
    const next = mara.open({ intents: store })
    await hasTeam(next)
    await nothingWaits(next)
    expect(await effects()).toEqual(once)
  })

  test('goes in pieces that the server reads, and what was taken is not sent again after a failure', async () => {
    const store = createMemoryIntentStore()
    const network = openDeviceNetwork()
    const page = mara.open({ intents: store, network })
    await hasTeam(page)
    network.cut('before')
    for (let n = 0; n < 25; n++) await page.mutate.createRun({ ...aRun(), prompt: '\u4e2d'.repeat(100_000) })
    await page.close()
    const sizes: number[] = []
    const failing: typeof fetch = async (input, init) => {
      sizes.push(typeof init?.body === 'string' ? init.body.length : 0)
      return sizes.length === 2 ? new Response('{"error":"busy"}', { status: 503 }) : mara.fetch(input, init)
    }
    expect(await send(store, { fetch: failing })).toBe('again')
    expect(sizes.every((size) => size < 1_100_000)).toBe(true)
    const taken = (await store.all()).filter(({ sentAt }) => sentAt !== undefined).length
    expect(taken).toBeGreaterThan(0)
    expect((await effects()).created).toBe(taken)
    expect(await send(store)).toBe('sent')
    expect((await effects()).created).toBe(25)
  })
})

describe('nothing is lost, and the next page sends it, where the worker', () => {
  const answers =
    (status: number, body: string): typeof fetch =>
    () =>
      Promise.resolve(new Response(body, { status }))

  test.each<[string, SendOutcome, () => typeof fetch]>([
    ['has no network', 'again', () => () => Promise.reject(new TypeError('no network'))],
    ['meets the sign-in page of a network', 'again', () => answers(200, '<!doctype html><title>Free Wi-Fi</title>')],
    ['meets a network that wants a sign-in', 'again', () => answers(511, '<h1>Please sign in</h1>')],
    ['meets a server that fails', 'again', () => answers(500, '{"error":"down"}')],
    ['meets a gateway with no server behind it', 'again', () => answers(502, '<h1>Bad gateway</h1>')],
    [
      'is signed out',
      'left',
      () => (input, init) =>
        fetch(input, { ...init, headers: { origin: world.url, 'content-type': 'application/json' } }),
    ],
    ['may not read the team any more', 'left', () => answers(403, '{"error":"not allowed"}')],
    ['is told that its client is not known', 'left', () => answers(200, '{"error":"ClientStateNotFound"}')],
  ])('%s', async (_, outcome, road) => {
    const { store } = await inTheLift()
    const before = await store.all()
    expect(await send(store, { fetch: road() })).toBe(outcome)
    expect(await store.all()).toEqual(before)
    const next = mara.open({ intents: store })
    await hasTeam(next)
    await nothingWaits(next)
    expect(await effects()).toEqual(once)
  })

  test('would act for somebody who has signed in on the device since', async () => {
    const { store } = await inTheLift()
    const jonas = await world.invite(mara, 'member')
    expect(await send(store, { as: jonas })).toBe('left')
    expect(await effects()).toEqual({ created: 0, prompts: 0, titles: [], refused: 0 })
    expect(await send(store)).toBe('sent')
    const device = mara.open()
    await hasTeam(device)
    const [run] = await device.query((tx) => scanRows(tx, keys.runs, Run))
    expect(run?.createdBy).toBe(mara.userId)
  })

  test('belongs to an app that is older than the server: what it had is taken', async () => {
    const { store } = await inTheLift()
    for (const { id } of await store.all())
      await store.update(id, (intent) => ({
        ...intent,
        carriers: intent.carriers.map((carrier) => ({ ...carrier, schemaVersion: 'of last year' })),
      }))
    expect(await send(store)).toBe('sent')
    expect(await effects()).toEqual(once)
  })
})
