import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { XmlElement, XmlText } from 'yjs'
import { HarnessId } from '#shared/domain/harness.ts'
import { Plan, PlanText, planTextLimit, PlanVersion } from '#shared/domain/plan.ts'
import { PlanId, RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { describeOnEachDatabase } from '#test/db.ts'
import { paragraph, type PlanClient } from '#test/plan-client.ts'
import { enterPlan, openPlanDevice, rowsOf } from '#test/plan-world.ts'
import { newId, openWorld, type Person, type World } from '#test/world.ts'

const patience = { timeout: 15_000, interval: 20 }

describeOnEachDatabase('what is written in a plan', (_open, kind) => {
  let world: World
  let mara: Person
  const clients: PlanClient[] = []
  beforeAll(async () => {
    world = await openWorld({
      kind,
      planTimes: { settleMs: 20, latestMs: 200, pauseMs: 600, idleMs: 200, sweepMs: 100 },
    })
    mara = await world.owner()
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.close()
  })
  afterAll(() => world.close())

  function enter(plan: PlanId, person: Person = mara): PlanClient {
    const client = enterPlan(world, person, plan)
    clients.push(client)
    return client
  }
  const newPlan = (title = ''): Promise<PlanId> => openPlanDevice(mara).createPlan(title)
  const rowOf = async (plan: PlanId): Promise<Plan> => Plan.parse((await rowsOf(world, mara, keys.plan(plan)))[0])
  const textOf = async (plan: PlanId): Promise<PlanText | undefined> =>
    PlanText.optional().parse((await rowsOf(world, mara, keys.planText(plan)))[0])
  const versionsOf = async (plan: PlanId): Promise<readonly PlanVersion[]> =>
    PlanVersion.array().parse(await rowsOf(world, mara, keys.planVersionsOf(plan)))

  function heading(text: string): XmlElement {
    const block = new XmlElement('heading')
    block.setAttribute('level', 1 as unknown as string)
    block.insert(0, [new XmlText(text)])
    return block
  }

  describe('shows in the lists', () => {
    test('title, words and text, by whom and when', async () => {
      const [plan, noor] = [await newPlan(), await world.invite(mara, 'member')]
      const one = enter(plan, noor)
      const made = await rowOf(plan)
      one.doc.getXmlFragment('body').push([heading('Move to the new queue'), paragraph('First this, then that.')])
      await one.stored()
      await expect
        .poll(() => rowOf(plan), patience)
        .toMatchObject({
          title: 'Move to the new queue',
          excerpt: 'First this, then that.',
          words: 9,
          updatedBy: { kind: 'person', userId: noor.userId },
        })
      expect((await rowOf(plan)).updatedAt).toBeGreaterThan(made.updatedAt)
      expect(await textOf(plan)).toEqual({
        planId: plan,
        markdown: '# Move to the new queue\n\nFirst this, then that.\n',
        whole: true,
      })
    })

    test('a long one by its beginning', async () => {
      const [plan, line] = [await newPlan(), 'word '.repeat(1_000)]
      const one = enter(plan)
      one.doc.getXmlFragment('body').push(Array.from({ length: 6 }, () => paragraph(line)))
      await one.stored()
      await expect.poll(async () => (await textOf(plan))?.whole, patience).toBe(false)
      expect((await textOf(plan))?.markdown.length).toBeLessThanOrEqual(planTextLimit)
      expect((await rowOf(plan)).words).toBe(6_000)
    })

    test('while somebody goes on writing, too', async () => {
      const plan = await newPlan()
      const one = enter(plan)
      await one.synced()
      let stop = false
      const writing = (async () => {
        for (let n = 0; !stop && n < 2_000; n++) {
          one.write(`line ${n}`)
          await one.stored()
        }
      })()
      await expect.poll(async () => (await rowOf(plan)).words, patience).toBeGreaterThan(1)
      stop = true
      await writing
    })

    test('also what a server that died in between had not told', async () => {
      const plan = await newPlan()
      const one = enter(plan)
      one.write('told late')
      await one.stored()
      await expect.poll(async () => (await rowOf(plan)).title, patience).toBe('told late')
      one.close()
      // As it is after a crash between the append and the rows.
      await world.database.query(
        `update plan_document set projected_seq = 0, changed_at = changed_at - 60000 where plan_id = $1`,
        [plan],
      )
      await world.database.query(`delete from entry where key = $1`, [keys.planText(plan)])
      await world.restart()
      await expect.poll(async () => (await textOf(plan))?.markdown, patience).toBe('told late\n')
    })

    test('and nothing is written where nothing differs', async () => {
      const plan = await newPlan()
      const one = enter(plan)
      one.write('same')
      await one.stored()
      await expect.poll(async () => (await textOf(plan))?.markdown, patience).toBe('same\n')
      const version = async () =>
        (
          await world.database.query<{ version: number }>('select version from entry where key = $1', [keys.plan(plan)])
        )[0]?.version
      // Else the version of the pause comes in between.
      await expect.poll(async () => (await rowOf(plan)).version, patience).toBe(1)
      const before = await version()
      await world.server.plans.projector.project({ teamId: mara.teamId, planId: plan })
      expect(await version()).toBe(before)
    })
  })

  describe('becomes a version', () => {
    test('after a pause, by all who wrote, once', async () => {
      const [plan, noor] = [await newPlan(), await world.invite(mara, 'member')]
      const [one, other] = [enter(plan), enter(plan, noor)]
      one.write('by mara')
      await one.stored()
      await vi.waitUntil(() => other.texts().length === 1)
      other.write('by noor')
      await other.stored()
      await vi.waitUntil(() => one.texts().length === 2)
      await expect.poll(() => versionsOf(plan), patience).toHaveLength(1)
      const [version] = await versionsOf(plan)
      expect(version).toMatchObject({ n: 1, origin: 'pause', words: 4 })
      expect(version?.by.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))).toEqual(
        [mara.userId, noor.userId].toSorted().map((userId) => ({ kind: 'person', userId })),
      )
      const read = await mara.fetch(`/api/v1/plans/${plan}/versions/${version?.id}`)
      expect([read.headers.get('cache-control'), await read.json()]).toEqual([
        'private, max-age=31536000, immutable',
        { markdown: 'by mara\n\nby noor\n' },
      ])
      // What comes and goes again is no other text.
      one.write('x')
      one.doc.getXmlFragment('body').delete(2, 1)
      await one.stored()
      const facts = () => world.server.plans.documents.facts({ teamId: mara.teamId, planId: plan })
      await expect
        .poll(async () => {
          const now = await facts()
          return now !== undefined && now.versionedSeq === now.seq
        }, patience)
        .toBe(true)
      expect(await versionsOf(plan)).toHaveLength(1)
      other.write('more')
      await other.stored()
      await expect.poll(() => versionsOf(plan), patience).toHaveLength(2)
      expect((await versionsOf(plan))[1]?.by).toEqual([{ kind: 'person', userId: noor.userId }])
      expect((await rowOf(plan)).version).toBe(2)
    })

    test('after a pause that a restart falls into', async () => {
      const plan = await newPlan()
      const one = enter(plan)
      one.write('before the restart')
      await one.stored()
      await world.restart()
      await expect.poll(() => versionsOf(plan), patience).toHaveLength(1)
    })

    test('of two processes that come to it at once, one makes it', async () => {
      const plan = await newPlan()
      const one = enter(plan)
      one.write('once')
      await one.stored()
      await expect.poll(() => versionsOf(plan), patience).toHaveLength(1)
      await world.database.query(`update plan_document set versioned_seq = 0 where plan_id = $1`, [plan])
      await expect
        .poll(async () => {
          const facts = await world.server.plans.documents.facts({ teamId: mara.teamId, planId: plan })
          return facts !== undefined && facts.versionedSeq === facts.seq
        }, patience)
        .toBe(true)
      expect(await versionsOf(plan)).toHaveLength(1)
    })

    test('with each change of an agent, whose name it bears', async () => {
      const plan = await newPlan()
      const one = enter(plan)
      one.write('by mara')
      await one.stored()
      const agent = { kind: 'agent', runId: RunId.parse(newId()), harness: HarnessId.parse('codex') } as const
      const changed = await world.server.plans.change({ teamId: mara.teamId, planId: plan }, agent, (doc) => {
        doc.getXmlFragment('body').push([paragraph('by an agent')])
      })
      expect(changed).toMatchObject({
        outcome: 'stored',
        version: { origin: 'agent', by: [agent], runId: agent.runId },
      })
      await vi.waitUntil(() => one.texts().length === 2)
      const made = (await versionsOf(plan)).find(({ origin }) => origin === 'agent')
      expect(made).toBeDefined()
      await expect.poll(async () => (await rowOf(plan)).updatedBy, patience).toEqual(agent)
      const read = await mara.fetch(`/api/v1/plans/${plan}/versions/${made?.id}`)
      expect(await read.json()).toEqual({ markdown: 'by mara\n\nby an agent\n' })
    })

    test('as its maker saw it, with the mutation that names it', async () => {
      const device = openPlanDevice(mara)
      const [plan, versionId] = [await device.createPlan(), newId()]
      await device.push('savePlanVersion', {
        planId: plan,
        versionId,
        origin: 'named',
        label: 'Before the review',
        markdown: '# As I saw it 😀 \u0000 \ud800\n',
      })
      expect(await versionsOf(plan)).toMatchObject([{ n: 1, id: versionId, label: 'Before the review' }])
      const read = await mara.fetch(`/api/v1/plans/${plan}/versions/${versionId}`)
      expect(await read.json()).toEqual({ markdown: '# As I saw it 😀 ␀ �\n' })
      const viewer = await world.invite(mara, 'viewer')
      expect((await viewer.fetch(`/api/v1/plans/${plan}/versions/${versionId}`)).status).toBe(200)
    })
  })
})
