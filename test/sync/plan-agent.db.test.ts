import {
  createAbsolutePositionFromRelativePosition,
  createRelativePositionFromJSON,
  decodeRelativePosition,
  XmlElement,
  XmlText,
} from 'yjs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { Plan, PlanVersion } from '#shared/domain/plan.ts'
import { PlanComment } from '#shared/domain/plan-comment.ts'
import { PlanCommentId, PlanId, PlanVersionId, PromptId, RunId } from '#shared/ids.ts'
import { agentMarkdownLimit, type PlanToolAnswer, type PlanToolCall } from '#shared/protocol/plan-tools.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { readBody } from '#sync/core/plan/body.ts'
import { writePlan } from '#sync/core/plan/markdown.ts'
import { planField } from '#sync/core/plan/schema.ts'
import { stepsIn } from '#sync/core/plan/scope.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import { changesAnHour } from '#server/plans/agent/plan-calls.ts'
import { openStranger } from '../contract/people.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { untilState, untilText, writeParagraph } from '../plan-device.ts'
import { claim, inState, startRun } from '../run-script.ts'
import { newId, openWorld, until, type Person, type World } from '../world.ts'

/** What an agent asks of plans, over the real server, real devices and a scripted runner. */
const markdown = '# Extract billing\n\n## Phase 1\n\n- [ ] Move models\n- [ ] Forbid imports\n\n## Phase 2\n\nLater.\n'

let world: World
let mara: Person
let desk: Workspace
let runner: ScriptedRunner
let runId: RunId
const open: PlanDocument[] = []
beforeEach(async () => {
  world = await openWorld()
  mara = await world.owner()
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  await runner.next('welcome')
  desk = mara.open()
  runId = await work(desk)
})
afterEach(async () => {
  for (const plan of open.splice(0)) plan.close()
  runner.close()
  await world.close()
})

async function work(workspace: Workspace): Promise<RunId> {
  const started = await startRun(workspace)
  await claim(runner, started)
  await inState(workspace, started, 'INPROGRESS')
  return started
}

let calls = 0
async function ask(call: PlanToolCall, of = runId, by = runner): Promise<PlanToolAnswer> {
  const callId = `call-${++calls}`
  by.send({ type: 'plan_call', callId, runId: of, call })
  return (await by.next('plan_answer', (one) => one.callId === callId)).answer
}
const revisionOf = ({ text }: PlanToolAnswer): string => /revision (\w+)/.exec(text)?.[1] ?? ''
const idOf = ({ text }: PlanToolAnswer, part: string): string =>
  text
    .split('\n')
    // The text itself comes before its names.
    .findLast((line) => line.startsWith('- ') && line.endsWith(part))
    ?.split(' ')[1] ?? ''
async function create(text = markdown): Promise<{ planId: PlanId; answer: PlanToolAnswer }> {
  const answer = await ask({ tool: 'plan_create', markdown: text })
  if (answer.made === undefined) throw new Error(answer.text)
  return { planId: answer.made.planId, answer }
}
async function openPlan(planId: PlanId): Promise<PlanDocument> {
  await until<Plan | undefined>(
    (on) => desk.subscribe((tx) => getRow(tx, keys.plan(planId), Plan), on),
    (row) => row !== undefined,
  )
  const plan = await desk.openPlan(planId)
  open.push(plan)
  await untilText(plan.doc, 'Extract billing')
  return plan
}
const textOf = (plan: PlanDocument): string => writePlan(readBody(plan.doc))
const versions = (planId: PlanId, count: number) =>
  until<readonly PlanVersion[]>(
    (on) => desk.subscribe((tx) => scanRows(tx, keys.planVersionsOf(planId), PlanVersion), on),
    (all) => all.length >= count,
  )

test('what an agent writes is a plan of its person, with a version and names for its parts', async () => {
  expect(runner.messages[0]).toMatchObject({ type: 'welcome', planTools: true })
  const { planId, answer } = await create()
  expect(answer.made).toEqual({ planId, title: 'Extract billing' })
  const author = { kind: 'agent', runId, harness: 'runbook' }
  const plan = await openPlan(planId)
  const row = await desk.query((tx) => getRow(tx, keys.plan(planId), Plan))
  expect(row).toMatchObject({
    title: 'Extract billing',
    createdBy: mara.userId,
    updatedBy: author,
    steps: { done: 0, total: 2 },
  })
  expect(await versions(planId, 1)).toMatchObject([{ origin: 'agent', runId, by: [author] }])
  expect(textOf(plan)).toBe(markdown)
  const read = await ask({ tool: 'plan_read', planId })
  expect(read.text).toContain(markdown)
  expect(idOf(read, '## Phase 1')).toBe(idOf(answer, '## Phase 1'))
  expect(idOf(read, '[ ] Move models')).not.toBe('')
})

