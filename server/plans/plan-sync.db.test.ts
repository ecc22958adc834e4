import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { PlanId } from '#shared/ids.ts'
import { roomBounds } from '#shared/protocol/plan-room.ts'
import { readSyncAnswer, writeSyncRequest, type PlanSyncAnswer } from '#sync/core/plan/sync-message.ts'
import { openStranger } from '#test/contract/people.ts'
import { describeOnEachDatabase } from '#test/db.ts'
import { paragraph, paragraphsOf, type PlanClient } from '#test/plan-client.ts'
import { enterPlan, openPlanDevice } from '#test/plan-world.ts'
import { newId, openWorld, type Person, type World } from '#test/world.ts'

describeOnEachDatabase('a plan by requests, where no socket gets through', (_open, kind) => {
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

  const post = (person: Person, plan: string, body: Uint8Array<ArrayBuffer>): Promise<Response> =>
    person.fetch(`/api/v1/plans/${plan}/sync`, { method: 'POST', body })
  const bytes = (stateVector: Uint8Array, ...updates: Uint8Array[]): Uint8Array<ArrayBuffer> =>
    writeSyncRequest({ stateVector, updates })
  const nothing = Uint8Array.of(0)

  async function sync(person: Person, doc: Doc, plan = planId, ...updates: Uint8Array[]): Promise<PlanSyncAnswer> {
    const answered = await post(person, plan, bytes(encodeStateVector(doc), ...updates))
    const answer = readSyncAnswer(new Uint8Array(await answered.arrayBuffer()))
    if (!answered.ok || answer === undefined) throw new Error(`sync: ${answered.status}`)
    applyUpdate(doc, answer.update)
    return answer
  }
  function written(text: string, doc = new Doc()): Doc {
    doc.getXmlFragment('body').push([paragraph(text)])
    return doc
  }
  const code = async (answered: Response): Promise<unknown> => {
    const body: unknown = await answered.json()
    return [answered.status, Reflect.get(Reflect.get(Object(body), 'refusal'), 'code')]
  }

  test('brings what was written here to those in its room, and what they wrote here', async () => {
    const there = enterPlan(world, mara, planId)
    clients.push(there)
    there.write('there')
    await there.stored()
    const here = written('here')
    const answer = await sync(mara, here, planId, encodeStateAsUpdate(here))
    expect(answer.stored).toBe(1)
    expect(paragraphsOf(here).toSorted()).toEqual(['here', 'there'])
    await there.shows({ ...there, doc: here })
    expect(there.texts()).toEqual(paragraphsOf(here))
    // Only what is new comes, and the same once more does nothing.
    const again = await sync(mara, here, planId, encodeStateAsUpdate(here))
    expect([again.stored, again.update.length < 20, there.texts().length]).toEqual([1, true, 2])
  })

  test('what was stored is there after the server was started again', async () => {
    const plan = await openPlanDevice(mara).createPlan()
    const here = written('kept')
    await sync(mara, here, plan, encodeStateAsUpdate(here))
    await world.restart()
    const fresh = new Doc()
    await sync(mara, fresh, plan)
    expect(paragraphsOf(fresh)).toEqual(['kept'])
  })

  test('a viewer reads, changes nothing, and is told so', async () => {
    const plan = await openPlanDevice(mara).createPlan()
    const seed = written('read me')
    await sync(mara, seed, plan, encodeStateAsUpdate(seed))
    const viewer = await world.invite(mara, 'viewer')
    const here = new Doc()
    await sync(viewer, here, plan)
    expect(paragraphsOf(here)).toEqual(['read me'])
    expect((await sync(viewer, here, plan, encodeStateAsUpdate(here))).stored).toBe(1)
    written('mine', here)
    expect((await sync(viewer, here, plan, encodeStateAsUpdate(here))).stored).toBe(0)
    const fresh = new Doc()
    await sync(mara, fresh, plan)
    expect(paragraphsOf(fresh)).toEqual(['read me'])
  })

  test('another team’s plan and none are the same, and nothing is written there', async () => {
    const stranger = await openStranger(world)
    const body = bytes(nothing, encodeStateAsUpdate(written('hostile')))
    const [foreign, none] = [await post(stranger, planId, body), await post(stranger, newId(), body)]
    expect([await code(foreign), await code(none)]).toEqual([
      [404, 'not_found'],
      [404, 'not_found'],
    ])
    const fresh = new Doc()
    await sync(mara, fresh)
    expect(paragraphsOf(fresh)).not.toContain('hostile')
  })

  test('a session that has ended is asked to sign in', async () => {
    const noor = await world.invite(mara, 'member')
    await noor.fetch('/api/v1/auth/sign-out', { method: 'POST' })
    expect((await post(noor, planId, bytes(nothing))).status).toBe(401)
  })

  const foreignDoc = (): Uint8Array => {
    const doc = new Doc()
    doc.getMap('settings').set('a', 1)
    return encodeStateAsUpdate(doc)
  }
  test.each([
    { what: 'no message', body: () => Uint8Array.of(200) },
    { what: 'nothing at all', body: () => new Uint8Array() },
    { what: 'a state vector that is none', body: () => bytes(Uint8Array.of(200, 200)) },
    { what: 'a broken update', body: () => bytes(nothing, Uint8Array.of(9, 9, 9, 9)) },
    { what: 'another document', body: () => bytes(nothing, foreignDoc()) },
    { what: 'an update that is too large', body: () => bytes(nothing, new Uint8Array(roomBounds.messageBytes + 1)) },
    { what: 'too many updates', body: () => bytes(nothing, ...Array.from({ length: 17 }, () => Uint8Array.of(0, 0))) },
    { what: 'something behind it', body: () => Uint8Array.of(...bytes(nothing), 1) },
  ])('$what is refused, and harms nobody in the room', async ({ body }) => {
    const plan = await openPlanDevice(mara).createPlan()
    const there = enterPlan(world, mara, plan)
    clients.push(there)
    await there.synced()
    expect(await code(await post(mara, plan, body()))).toEqual([400, 'invalid'])
    there.write('still here')
    await there.stored()
    expect([there.texts(), there.closes]).toEqual([['still here'], []])
  })

  test('who asks too often is told to wait, and others are not', async () => {
    const noor = await world.invite(mara, 'member')
    const answers = new Set<number>()
    for (let n = 0; n < 620; n += 31)
      for (const answered of await Promise.all(Array.from({ length: 31 }, () => post(noor, planId, bytes(nothing)))))
        answers.add(answered.status)
    expect([...answers].toSorted()).toEqual([200, 429])
    expect((await post(mara, planId, bytes(nothing))).status).toBe(200)
  })
})
