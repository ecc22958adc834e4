import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import { Doc } from 'yjs'
import { PlanId } from '#shared/ids.ts'
import { planRoomPath, roomBounds, roomClosed } from '#shared/protocol/plan-room.ts'
import { openStranger } from '#test/contract/people.ts'
import { describeOnEachDatabase } from '#test/db.ts'
import { awarenessOf } from '#test/fakes/room-member.ts'
import { paragraphsOf, type PlanClient } from '#test/plan-client.ts'
import { enterPlan, openPlanDevice } from '#test/plan-world.ts'
import { newId, openWorld, type Person, type World } from '#test/world.ts'

describeOnEachDatabase('the room of a plan', (_open, kind) => {
  let world: World
  let mara: Person
  let planId: PlanId
  const clients: PlanClient[] = []
  beforeAll(async () => {
    world = await openWorld({ kind })
    mara = await world.owner()
    planId = await openPlanDevice(mara).createPlan()
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.close()
  })
  afterAll(() => world.close())

  function enter(person: Person = mara, plan: PlanId = planId): PlanClient {
    const client = enterPlan(world, person, plan)
    clients.push(client)
    return client
  }
  const until = (holds: () => boolean) => vi.waitUntil(holds, { timeout: 10_000, interval: 5 })
  const newPlan = (by: Person = mara): Promise<PlanId> => openPlanDevice(by).createPlan()

  test('what one writes is stored, and there for who is in it and for who comes later', async () => {
    const [one, other] = [enter(), enter()]
    await other.synced()
    one.write('hello')
    await one.stored()
    await until(() => other.texts().length === 1)
    const later = enter()
    await later.synced()
    expect([other.texts(), later.texts()]).toEqual([['hello'], ['hello']])
  })

  test('what was stored is there after the server was started again, and devices come back by themselves', async () => {
    const plan = await newPlan()
    const [one, other] = [enter(mara, plan), enter(mara, plan)]
    one.write('before')
    await one.stored()
    await world.restart()
    one.write('after')
    await one.stored()
    await until(() => other.texts().length === 2)
    const fresh = enter(mara, plan)
    await fresh.synced()
    expect(fresh.texts()).toEqual(['before', 'after'])
  })

  test('a plan of another team and one that does not exist are the same: not found', async () => {
    const someone = await openStranger(world)
    const [none, foreign] = [enter(mara, PlanId.parse(newId())), enter(someone)]
    await none.closed(roomClosed.notFound)
    await foreign.closed(roomClosed.notFound)
    expect([none.texts(), foreign.texts()]).toEqual([[], []])
  })

  test('the same id in another team is another plan', async () => {
    const theirs = await openStranger(world)
    await openPlanDevice(theirs).push('createPlan', { planId, title: '', folder: '' })
    const client = enter(theirs)
    client.write('theirs')
    await client.stored()
    expect(client.texts()).toEqual(['theirs'])
    const ours = enter()
    await ours.synced()
    expect(ours.texts()).not.toContain('theirs')
  })

  test('a viewer reads and stays, and writes once they may', async () => {
    const plan = await newPlan()
    const viewer = await world.invite(mara, 'viewer')
    const [one, other] = [enter(viewer, plan), enter(mara, plan)]
    await one.synced()
    other.write('from mara')
    await other.stored()
    await until(() => one.texts().length === 1)
    one.write('not mine to write')
    const answered = await mara.fetch(`/api/v1/teams/${mara.teamId}/members/${viewer.userId}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'member' }),
    })
    expect([answered.status, one.closes]).toEqual([200, []])
    await until(() => world.server.plans.rooms.find({ teamId: mara.teamId, planId: plan }) !== undefined)
    expect(other.texts()).toEqual(['from mara'])
    // What was not taken comes with the next connection, now that it may.
    one.drop()
    await one.stored()
    await until(() => other.texts().length === 2)
    expect(one.texts()).toEqual(other.texts())
  })

  test('a session that is ended, and a member who is sent away, are shut out at once', async () => {
    const plan = await newPlan()
    const [first, second] = [await world.invite(mara, 'member'), await world.invite(mara, 'member')]
    const [one, other] = [enter(first, plan), enter(second, plan)]
    await Promise.all([one.synced(), other.synced()])
    await first.fetch('/api/v1/auth/sign-out', { method: 'POST' })
    await one.closed(roomClosed.signedOut)
    await mara.fetch(`/api/v1/teams/${mara.teamId}/members/${second.userId}`, { method: 'DELETE' })
    await until(() => other.closes.length > 0)
    expect([roomClosed.signedOut, roomClosed.notFound]).toContain(other.closes[0])
  })

  test('a plan that is deleted ends its room; what was written stays for a while', async () => {
    const device = openPlanDevice(mara)
    const plan = await device.createPlan()
    const one = enter(mara, plan)
    one.write('goes')
    await one.stored()
    await device.push('deletePlan', { planId: plan })
    await one.closed(roomClosed.notFound)
    const rows = await world.database.query('select 1 from plan_update where plan_id = $1', [plan])
    expect(rows.length).toBeGreaterThan(0)
  })

  test('who is here is told by their own name, and gone when they leave', async () => {
    const noor = await world.invite(mara, 'member')
    const [one, other] = [enter(), enter(noor)]
    await Promise.all([one.synced(), other.synced()])
    other.provider.awareness.setLocalStateField('user', { userId: noor.userId, name: 'Mara Lindqvist', color: '#0a0' })
    const seen = () => one.provider.awareness.getStates().get(other.doc.clientID)?.['user']
    await until(() => seen() !== undefined)
    expect(seen()).toEqual({ userId: noor.userId, name: expect.stringMatching(/^Person/), color: '#0a0' })
    other.close()
    await until(() => seen() === undefined)
  })

  const hostile: readonly { what: string; code: number; bytes: (here: { client: number }) => Uint8Array | string }[] = [
    { what: 'no message at all', code: roomClosed.malformed, bytes: () => Uint8Array.of(77, 1) },
    { what: 'a text', code: roomClosed.malformed, bytes: () => 'hello' },
    { what: 'a broken update', code: roomClosed.malformed, bytes: () => Uint8Array.of(0, 2, 4, 9, 9, 9, 9) },
    { what: 'a broken state vector', code: roomClosed.malformed, bytes: () => Uint8Array.of(0, 0, 2, 200, 200) },
    { what: 'a huge one', code: roomClosed.malformed, bytes: () => new Uint8Array(roomBounds.messageBytes + 1) },
    {
      what: 'a forged presence',
      code: roomClosed.malformed,
      bytes: ({ client }) => awarenessOf(client, 9_000, { user: { userId: 'somebody', name: 'Root' } }),
    },
    {
      what: 'a presence that is too large',
      code: roomClosed.malformed,
      bytes: () => awarenessOf(1, 1, { user: { userId: 'u', name: 'x'.repeat(5_000) } }),
    },
  ]
  test.each(hostile)('$what ends the connection it came from, and does no harm to others', async ({ bytes, code }) => {
    const one = enter()
    await one.synced()
    one.provider.awareness.setLocalStateField('user', { userId: mara.userId, name: 'Mara' })
    const noor = await world.invite(mara, 'member')
    const socket = new NodeWebSocket(`${world.url.replace('http', 'ws')}${planRoomPath}/${planId}`, {
      headers: { cookie: noor.cookie(), origin: world.url },
    })
    const closed = new Promise<number>((resolve) => socket.on('close', resolve))
    await new Promise((resolve) => socket.on('open', resolve))
    socket.send(bytes({ client: one.doc.clientID }))
    expect(await closed).toBe(code)
    one.write('still here')
    await one.stored()
    expect(one.closes).toEqual([])
  })

  test('a document that something else is in ends the connection it came from, and nothing of it is stored', async () => {
    const plan = await newPlan()
    const other = enter(mara, plan)
    const one = enter(mara, plan)
    await Promise.all([one.synced(), other.synced()])
    one.doc.getMap('settings').set('a', 1)
    await one.closed(roomClosed.malformed)
    one.close()
    other.write('fine')
    await other.stored()
    const { doc } = await world.server.plans.read({ teamId: mara.teamId, planId: plan }, (read) => ({
      doc: [...read.share.keys()],
    }))
    expect(doc).toEqual(['body'])
  })

  test('a plan is read without its room, as it is when nobody is in it', async () => {
    const plan = await newPlan()
    const one = enter(mara, plan)
    one.write('hello')
    await one.stored()
    await world.restart()
    one.close()
    const ref = { teamId: mara.teamId, planId: plan }
    expect(await world.server.plans.read(ref, (doc: Doc) => paragraphsOf(doc))).toEqual(['hello'])
  })

  test('without a session, and from another site, there is no socket', async () => {
    const address = `${world.url.replace('http', 'ws')}${planRoomPath}/${planId}`
    const refused = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve) => {
        const socket = new NodeWebSocket(address, { headers })
        socket.on('unexpected-response', (_request, response) => {
          resolve(response.statusCode)
          socket.terminate()
        })
        socket.on('error', () => undefined)
      })
    expect(await refused({ origin: world.url })).toBe(401)
    expect(await refused({ cookie: mara.cookie(), origin: 'https://evil.test' })).toBe(403)
  })
})