test('what a person writes meanwhile stays, and the agent is told of it', async () => {
  const { planId } = await create()
  const plan = await openPlan(planId)
  const read = await ask({ tool: 'plan_read', planId })
  writeParagraph(plan.doc, 'A person was here.')
  await untilState(plan, ({ stored }) => stored)
  const changed = await ask({
    tool: 'plan_update',
    planId,
    revision: revisionOf(read),
    markdown: markdown.replace('Forbid imports', 'Forbid deep imports'),
  })
  expect(changed).toMatchObject({ ok: true, text: expect.stringContaining('what they wrote is kept') })
  await untilText(plan.doc, 'deep')
  const after = markdown.replace('Forbid imports', 'Forbid deep imports')
  expect(textOf(plan)).toBe(`${after}\nA person was here.\n`)
  // It goes on from what it knows: what it has not read it can't take back.
  const again = await ask({
    tool: 'plan_update',
    planId,
    revision: revisionOf(changed),
    markdown: after.replace('Later.', 'Much later.'),
  })
  expect(again.ok).toBe(true)
  await untilText(plan.doc, 'Much')
  expect(textOf(plan)).toBe(`${after.replace('Later.', 'Much later.')}\nA person was here.\n`)
  expect((await versions(planId, 3)).map(({ origin }) => origin)).toEqual(['agent', 'agent', 'agent'])
})

test('what a person writes in a block that the agent takes away stands again there', async () => {
  const { planId } = await create()
  const plan = await openPlan(planId)
  const read = await ask({ tool: 'plan_read', planId })
  const last = plan.doc.getXmlFragment(planField).toArray().at(-1)
  const text = last instanceof XmlElement ? last.get(0) : undefined
  if (!(text instanceof XmlText)) throw new Error('no text')
  text.insert(text.length, ' A person was here.')
  await untilState(plan, ({ stored }) => stored)
  const changed = await ask({
    tool: 'plan_update',
    planId,
    revision: revisionOf(read),
    markdown: markdown.replace('Later.', '').trimEnd(),
  })
  expect(changed).toMatchObject({ ok: true, text: expect.stringContaining('their text stands again') })
  await until<string>(
    (on) => {
      const look = (): void => on(textOf(plan))
      plan.doc.on('update', look)
      look()
      return () => plan.doc.off('update', look)
    },
    (now) => now.endsWith('Later. A person was here.\n'),
  )
})

test('one section is changed and the others are left alone; nothing new makes no version', async () => {
  const { planId, answer } = await create()
  const section = idOf(answer, '## Phase 2')
  const changed = await ask({
    tool: 'plan_update',
    planId,
    revision: revisionOf(answer),
    sectionId: section,
    markdown: '- [ ] Move the tables',
  })
  expect(changed.ok).toBe(true)
  const read = await ask({ tool: 'plan_read', planId, sectionId: section })
  expect(read.text).toContain('## Phase 2\n\n- [ ] Move the tables\n')
  expect(read.text).not.toContain('Forbid imports\n')
  const same = await ask({
    tool: 'plan_update',
    planId,
    revision: revisionOf(changed),
    markdown: markdown.replace('Later.', '- [ ] Move the tables'),
  })
  expect(same.text).toContain('Nothing was changed')
  expect(await versions(planId, 2)).toHaveLength(2)
})

test('a step is ticked and opened again, without a version', async () => {
  const { planId, answer } = await create()
  const plan = await openPlan(planId)
  const stepId = idOf(answer, 'Forbid imports')
  const ticks = (): boolean[] => stepsIn([readBody(plan.doc)]).map(({ checked }) => checked)
  expect((await ask({ tool: 'plan_set_step', planId, stepId, done: true })).text).toBe('The step is done now.')
  expect((await ask({ tool: 'plan_set_step', planId, stepId, done: true })).text).toBe('The step was done already.')
  await until<boolean[]>(
    (on) => {
      const look = (): void => on(ticks())
      plan.doc.on('update', look)
      look()
      return () => plan.doc.off('update', look)
    },
    ([, second]) => second === true,
  )
  expect((await ask({ tool: 'plan_set_step', planId, stepId, done: false })).ok).toBe(true)
  expect(await versions(planId, 1)).toHaveLength(1)
})

