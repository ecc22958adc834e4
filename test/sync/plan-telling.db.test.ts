import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { Plan, PlanVersion } from '#shared/domain/plan.ts'
import { Prompt } from '#shared/domain/prompt.ts'
import { Run } from '#shared/domain/run.ts'
import { PlanId, PlanVersionId, PromptId, RunId } from '#shared/ids.ts'
import type { PlanToolAnswer, PlanToolCall } from '#shared/protocol/plan-tools.ts'
import { readConfig } from '#server/config.ts'
import { createServer, type DroverServer } from '#server/create-server.ts'
import { createLog } from '#server/log.ts'
import { keys } from '#sync/core/keys.ts'
import { openPlanClient, paragraph, type PlanClient } from '../plan-client.ts'
import { enterPlan, openPlanDevice, rowsOf } from '../plan-world.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { claim } from '../run-script.ts'
import { describeOnEachDatabase } from '../db.ts'
import { newId, openWorld, type Person, type World } from '../world.ts'

/** A run is told by itself what is changed in its plan, over the real server and a scripted runner. */
const times = { tellQuietMs: 0, tellEveryMs: 0, tellLookMs: 3_600_000, pauseMs: 3_600_000 }

describeOnEachDatabase('a plan that tells its runs of changes', (_open, kind) => {
  let world: World
  let mara: Person
  let device: ReturnType<typeof openPlanDevice>
  let runner: ScriptedRunner
  let planId: PlanId
  let runId: RunId
  const clients: PlanClient[] = []

  beforeEach(async () => {
    world = await openWorld({ kind, planTimes: times })
    mara = await world.owner()
    device = openPlanDevice(mara)
    runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
    await runner.next('welcome')
    planId = await device.createPlan('Extract billing')
    const client = enter()
    client.write('One')
    await client.stored()
    runId = await execute('One\n')
    await device.push('changePlan', { planId, tells: true })
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close()
    runner.close()
    await world.close()
  })

  function enter(): PlanClient {
    const client = enterPlan(world, mara, planId)
    clients.push(client)
    return client
  }
  async function execute(markdown: string): Promise<RunId> {
    const id = RunId.parse(newId())
    await device.push('createRun', {
      runId: id,
      promptId: PromptId.parse(newId()),
      prompt: 'Execute the plan',
      config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
      plan: { planId, versionId: PlanVersionId.parse(newId()), scope: { kind: 'whole' }, markdown },
    })
    await claim(runner, id)
    return id
  }
  async function write(text: string): Promise<void> {
    const client = enter()
    await client.synced()
    client.write(text)
    await client.stored()
  }
  async function round(server: DroverServer = world.server): Promise<void> {
    server.planTelling.wake()
    await server.planTelling.idle()
  }
  let calls = 0
  async function ask(call: PlanToolCall): Promise<PlanToolAnswer> {
    const callId = `call-${++calls}`
    runner.send({ type: 'plan_call', callId, runId, call })
    return (await runner.next('plan_answer', (one) => one.callId === callId)).answer
  }
  const prompts = async (): Promise<readonly Prompt[]> =>
    Prompt.array().parse(await rowsOf(world, mara, keys.promptsOf(runId)))
  const run = async (): Promise<Run> => Run.parse((await rowsOf(world, mara, keys.run(runId)))[0])
  /** Without the count of their blocks, which comes some time after each. */
  const versions = async (): Promise<readonly Omit<PlanVersion, 'blocks'>[]> =>
    PlanVersion.array()
      .parse(await rowsOf(world, mara, keys.planVersionsOf(planId)))
      .map(({ blocks: _blocks, ...version }) => version)
  const moved = async (event: 'succeed' | 'fail'): Promise<void> => {
    runner.emit(runId, { type: 'state', event, turn: 1 })
    await runner.next('ack', ({ seq }) => seq >= runner.lastSeq(runId))
  }

  test('a change is told once, as a version, however often it is looked', async () => {
    await round()
    expect(await prompts()).toEqual([])
    await write('Two')
    for (let n = 0; n < 3; n++) await round()
    const [first, second] = await versions()
    expect(await prompts()).toMatchObject([
      {
        automatic: true,
        by: mara.userId,
        mode: 'queue',
        state: 'accepted',
        text: expect.stringContaining('+Two'),
        plans: [{ planId, version: { n: 2, id: second?.id } }],
      },
    ])
    expect(second).toMatchObject({ origin: 'mention', runId, by: [{ kind: 'person', userId: mara.userId }] })
    expect((await run()).plan).toMatchObject({
      versionId: first?.id,
      told: { version: 2, versionId: second?.id, at: expect.any(Number) },
    })
  })

  test('what nobody has taken yet is told together with what comes after it', async () => {
    await write('Two')
    await round()
    await write('Three')
    await round()
    expect(await prompts()).toMatchObject([
      { text: expect.stringMatching(/\+Two[^]*\+Three/), plans: [{ version: { n: 3 } }] },
    ])
    // The agent has it: from here on only what is new.
    await moved('succeed')
    const { assignment } = await runner.next('assign', (one) => one.assignment.turn === 2)
    expect(assignment.prompt).toMatchObject({ automatic: true, by: mara.userId, plans: [{ version: { n: 3 } }] })
    await write('Four')
    await round()
    const waiting = (await prompts()).filter(({ id }) => id !== assignment.prompt.promptId)
    expect(waiting).toMatchObject([{ text: expect.stringContaining('+Four') }])
    expect(waiting[0]?.text).not.toContain('+Two')
  })

  test('what was changed back before the agent heard of it is told no more', async () => {
    await write('Two')
    await round()
    expect(await prompts()).toHaveLength(1)
    const client = enter()
    await client.synced()
    client.doc.getXmlFragment('body').delete(1, 1)
    await client.stored()
    await round()
    expect(await prompts()).toEqual([])
    expect((await run()).plan?.told).toBeUndefined()
  })

  test('a message that a person has made their own stays as it is', async () => {
    await write('Two')
    await round()
    const [told] = await prompts()
    await device.push('editPrompt', { runId, promptId: told?.id, text: 'Mind the second line' })
    expect((await prompts())[0]).not.toHaveProperty('automatic')
    await write('Three')
    await round()
    expect((await prompts()).map(({ text }) => text).toSorted()).toEqual([
      'Mind the second line',
      expect.stringContaining('+Three'),
    ])
  })

  test('nothing is told while it is off, and what waited is told when it is switched on', async () => {
    await device.push('changePlan', { planId, tells: false })
    await write('Two')
    await round()
    expect(await prompts()).toEqual([])
    await device.push('changePlan', { planId, tells: true })
    await round()
    expect(await prompts()).toHaveLength(1)
  })

  test('what its own agent wrote is not told to it, and what a person wrote after that is', async () => {
    const read = await ask({ tool: 'plan_read', planId })
    const revision = /revision (\w+)/.exec(read.text)?.[1] ?? ''
    await ask({ tool: 'plan_update', planId, revision, markdown: 'One\n\nBy the agent\n' })
    await round()
    expect(await prompts()).toEqual([])
    await write('By a person')
    await round()
    const [told, ...more] = await prompts()
    expect(more).toEqual([])
    expect(told?.text).toContain('+By a person')
    expect(told?.text).not.toContain('+By the agent')
  })

  test('a run that has ended, or is being stopped, is told nothing', async () => {
    await moved('fail')
    await write('Two')
    await round()
    expect(await prompts()).toEqual([])
    runId = await execute('One\n')
    await device.push('stopRun', { runId, deliveryId: newId() })
    await round()
    expect(await prompts()).toEqual([])
  })

  test('nothing is told in the name of one who may not write to agents any more', async () => {
    const lena = await world.invite(mara, 'member')
    await device.push('changePlan', { planId, tells: false })
    await openPlanDevice(lena).push('changePlan', { planId, tells: true })
    expect((await rowsOf<Plan>(world, mara, keys.plan(planId)))[0]?.tells?.by).toBe(lena.userId)
    await mara.fetch(`/api/v1/teams/${mara.teamId}/members/${lena.userId}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'viewer' }),
    })
    expect(await rowsOf(world, mara, keys.member(lena.userId))).toMatchObject([{ role: 'viewer' }])
    await write('Two')
    await round()
    expect(await prompts()).toEqual([])
  })

  test('viewers switch nothing on', async () => {
    await device.push('changePlan', { planId, tells: false })
    const vik = await world.invite(mara, 'viewer')
    await openPlanDevice(vik).push('changePlan', { planId, tells: true })
    expect((await rowsOf<Plan>(world, mara, keys.plan(planId)))[0]?.tells).toBeUndefined()
  })

  test('a server that is started anew tells nothing twice', async () => {
    await write('Two')
    await round()
    const before = [await prompts(), await versions()]
    await world.restart()
    await round()
    expect([await prompts(), await versions()]).toEqual(before)
  })

  /** The embedded database has one server. */
  const beside = kind === 'embedded' ? [] : ['another server']
  test.each(beside)('of two servers that look at once, one tells: %s', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'drover-other-'))
    const other = await createServer({
      config: readConfig({ DROVER_DATA_DIR: dataDir, DROVER_PORT: '0', DROVER_LOG_LEVEL: 'error' }),
      log: createLog('error'),
      now: Date.now,
      database: world.database.another(),
      demoRepository: '',
      planTimes: times,
    })
    try {
      const client = openPlanClient({ url: other.url.origin, cookie: mara.cookie(), planId })
      clients.push(client)
      await client.synced()
      for (let n = 2; n < 6; n++) {
        client.doc.getXmlFragment('body').push([paragraph(`Line ${n}`)])
        await client.stored()
        await Promise.all([round(), round(other), round(), round(other)])
        expect(await prompts()).toHaveLength(1)
        expect(await versions()).toHaveLength(n)
      }
      const [told] = await prompts()
      expect(told?.text).toMatch(/\+Line 2[^]*\+Line 5/)
    } finally {
      await other.close()
      await other.database.close()
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})
