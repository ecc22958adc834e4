import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { Prompt } from '#shared/domain/prompt.ts'
import { Run } from '#shared/domain/run.ts'
import { DeliveryId, PromptId, RunId } from '#shared/ids.ts'
import { schemaVersion } from '#shared/protocol/sync.ts'
import { createMemoryIntentStore } from '#sync/client/intents.ts'
import { RefusedError, type SyncStatus, type Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { scanRows } from '#sync/core/transaction.ts'
import { openDeviceNetwork } from '../device-network.ts'
import { newId, openWorld, until, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const runs = (workspace: Workspace) => (on: (all: Run[]) => void) =>
  workspace.subscribe((tx) => scanRows(tx, keys.runs, Run), on)
const team = (workspace: Workspace) =>
  until(
    (on: (value: unknown) => void) => workspace.subscribe((tx) => tx.get(keys.team), on),
    (row) => row !== undefined,
  )
const pending = (workspace: Workspace) => (on: (all: readonly unknown[]) => void) => workspace.subscribePending(on)
const aRun = () => ({
  runId: RunId.parse(newId()),
  promptId: PromptId.parse(newId()),
  prompt: 'Go',
  config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' as const },
})

describe('a device', () => {
  test('keeps what was done without a network, and the next page of it offers it again, once', async () => {
    const mara = await world.owner()
    const network = openDeviceNetwork()
    const intents = createMemoryIntentStore()
    const page = mara.open({ network, intents })
    await team(page)
    network.cut('before')
    const run = aRun()
    await page.mutate.createRun(run)
    expect(await intents.all()).toHaveLength(1)
    // The page is killed: its cache never reached the disk, the intent did.
    await page.close()
    const next = mara.open({ intents })
    const [seen] = await until(runs(next), (all) => all.some((one) => one.state === 'QUEUED'))
    expect(seen?.id).toBe(run.runId)
    await until(pending(next), (all) => all.length === 0)
    expect(await intents.all()).toMatchObject([{ name: 'createRun', outcome: { at: expect.any(Number) } }])
    const rows = await world.database.query(`select 1 from entry where key like 'run/%'`)
    expect(rows).toHaveLength(1)
  })

  test('has one effect when the server acted and the answer was lost', async () => {
    const mara = await world.owner()
    const network = openDeviceNetwork()
    const intents = createMemoryIntentStore()
    const page = mara.open({ network, intents })
    await team(page)
    const run = aRun()
    await page.mutate.createRun(run)
    await until(pending(page), (all) => all.length === 0)
    network.cut('after')
    const promptId = PromptId.parse(newId())
    await page.mutate.sendPrompt({
      runId: run.runId,
      promptId,
      deliveryId: DeliveryId.parse(newId()),
      text: 'once',
      mode: 'queue',
    })
    const other = mara.open()
    const prompts = (on: (all: Prompt[]) => void) => other.subscribe((tx) => scanRows(tx, keys.prompts, Prompt), on)
    await until(prompts, (all) => all.length === 1)
    // Taken by the agent: the row goes. What comes again must not bring it back.
    await other.mutate.removePrompt({ runId: run.runId, promptId })
    await until(pending(other), (all) => all.length === 0)
    await page.close()
    const next = mara.open({ intents })
    await team(next)
    await until(pending(next), (all) => all.length === 0)
    expect(await next.query((tx) => scanRows(tx, keys.prompts, Prompt))).toEqual([])
  })

  test('says at once what it can tell will be refused, and keeps nothing of it', async () => {
    const mara = await world.owner()
    const viewer = await world.invite(mara, 'viewer')
    const page = viewer.open()
    await team(page)
    await expect(page.mutate.createRun(aRun())).rejects.toThrow(RefusedError)
    await expect(page.mutate.createRun({ ...aRun(), prompt: '' })).rejects.toMatchObject({ code: 'invalid' })
    await until(pending(page), (all) => all.length === 0)
  })

  test('tells since when it is offline, how much is not sent, and when it was up to date', async () => {
    const mara = await world.owner()
    const page = mara.open()
    const status = (accept: (status: SyncStatus) => boolean) =>
      until((on: (value: SyncStatus) => void) => page.subscribeStatus(on), accept)
    await status((one) => one.connection === 'online' && one.freshAt !== undefined)
    await team(page)
    await world.server.close()
    await page.mutate.createRun(aRun())
    const offline = await status((one) => one.connection === 'offline' && one.pending === 1)
    expect(offline.offlineSince).toBeTypeOf('number')
    expect(offline.freshAt).toBeTypeOf('number')
  })

  test('a workspace that is closed while its store is read leaves no error behind', async () => {
    const mara = await world.owner()
    const { promise, reject } = Promise.withResolvers<never>()
    const page = mara.open({ intents: { ...createMemoryIntentStore(), all: () => promise } })
    await page.close()
    reject(new Error('the store is closing'))
    await expect(promise).rejects.toThrow('the store is closing')
  })

  test('an old client is told to reload after its queued mutations are taken', async () => {
    const mara = await world.owner()
    const answer = await mara.fetch(`/api/sync/push?space=team/${mara.teamId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        pushVersion: 1,
        profileID: 'p',
        clientGroupID: 'g-old',
        schemaVersion: '0',
        mutations: [{ clientID: 'c-old', id: 1, name: 'createRun', args: aRun(), timestamp: 0 }],
      }),
    })
    expect(await answer.json()).toEqual({ error: 'VersionNotSupported', versionType: 'schema' })
    const page = mara.open()
    await until(runs(page), (all) => all.length === 1)
  })

  test('another team’s space, a malformed one and an oversized body are refused with a sentence', async () => {
    const mara = await world.owner()
    const post = (path: string, body: string) =>
      mara.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const pull = JSON.stringify({
      pullVersion: 1,
      profileID: 'p',
      clientGroupID: 'g',
      cookie: null,
      schemaVersion,
    })
    expect((await post('/api/sync/pull?space=team/somebody-else', pull)).status).toBe(403)
    expect((await post(`/api/sync/pull?space=run/${newId()}`, pull)).status).toBe(403)
    expect((await post('/api/sync/pull?space=nonsense', pull)).status).toBe(400)
    expect((await post(`/api/sync/pull?space=team/${mara.teamId}`, '{')).status).toBe(400)
    expect((await post(`/api/sync/push?space=team/${mara.teamId}`, `"${'x'.repeat(13 * 1024 * 1024)}"`)).status).toBe(
      413,
    )
  })

  test('without a session nothing is told, and a page of another site gets no socket', async () => {
    expect((await fetch(`${world.url}/api/sync/pull`, { method: 'POST', headers: { origin: world.url } })).status).toBe(
      401,
    )
    const mara = await world.owner()
    const upgrade = (origin: string, cookie: string) =>
      fetch(`${world.url}/api/sync/socket`, { headers: { origin, cookie } }).then((answer) => answer.status)
    expect(await upgrade(world.url, mara.cookie())).toBe(404)
    const { WebSocket } = await import('ws')
    const refused = (headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => {
        const socket = new WebSocket(`${world.url.replace('http', 'ws')}/api/sync/socket`, { headers })
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
        socket.on('open', () => reject(new Error('it opened')))
        socket.on('error', () => undefined)
      })
    expect(await refused({ origin: 'http://evil.example', cookie: mara.cookie() })).toBe(403)
    expect(await refused({ origin: world.url })).toBe(401)
  })
})