test('it comments on words of the plan and answers people, as itself', async () => {
  const { planId } = await create()
  const plan = await openPlan(planId)
  expect((await ask({ tool: 'plan_comment', planId, quote: 'Move models', text: 'Which ones?' })).ok).toBe(true)
  const comments = await until<readonly PlanComment[]>(
    (on) => desk.subscribe((tx) => scanRows(tx, keys.planCommentsOf(planId), PlanComment), on),
    (all) => all.length === 1,
  )
  expect(comments).toMatchObject([
    { text: 'Which ones?', by: { kind: 'agent', runId, harness: 'runbook' }, anchor: { quote: 'Move models' } },
  ])
  const [first] = comments
  const ends = [first?.anchor?.start, first?.anchor?.end].map((place = '') =>
    createAbsolutePositionFromRelativePosition(decodeRelativePosition(Buffer.from(place, 'base64')), plan.doc),
  )
  expect(ends.map((end) => end?.index)).toEqual([0, 'Move models'.length])

  const commentId = PlanCommentId.parse(newId())
  await desk.mutate.addPlanComment({ planId, commentId, thread: first?.id, text: 'All of them.' })
  await until(desk.subscribeStatus, ({ pending }) => pending === 0)
  const read = await ask({ tool: 'plan_read', planId })
  expect(read.text).toContain(`- ${first?.id ?? ''} about “Move models”\n  you: Which ones?\n  a person: All of them.`)
  expect(await ask({ tool: 'plan_comment', planId, threadId: first?.id, text: 'Thank you.' })).toMatchObject({
    ok: true,
  })
  const hostile: readonly Partial<Extract<PlanToolCall, { tool: 'plan_comment' }>>[] = [
    { text: ' ' },
    { threadId: newId() },
    { threadId: '__proto__' },
    { quote: 'words of another plan' },
    { quote: 'e' },
  ]
  for (const wrong of hostile)
    expect(await ask({ tool: 'plan_comment', planId, text: 'x', ...wrong })).toMatchObject({
      ok: false,
      text: expect.stringMatching(/\.$/),
    })
})

test('it suggests other words, and a person puts them in', async () => {
  const { planId } = await create()
  const asked = { tool: 'plan_comment', planId, quote: 'Move models', suggestion: 'Move models and tests' } as const
  expect((await ask({ ...asked, text: '' })).ok).toBe(true)
  const [made] = await until<readonly PlanComment[]>(
    (on) => desk.subscribe((tx) => scanRows(tx, keys.planCommentsOf(planId), PlanComment), on),
    (all) => all.length === 1,
  )
  expect(made?.suggestion).toEqual({ from: 'Move models', to: 'Move models and tests' })
  expect((await ask({ tool: 'plan_read', planId })).text).toContain(
    'suggests “Move models and tests” for “Move models”',
  )
  for (const wrong of [{ quote: undefined }, { suggestion: 'Move models' }, { threadId: made?.id }])
    expect(await ask({ ...asked, text: 'x', ...wrong })).toMatchObject({
      ok: false,
      text: expect.stringMatching(/\.$/),
    })
  await desk.mutate.settleSuggestion({ planId, thread: made?.id ?? PlanCommentId.parse(newId()), as: 'accepted' })
  const [settled] = await until<readonly PlanComment[]>(
    (on) => desk.subscribe((tx) => scanRows(tx, keys.planCommentsOf(planId), PlanComment), on),
    ([one]) => one?.resolved !== undefined,
  )
  expect(settled?.suggestion?.settled).toMatchObject({ as: 'accepted', outcome: 'applied', by: mara.userId })
  expect((await ask({ tool: 'plan_read', planId })).text).toContain('Move models and tests')
})

