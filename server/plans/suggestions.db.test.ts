import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { PlanComment } from '#shared/domain/plan-comment.ts'
import { PlanVersion } from '#shared/domain/plan.ts'
import { PlanCommentId, PlanId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { findWords } from '#sync/core/plan/find-words.ts'
import { describeOnEachDatabase } from '#test/db.ts'
import type { PlanClient } from '#test/plan-client.ts'
import { enterPlan, openPlanDevice, rowsOf } from '#test/plan-world.ts'
import { newId, openWorld, type Person, type World } from '#test/world.ts'
import { anchorAt } from './agent/comments.ts'

const patience = { timeout: 15_000, interval: 20 }

describeOnEachDatabase('a suggestion that is accepted', (_open, kind) => {
  let world: World
  let mara: Person
  let jonas: Person
  const clients: PlanClient[] = []
  beforeAll(async () => {
    world = await openWorld({ kind, planTimes: { settleMs: 20, latestMs: 200, idleMs: 200, sweepMs: 100 } })
    mara = await world.owner()
    jonas = await world.invite(mara, 'member')
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.close()
  })
  afterAll(() => world.close())

  type Stage = { readonly planId: PlanId; readonly thread: PlanCommentId; readonly client: PlanClient }

  /** A plan of one paragraph, in which Mara suggests other words. */
  async function suggested(text: string, from: string, to: string): Promise<Stage> {
    const device = openPlanDevice(mara)
    const planId = await device.createPlan('Extract billing')
    const client = enter(planId)
    await client.synced()
    client.write(text)
    await client.stored()
    const anchor = anchorAt(client.doc, from)
    if (typeof anchor === 'number') throw new Error(`${from} stands there ${anchor} times`)
    const thread = PlanCommentId.parse(newId())
    await device.push('addPlanComment', { planId, commentId: thread, anchor, suggestion: { from, to }, text: '' })
    return { planId, thread, client }
  }
  function enter(planId: PlanId): PlanClient {
    const client = enterPlan(world, mara, planId)
    clients.push(client)
    return client
  }
  const commentOf = async ({ planId, thread }: Stage): Promise<PlanComment> =>
    PlanComment.parse((await rowsOf(world, mara, keys.planComment(planId, thread)))[0])
  const outcomeOf = async (stage: Stage) => (await commentOf(stage)).suggestion?.settled
  const versionsOf = async ({ planId }: Stage) =>
    PlanVersion.array().parse(await rowsOf(world, mara, keys.planVersionsOf(planId)))
  const accept = ({ planId, thread }: Stage) => ({ planId, thread, as: 'accepted' })
  const jobs = async () => await world.database.query('select * from plan_suggestion')

  test('is put in for everybody, settles its thread, and is a version by both', async () => {
    const stage = await suggested('One package and one test.', 'one test', 'one set of tests')
    await openPlanDevice(jonas).push('settleSuggestion', accept(stage))
    await expect.poll(() => stage.client.texts(), patience).toEqual(['One package and one set of tests.'])
    await expect
      .poll(() => commentOf(stage), patience)
      .toMatchObject({
        suggestion: { settled: { as: 'accepted', by: jonas.userId, outcome: 'applied' } },
        resolved: { by: jonas.userId },
      })
    expect(await versionsOf(stage)).toMatchObject([
      {
        origin: 'suggestion',
        by: [
          { kind: 'person', userId: jonas.userId },
          { kind: 'person', userId: mara.userId },
        ],
      },
    ])
    await expect.poll(jobs, patience).toEqual([])
  })

  test('by two at once, and by a push that comes again, is put in once', async () => {
    const stage = await suggested('Wait for it.', 'Wait', 'Wait and wait')
    const [one, two, again] = [openPlanDevice(mara), openPlanDevice(jonas), openPlanDevice(jonas)]
    await Promise.all([one.push('settleSuggestion', accept(stage)), two.push('settleSuggestion', accept(stage))])
    await expect.poll(() => outcomeOf(stage), patience).toMatchObject({ outcome: 'applied' })
    await again.push('settleSuggestion', accept(stage))
    await again.push('settleSuggestion', { ...accept(stage), as: 'dismissed' })
    await expect.poll(jobs, patience).toEqual([])
    await expect.poll(() => stage.client.texts(), patience).toEqual(['Wait and wait for it.'])
    expect(await versionsOf(stage)).toHaveLength(1)
    expect(await outcomeOf(stage)).toMatchObject({ as: 'accepted', outcome: 'applied' })
  })

  test('is not put in where the words have changed; it can be accepted again once they are back', async () => {
    const stage = await suggested('Ship in June, not before.', 'in June, not', 'in May, not')
    const [place] = findWords(stage.client.doc, 'June')
    place?.text.delete(place.at, 4)
    await stage.client.stored()
    const device = openPlanDevice(jonas)
    await device.push('settleSuggestion', accept(stage))
    await expect.poll(() => outcomeOf(stage), patience).toMatchObject({ outcome: 'changed' })
    expect((await commentOf(stage)).resolved).toBeUndefined()
    expect(stage.client.texts()).toEqual(['Ship in , not before.'])
    expect(await versionsOf(stage)).toEqual([])
    place?.text.insert(place.at, 'June')
    await stage.client.stored()
    await device.push('settleSuggestion', accept(stage))
    await expect.poll(() => stage.client.texts(), patience).toEqual(['Ship in May, not before.'])
    await expect.poll(() => outcomeOf(stage), patience).toMatchObject({ outcome: 'applied' })
  })

  test('is dismissed, opened again, and accepted', async () => {
    const stage = await suggested('One package.', 'One', 'A single')
    const device = openPlanDevice(jonas)
    await device.push('settleSuggestion', { ...accept(stage), as: 'dismissed' })
    await device.push('settleSuggestion', accept(stage))
    expect(await outcomeOf(stage)).toMatchObject({ as: 'dismissed' })
    await device.push('resolvePlanThread', { planId: stage.planId, thread: stage.thread, resolved: false })
    expect(await outcomeOf(stage)).toBeUndefined()
    await device.push('settleSuggestion', accept(stage))
    await expect.poll(() => stage.client.texts(), patience).toEqual(['A single package.'])
  })

  test('of which a server died after the document had it is not put in twice', async () => {
    const stage = await suggested('Wait for it.', 'Wait', 'Wait and wait')
    await openPlanDevice(jonas).push('settleSuggestion', accept(stage))
    await expect.poll(() => outcomeOf(stage), patience).toMatchObject({ outcome: 'applied' })
    await expect.poll(jobs, patience).toEqual([])
    stage.client.close()
    // As the death leaves it: the row knows of nothing, and whoever took it does not come back.
    await world.database.query(
      `update entry set value = (value::jsonb #- '{suggestion,settled,outcome}')::json where key = $1`,
      [keys.planComment(stage.planId, stage.thread)],
    )
    await world.database.query(
      `insert into plan_suggestion (team_id, plan_id, comment_id, created_at, tries) values ($1, $2, $3, 0, 1)`,
      [mara.teamId, stage.planId, stage.thread],
    )
    await world.restart()
    await expect.poll(() => outcomeOf(stage), patience).toMatchObject({ outcome: 'applied' })
    await expect.poll(jobs, patience).toEqual([])
    const later = enter(stage.planId)
    await later.synced()
    expect(later.texts()).toEqual(['Wait and wait for it.'])
    expect(await versionsOf(stage)).toHaveLength(1)
  })

  test('is nothing that viewers, or people of other plans, can make happen', async () => {
    const stage = await suggested('One package.', 'One', 'A single')
    const viewer = await world.invite(mara, 'viewer')
    await openPlanDevice(viewer).push('settleSuggestion', accept(stage))
    await openPlanDevice(jonas).push('settleSuggestion', { ...accept(stage), planId: newId() })
    expect(await outcomeOf(stage)).toBeUndefined()
    const device = openPlanDevice(jonas)
    const { anchor } = await commentOf(stage)
    const add = { planId: stage.planId, commentId: newId(), anchor, text: '' }
    await device.push('addPlanComment', add)
    await device.push('addPlanComment', { ...add, suggestion: { from: 'One', to: 'One' } })
    await device.push('addPlanComment', { ...add, suggestion: { from: 'One', to: 'x'.repeat(2_001) } })
    await device.push('addPlanComment', { ...add, anchor: undefined, suggestion: { from: 'One', to: 'Two' } })
    expect(await rowsOf(world, mara, keys.planCommentsOf(stage.planId))).toHaveLength(1)
  })

  test('about a plan that is deleted meanwhile leaves nothing to do', async () => {
    const stage = await suggested('One package.', 'One', 'A single')
    const device = openPlanDevice(mara)
    await device.push('settleSuggestion', accept(stage))
    await device.push('deletePlan', { planId: stage.planId })
    await expect.poll(jobs, patience).toEqual([])
    expect(await rowsOf(world, mara, keys.planCommentsOf(stage.planId))).toEqual([])
  })
})
