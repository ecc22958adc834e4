import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { PlanVersion } from '#shared/domain/plan.ts'
import { planMention } from '#shared/domain/plan-mention.ts'
import { PlanId, PromptId, RunId } from '#shared/ids.ts'
import type { RunnerDown } from '#shared/protocol/runner-link.ts'
import { planContextLimit } from '#server/plans/mentions/plan-context.ts'
import { keys } from '#sync/core/keys.ts'
import { openStranger } from '../contract/people.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import type { PlanClient } from '../plan-client.ts'
import { enterPlan, openPlanDevice, rowsOf } from '../plan-world.ts'
import { claim } from '../run-script.ts'
import { newId, openWorld, type Person, type World } from '../world.ts'

/** Plans that messages mention, over the real server and a scripted runner. */
describe('a plan that a message mentions', () => {
  let world: World
  let mara: Person
  let device: ReturnType<typeof openPlanDevice>
  let runner: ScriptedRunner
  let planId: PlanId
  const clients: PlanClient[] = []
  const runners: ScriptedRunner[] = []

  beforeEach(async () => {
    // The thread that reads plans takes its time to start on a busy machine.
    world = await openWorld({ planTimes: { mentionMs: 60_000 } })
    mara = await world.owner()
    device = openPlanDevice(mara)
    runner = await connect()
    planId = await device.createPlan('Extract billing')
    await write('One')
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close()
    for (const one of runners.splice(0)) one.close()
    await world.close()
  })

  async function connect(options: Partial<Parameters<typeof connectScriptedRunner>[0]> = {}): Promise<ScriptedRunner> {
    const made = await connectScriptedRunner({ url: world.url, key: await world.runnerKey(), ...options })
    runners.push(made)
    await made.next('welcome')
    return made
  }
  async function write(text: string, plan = planId): Promise<void> {
    const client = enterPlan(world, mara, plan)
    clients.push(client)
    await client.synced()
    client.write(text)
    await client.stored()
  }
  async function start(prompt: string, by = device): Promise<RunId> {
    const runId = RunId.parse(newId())
    await by.push('createRun', {
      runId,
      promptId: PromptId.parse(newId()),
      prompt,
      config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
    })
    return runId
  }
  const send = (runId: RunId, text: string, mode: 'queue' | 'interrupt', by = device): Promise<void> =>
    by.push('sendPrompt', { runId, promptId: newId(), deliveryId: newId(), text, mode })
  const assigned = (runId: RunId, by = runner) => by.next('assign', (one) => one.assignment.runId === runId)
  const mention = (title = 'Extract billing', id = planId) => planMention({ id, title })
  const versions = async (): Promise<readonly PlanVersion[]> =>
    PlanVersion.array().parse(await rowsOf(world, mara, keys.planVersionsOf(planId)))

  test('goes to the agent as it is then, and is pinned as a version; the text stays as it was written', async () => {
    const text = `Do ${mention()} now`
    const runId = await start(text)
    const { prompt } = (await assigned(runId)).assignment
    const [version] = await versions()
    expect(prompt).toMatchObject({
      text,
      plans: [{ planId, title: 'Extract billing', version: { n: 1, id: version?.id } }],
      context: expect.stringContaining('One'),
    })
    expect(version).toMatchObject({ origin: 'mention', runId, by: [{ kind: 'person', userId: mara.userId }] })
    const kept = await mara.fetch(`/api/v1/plans/${planId}/versions/${version?.id ?? ''}`)
    expect(await kept.json()).toMatchObject({ markdown: expect.stringContaining('One') })
  })

  test('is the same when the message is sent again, whatever the plan has become', async () => {
    const runId = await start(`Do ${mention()}`)
    const first = (await assigned(runId)).assignment.prompt
    await write('Two')
    runner.close()
    const again = await connect({ runnerId: runner.runnerId })
    const second = (await assigned(runId, again)).assignment.prompt
    expect(second).toEqual(first)
    expect(second.context).not.toContain('Two')
    expect(await versions()).toHaveLength(1)
  })

  test('goes with an interrupting message once, over a restart of the server', async () => {
    const runId = await start('Begin')
    await claimed(runId)
    await send(runId, `Look at ${mention()}`, 'interrupt')
    const first = await delivered(runner)
    expect(first).toMatchObject({ plans: [{ planId, version: { n: 1 } }], context: expect.stringContaining('One') })
    await write('Two')
    await world.restart()
    const again = await connect({
      runnerId: runner.runnerId,
      runs: [{ runId, turn: 1, lastSeq: runner.lastSeq(runId), active: true }],
    })
    expect(await delivered(again)).toEqual(first)
    expect(await versions()).toHaveLength(1)
  })

  test('goes with a message that waited as it is when its turn begins; one that says the same makes no version', async () => {
    const runId = await start('Begin')
    await claimed(runId)
    await send(runId, `Then ${mention()}`, 'queue')
    await send(runId, `And ${mention()} again`, 'queue')
    await write('Two')
    for (const turn of [1, 2]) {
      runner.emit(runId, { type: 'state', event: 'succeed', turn })
      const { assignment } = await runner.next('assign', (one) => one.assignment.turn === turn + 1)
      expect(assignment.prompt.context).toContain('Two')
      runner.send({ type: 'claimed', runId, turn: turn + 1 })
      runner.emit(
        runId,
        { type: 'state', event: 'claim', turn: turn + 1 },
        { type: 'state', event: 'start', turn: turn + 1 },
        { type: 'prompt_taken', promptId: assignment.prompt.promptId },
      )
    }
    expect(await versions()).toHaveLength(1)
  })

  test('stands in the text for a runner that is older', async () => {
    runner.close()
    const old = await connect({ takesContext: false })
    const runId = await start(`Do ${mention()}`)
    const { prompt } = (await assigned(runId, old)).assignment
    expect(prompt.text).toContain('One')
  })

  test('is cut where it is longer than a message has room', async () => {
    await write('x'.repeat(planContextLimit + 10))
    const { prompt } = (await assigned(await start(`Do ${mention()}`))).assignment
    expect(prompt.plans).toMatchObject([{ cut: true, version: { n: 1 } }])
    expect(prompt.context?.length).toBeLessThan(planContextLimit + 2_000)
    expect(prompt.context).toContain('there was no room for more of it here')
  })

  test('that is gone, or another team’s, is said to be so and nothing of it is told', async () => {
    const stranger = await openStranger(world)
    const theirs = await openPlanDevice(stranger).createPlan('Their secret')
    const gone = await device.createPlan('Gone')
    await device.push('deletePlan', { planId: gone })
    const { prompt } = (await assigned(await start(`${mention('Theirs', theirs)} and ${mention('Gone', gone)}`)))
      .assignment
    expect(prompt.plans).toEqual([
      { planId: theirs, title: 'Theirs' },
      { planId: gone, title: 'Gone' },
    ])
    expect(prompt.context).not.toContain('secret')
    expect(prompt.context?.match(/is not here\. It was deleted, or is of another team/g)).toHaveLength(2)
  })

  test('is not read for a person who has left the team', async () => {
    runner.close()
    const lena = await world.invite(mara, 'member')
    const runId = await start(`Do ${mention()}`, openPlanDevice(lena))
    await mara.fetch(`/api/v1/teams/${mara.teamId}/members/${lena.userId}`, { method: 'DELETE' })
    expect(await rowsOf(world, mara, keys.member(lena.userId))).toEqual([])
    const late = await connect()
    const { prompt } = (await assigned(runId, late)).assignment
    expect(prompt.plans).toEqual([{ planId, title: 'Extract billing' }])
    expect(prompt.context).toContain('Who wrote this message may not read it')
    expect(await versions()).toEqual([])
  })

  async function claimed(runId: RunId): Promise<void> {
    await claim(runner, runId)
    await runner.next('ack', ({ seq }) => seq >= runner.lastSeq(runId))
  }
  async function delivered(by: ScriptedRunner) {
    const { body } = await by.next('deliver', (one) => one.body.type === 'prompt')
    return body as Extract<Extract<RunnerDown, { type: 'deliver' }>['body'], { type: 'prompt' }>
  }
})