test('a revision that is not kept is said to be none, and the change applies to the plan as it is', async () => {
  const { planId } = await create()
  const changed = await ask({ tool: 'plan_update', planId, revision: 'none', markdown: '# Extract billing\n\nNew.\n' })
  expect(changed).toMatchObject({ ok: true, text: expect.stringContaining('Revision “none” is not kept any more') })
  expect((await ask({ tool: 'plan_read', planId })).text).toContain('# Extract billing\n\nNew.\n')
})

test('what is wrong is answered with a sentence and changes nothing', async () => {
  const { planId, answer } = await create()
  const revision = revisionOf(answer)
  const hostile: readonly PlanToolCall[] = [
    { tool: 'plan_read', planId: newId() },
    { tool: 'plan_read', planId: '../../plan' },
    { tool: 'plan_read', planId, sectionId: 'none' },
    { tool: 'plan_update', planId, revision, sectionId: '__proto__', markdown: 'x' },
    { tool: 'plan_set_step', planId, stepId: 'none', done: true },
    { tool: 'plan_create', title: '  ', markdown: '\n' },
  ]
  for (const call of hostile) expect(await ask(call)).toMatchObject({ ok: false, text: expect.stringMatching(/\.$/) })
  runner.send({
    type: 'plan_call',
    callId: 'huge',
    runId,
    call: { tool: 'plan_create', markdown: 'x'.repeat(agentMarkdownLimit + 1) },
  })
  expect(await runner.next('error')).toMatchObject({ fatal: false, refusal: { code: 'invalid' } })
  expect(await versions(planId, 1)).toHaveLength(1)
})

test('a text as long as it may be is taken and told, a plan that is longer is read by sections', async () => {
  const words = 'word '.repeat(agentMarkdownLimit / 5 - 10).trim()
  const { planId } = await create(`# Extract billing\n\n${words}\n`)
  const read = await ask({ tool: 'plan_read', planId })
  expect(read.ok).toBe(true)
  const plan = await openPlan(planId)
  writeParagraph(plan.doc, words)
  await untilState(plan, ({ stored }) => stored)
  const longer = await ask({ tool: 'plan_read', planId })
  expect(longer).toMatchObject({ ok: false, text: expect.stringContaining('Read one section') })
})

test('plans of another team, runs of another runner and runs whose turn is over are out of reach', async () => {
  const { planId } = await create()
  const stranger = await openStranger(world)
  const theirs = await connectScriptedRunner({ url: world.url, key: stranger.key, hostName: 'elsewhere' })
  await theirs.next('welcome')
  const over = { ok: false, text: 'This run is not at work any more, so it can’t use plans.' }
  expect(await ask({ tool: 'plan_read', planId }, runId, theirs)).toEqual(over)
  theirs.close()
  const other = await connectScriptedRunner({ url: world.url, key: await world.runnerKey(), hostName: 'other' })
  await other.next('welcome')
  expect(await ask({ tool: 'plan_read', planId }, runId, other)).toEqual(over)
  other.close()
  expect(await ask({ tool: 'plan_read', planId }, RunId.parse(newId()))).toEqual(over)
  runner.emit(runId, { type: 'state', event: 'succeed', turn: 1 })
  await inState(desk, runId, 'SUCCEEDED')
  expect(await ask({ tool: 'plan_read', planId })).toEqual(over)
})

