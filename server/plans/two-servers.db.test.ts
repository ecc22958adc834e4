import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { PlanId } from '#shared/ids.ts'
import { roomClosed } from '#shared/protocol/plan-room.ts'
import { readConfig } from '../config.ts'
import { createServer, type DroverServer } from '../create-server.ts'
import { createLog } from '../log.ts'
import type { DatabaseKind } from '#test/db.ts'
import { openPlanClient, paragraph, type PlanClient } from '#test/plan-client.ts'
import { openPlanDevice } from '#test/plan-world.ts'
import { seeded } from '#test/seed.ts'
import { openWorld, type Person, type World } from '#test/world.ts'

/** Rooms of one plan in two processes, over one database that both reach. */
describe.each<DatabaseKind>(['postgres', 'neon'])('a plan that is open at two servers [%s]', (kind) => {
  let world: World
  let dataDir: string
  let other: DroverServer
  let mara: Person
  let planId: PlanId
  const clients: PlanClient[] = []
  beforeAll(async () => {
    world = await openWorld({ kind })
    dataDir = await mkdtemp(join(tmpdir(), 'drover-other-'))
    other = await createServer({
      config: readConfig({ DROVER_DATA_DIR: dataDir, DROVER_PORT: '0', DROVER_LOG_LEVEL: 'error' }),
      log: createLog('error'),
      now: Date.now,
      database: world.database.another(),
      demoRepository: '',
    })
    mara = await world.owner()
    planId = await openPlanDevice(mara).createPlan()
  })
  afterAll(async () => {
    for (const client of clients) client.close()
    await other.close()
    await other.database.close()
    await world.close()
    await rm(dataDir, { recursive: true, force: true })
  })

  const enter = (server: 'one' | 'other', plan: PlanId = planId): PlanClient => {
    const url = server === 'one' ? world.url : other.url.origin
    const client = openPlanClient({ url, cookie: mara.cookie(), planId: plan })
    clients.push(client)
    return client
  }
  const until = (holds: () => boolean) => vi.waitUntil(holds, { timeout: 20_000, interval: 10 })

  test('what is written at one is seen at the other, whoever writes, and both have the same', async () => {
    const { below } = seeded()
    const devices = [enter('one'), enter('other'), enter('one'), enter('other')]
    await Promise.all(devices.map((device) => device.synced()))
    const written: string[] = []
    for (let n = 0; n < 200; n++) {
      const text = `line ${n}`
      const body = devices[below(devices.length)]?.doc.getXmlFragment('body')
      body?.insert(below(body.length + 1), [paragraph(text)])
      written.push(text)
      if (below(5) === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(devices.map((device) => device.stored()))
    await until(() => devices.every((device) => device.texts().length === written.length))
    for (const device of devices) expect(device.texts()).toEqual(devices[0]?.texts())
    expect(devices[0]?.texts().toSorted()).toEqual(written.toSorted())
  })

  test('a plan that is deleted at one is closed at the other', async () => {
    const device = openPlanDevice(mara)
    const plan = await device.createPlan()
    const far = enter('other', plan)
    await far.synced()
    await device.push('deletePlan', { planId: plan })
    await far.closed(roomClosed.notFound)
    expect(far.texts()).toEqual([])
  })

  const userIn = (client: PlanClient, of: PlanClient): unknown =>
    client.provider.awareness.getStates().get(of.doc.clientID)?.['user']
  const say = (client: PlanClient, more: object = {}): void =>
    client.provider.awareness.setLocalState({ user: { userId: mara.userId, name: 'X', hue: 2 }, ...more })

  test('who is in it at one is seen at the other, with where they write, and is gone when they leave', async () => {
    const plan = await openPlanDevice(mara).createPlan()
    const [one, far] = [enter('one', plan), enter('other', plan)]
    await Promise.all([one.synced(), far.synced()])
    // As editors do: a device that says nothing of itself is taken for what it repeats of its person.
    say(far)
    say(one, { cursor: { anchor: 1 } })
    await until(() => userIn(far, one) !== undefined)
    expect(far.provider.awareness.getStates().get(one.doc.clientID)).toEqual({
      user: { userId: mara.userId, name: expect.stringMatching(/^Person|Mara|Owner/), hue: 2 },
      cursor: { anchor: 1 },
    })
    // One that comes later is told of those who are there.
    const late = enter('other', plan)
    say(late)
    await until(() => userIn(late, one) !== undefined)
    one.close()
    await until(() => userIn(far, one) === undefined && userIn(late, one) === undefined)
    expect(userIn(far, one)).toBeUndefined()
  })

  test('of many moves the last one arrives, and who marks more than a message holds is there without the place', async () => {
    const plan = await openPlanDevice(mara).createPlan()
    const [one, far] = [enter('one', plan), enter('other', plan)]
    await Promise.all([one.synced(), far.synced()])
    for (let n = 1; n <= 300; n++) say(one, { cursor: { anchor: n } })
    const anchor = () => far.provider.awareness.getStates().get(one.doc.clientID)?.['cursor']?.anchor
    await until(() => anchor() === 300)
    // Within what a device may say, in letters of three bytes each.
    say(one, { cursor: { anchor: '‱'.repeat(3_800) } })
    await until(() => anchor() === undefined)
    expect(userIn(far, one)).toBeDefined()
    expect(one.closes).toEqual([])
  })

  test('what is no word of another process does no harm', async () => {
    const plan = await openPlanDevice(mara).createPlan()
    const [one, far] = [enter('one', plan), enter('other', plan)]
    await Promise.all([one.synced(), far.synced()])
    const saying = (...entry: unknown[]): string => JSON.stringify({ from: 'x', said: [entry] })
    const payloads = [
      '',
      '{',
      '[]',
      JSON.stringify({ from: 'x', said: 'all' }),
      saying(mara.teamId, plan, 1, 1, '{"user":'),
      saying(mara.teamId, plan, 1, 1, '{"user":{"userId":7}}'),
      saying(mara.teamId, plan, -1, 1, '{}'),
      saying(mara.teamId, 'no plan', 1, 1, '{}'),
    ]
    for (const payload of payloads)
      await world.database.query('select pg_notify($1, $2)', ['drover_plan_people', payload])
    say(one)
    await until(() => userIn(far, one) !== undefined)
    const others = [...far.provider.awareness.getStates().keys()].filter((client) => client !== far.doc.clientID)
    expect(others).toEqual([one.doc.clientID])
  })

  test('one that missed the news, because its connection broke, asks for it', async () => {
    const plan = await openPlanDevice(mara).createPlan()
    const [one, far] = [enter('one', plan), enter('other', plan)]
    await Promise.all([one.synced(), far.synced()])
    await world.database.breakConnections()
    one.write('while it was away')
    say(one)
    await one.stored()
    await until(() => far.texts().length === 1)
    expect(far.texts()).toEqual(['while it was away'])
    await until(() => userIn(far, one) !== undefined)
    expect(userIn(far, one)).toMatchObject({ userId: mara.userId })
  })
})
