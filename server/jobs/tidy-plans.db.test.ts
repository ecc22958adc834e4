import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Plan, PlanText } from '#shared/domain/plan.ts'
import { planMention } from '#shared/domain/plan-mention.ts'
import { HarnessId } from '#shared/domain/harness.ts'
import { PlanCommentId, PlanId, PlanVersionId, PromptId, RunId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { createSpaceStore } from '../db/space-store.ts'
import { createHub } from '#sync/server/hub.ts'
import { connectScriptedRunner, type ScriptedRunner } from '#test/fakes/scripted-runner.ts'
import { paragraph } from '#test/plan-client.ts'
import { enterPlan, openPlanDevice, rowsOf } from '#test/plan-world.ts'
import { claim } from '#test/run-script.ts'
import { newId, openWorld, type Person, type World } from '#test/world.ts'
import { tidyPlans, untouchedPlansMs } from './tidy-plans.ts'

/** Plans that agents made, over the real server; only the clock of the tidying is the test's. */
describe('plans of agents that nobody has taken up', () => {
  let world: World
  let mara: Person
  let device: ReturnType<typeof openPlanDevice>
  let runner: ScriptedRunner
  beforeAll(async () => {
    world = await openWorld({ planTimes: { settleMs: 10, latestMs: 100 } })
    mara = await world.owner()
    device = openPlanDevice(mara)
    runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey(), capacity: 50 })
    await runner.next('welcome')
    await device.push('setTeam', { maxActiveRuns: 100 })
  })
  beforeEach(() => device.push('setTeam', { agentPlans: 'tidied' }))
  afterAll(async () => {
    runner.close()
    await world.close()
  })

  async function start(prompt = 'Plan it'): Promise<RunId> {
    const runId = RunId.parse(newId())
    await device.push('createRun', {
      runId,
      promptId: PromptId.parse(newId()),
      prompt,
      config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
    })
    return runId
  }
  let calls = 0
  async function planned(): Promise<{ readonly planId: PlanId; readonly runId: RunId }> {
    const runId = await start()
    await claim(runner, runId)
    await runner.next('ack', (one) => one.runId === runId && one.seq >= runner.lastSeq(runId))
    const callId = `call-${++calls}`
    runner.send({
      type: 'plan_call',
      callId,
      runId,
      call: { tool: 'plan_create', markdown: `# Plan ${calls}\n\nText.\n` },
    })
    const { answer } = await runner.next('plan_answer', (one) => one.callId === callId)
    if (answer.made === undefined) throw new Error(answer.text)
    return { planId: answer.made.planId, runId }
  }
  async function ended(runId: RunId): Promise<void> {
    runner.emit(runId, { type: 'state', event: 'succeed', turn: 1 })
    await runner.next('ack', (one) => one.runId === runId && one.seq >= runner.lastSeq(runId))
  }
  async function tidy(later: number): Promise<void> {
    const store = createSpaceStore(world.database)
    const hub = createHub(async (space) => (await store.head(space)).version)
    await tidyPlans({ store, hub, database: world.database, now: () => Date.now() + later, onEffects: () => undefined })
    hub.close()
  }
  const row = async (planId: PlanId): Promise<Plan> => Plan.parse((await rowsOf(world, mara, keys.plan(planId)))[0])
  const isArchived = async (planId: PlanId): Promise<boolean> => (await row(planId)).archivedAt !== undefined
  const week = untouchedPlansMs + 60_000

  test('go into the archive a week after the run, and not before', async () => {
    const { planId, runId } = await planned()
    await tidy(week)
    expect(await isArchived(planId), 'while the run goes on').toBe(false)
    await ended(runId)
    await tidy(untouchedPlansMs - 60_000)
    expect(await isArchived(planId)).toBe(false)
    await tidy(week)
    expect(await isArchived(planId)).toBe(true)
  })

  test('stay where the team keeps them, which it does unless it says otherwise', async () => {
    const { planId, runId } = await planned()
    await ended(runId)
    await device.push('setTeam', { agentPlans: 'kept' })
    await tidy(week)
    expect(await isArchived(planId)).toBe(false)
  })

  const touches: readonly (readonly [string, (planId: PlanId) => Promise<void>])[] = [
    ['moved', (planId) => device.push('changePlan', { planId, folder: 'Billing' })],
    ['approved', (planId) => device.push('changePlan', { planId, state: 'approved' })],
    [
      'commented on',
      (planId) =>
        device.push('addPlanComment', { planId, commentId: PlanCommentId.parse(newId()), text: 'Why this way?' }),
    ],
    ['shared by a link', (planId) => device.push('sharePlan', { planId, secret: 'S'.repeat(43), access: 'view' })],
    [
      'approved as it stands',
      async (planId) => {
        const text = await rowsOf(world, mara, keys.planText(planId))
        await device.push('reviewPlan', {
          planId,
          verdict: 'approved',
          versionId: PlanVersionId.parse(newId()),
          markdown: PlanText.parse(text[0]).markdown,
        })
      },
    ],
    [
      'kept as a version',
      (planId) =>
        device.push('savePlanVersion', {
          planId,
          versionId: PlanVersionId.parse(newId()),
          origin: 'named',
          label: 'First',
          markdown: 'x',
        }),
    ],
    [
      'written in',
      async (planId) => {
        const client = enterPlan(world, mara, planId)
        await client.synced()
        client.doc.getXmlFragment('body').push([paragraph('By a person')])
        await client.stored()
        client.close()
        await world.server.plans.projector.project({ teamId: mara.teamId, planId })
      },
    ],
    [
      'sent to an agent',
      async (planId) => {
        const runId = await start(`Do ${planMention({ id: planId, title: 'It' })}`)
        await runner.next('assign', (one) => one.assignment.runId === runId)
      },
    ],
    [
      'taken out of the archive',
      async (planId) => {
        await tidy(week)
        expect(await isArchived(planId)).toBe(true)
        await device.push('changePlan', { planId, archived: false })
      },
    ],
  ]
  test.each(touches)('are not those that a person has %s', async (_how, touch) => {
    const { planId, runId } = await planned()
    await ended(runId)
    await touch(planId)
    expect((await row(planId)).untouched).toBeUndefined()
    await tidy(week)
    expect(await isArchived(planId)).toBe(false)
  })

  test('are not those that people made', async () => {
    const planId = await device.createPlan('Mine')
    await tidy(10 * week)
    expect(await isArchived(planId)).toBe(false)
  })

  test('the setting is for admins', async () => {
    const lena = await world.invite(mara, 'member')
    await openPlanDevice(lena).push('setTeam', { agentPlans: 'kept' })
    const rows = await world.database.query<{ value: { agentPlans?: string } }>(
      `select value from entry where space_id = $1 and key = 'team'`,
      [teamSpace(mara.teamId)],
    )
    expect(rows[0]?.value.agentPlans).toBe('tidied')
  })
})