test('an agent may what its person may at the moment', async () => {
  const jonas = await world.invite(mara, 'member')
  const his = await work(jonas.open())
  const { planId } = await create()
  expect((await ask({ tool: 'plan_read', planId }, his)).ok).toBe(true)
  const changed = await mara.fetch(`/api/v1/teams/${mara.teamId}/members/${jonas.userId}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'viewer' }),
  })
  expect(changed.status).toBe(200)
  expect(await ask({ tool: 'plan_read', planId }, his)).toMatchObject({
    ok: false,
    text: expect.stringContaining('may not edit plans'),
  })
  await mara.fetch(`/api/v1/teams/${mara.teamId}/members/${jonas.userId}`, { method: 'DELETE' })
  expect(await ask({ tool: 'plan_read', planId }, his)).toMatchObject({
    ok: false,
    text: expect.stringContaining('no member of its team'),
  })
})

test('a run that executes a plan need not name it, and another has none', async () => {
  const { planId } = await create()
  expect(await ask({ tool: 'plan_read' })).toMatchObject({ ok: false, text: expect.stringContaining('plan_id') })
  await openPlan(planId)
  const executing = RunId.parse(newId())
  await desk.mutate.createRun({
    runId: executing,
    promptId: PromptId.parse(newId()),
    prompt: 'Execute it',
    config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
    plan: { planId, versionId: PlanVersionId.parse(newId()), scope: { kind: 'whole' }, markdown },
  })
  await claim(runner, executing)
  await inState(desk, executing, 'INPROGRESS')
  const read = await ask({ tool: 'plan_read' }, executing)
  expect(read.text).toContain(`Plan ${planId}, revision`)
  const stepId = idOf(read, 'Move models')
  expect(await ask({ tool: 'plan_set_step', stepId, done: true }, executing)).toMatchObject({ ok: true })
})

test('a loop of a model is stopped before it fills the history', async () => {
  const { planId, answer } = await create()
  const stepId = idOf(answer, 'Move models')
  let last: PlanToolAnswer | undefined
  for (let n = 1; n <= changesAnHour; n++)
    last = await ask({ tool: 'plan_set_step', planId, stepId, done: n % 2 === 0 })
  expect(last).toMatchObject({ ok: false, text: expect.stringContaining('too often') })
  expect((await ask({ tool: 'plan_read', planId })).ok).toBe(true)
})

describe('an agent that uses plan tools', () => {
  const agentIn = (plan: PlanDocument): Record<string, unknown> | undefined =>
    [...plan.awareness.getStates()].find(
      ([client, said]) => client !== plan.awareness.clientID && said['user']?.runId !== undefined,
    )?.[1]
  const seen = (plan: PlanDocument, holds: boolean) =>
    vi.waitUntil(() => (agentIn(plan) !== undefined) === holds, { timeout: 10_000, interval: 5 })

  test('stands among those who are in the plan, by its name, and where it wrote', async () => {
    const { planId, answer } = await create()
    const plan = await openPlan(planId)
    await seen(plan, true)
    expect(agentIn(plan)).toEqual({
      user: { runId, harness: 'runbook', name: expect.any(String), letters: expect.any(String), color: '#57534e' },
    })
    await ask({
      tool: 'plan_update',
      planId,
      revision: revisionOf(answer),
      markdown: markdown.replace('Later.', 'Much later.'),
    })
    await vi.waitUntil(() => agentIn(plan)?.['cursor'] !== undefined, { timeout: 10_000, interval: 5 })
    await untilText(plan.doc, 'Much')
    const cursor = agentIn(plan)?.['cursor']
    const head: unknown = typeof cursor === 'object' && cursor !== null ? Reflect.get(cursor, 'head') : undefined
    const place = createAbsolutePositionFromRelativePosition(createRelativePositionFromJSON(head), plan.doc)
    const text = place?.type instanceof XmlText ? place.type.toJSON() : undefined
    expect([text, place?.index]).toEqual(['Much later.', 'Much later'.length])
  })

  test('marks the words that it comments on', async () => {
    const { planId } = await create()
    const plan = await openPlan(planId)
    await ask({ tool: 'plan_comment', planId, quote: 'Forbid imports', text: 'Which ones?' })
    await vi.waitUntil(() => agentIn(plan)?.['cursor'] !== undefined, { timeout: 10_000, interval: 5 })
    expect(agentIn(plan)).toMatchObject({ user: { runId } })
  })

  test('is gone when its run ends', async () => {
    const { planId } = await create()
    const plan = await openPlan(planId)
    await seen(plan, true)
    const mine = (await desk.query((tx) => getRow(tx, keys.plan(planId), Plan)))?.title
    runner.emit(runId, { type: 'state', event: 'succeed', turn: 1 })
    await seen(plan, false)
    expect([mine, agentIn(plan)]).toEqual(['Extract billing', undefined])
  })

  test('is gone some time after its last call, and was never there where it may not look', async () => {
    await world.close()
    world = await openWorld({ planTimes: { agentMs: 200 } })
    mara = await world.owner()
    runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
    desk = mara.open()
    runId = await work(desk)
    const { planId } = await create()
    const plan = await openPlan(planId)
    await seen(plan, false)
    await ask({ tool: 'plan_read', planId })
    await seen(plan, true)
    await seen(plan, false)
    expect(await ask({ tool: 'plan_read', planId: newId() })).toMatchObject({ ok: false })
    expect(agentIn(plan)).toBeUndefined()
  })
})
