import { afterEach, beforeEach, expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { Plan, PlanVersion } from '#shared/domain/plan.ts'
import { planPrompt } from '#shared/domain/plan-prompt.ts'
import { planChangePrompt, type PlanScope } from '#shared/domain/plan-run.ts'
import { Prompt } from '#shared/domain/prompt.ts'
import type { TaskStatus } from '#shared/domain/run.ts'
import { DeliveryId, PlanId, PlanVersionId, PromptId, RunId } from '#shared/ids.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { readBody, writeBody } from '#sync/core/plan/body.ts'
import { parsePlan, writePlan } from '#sync/core/plan/markdown.ts'
import { nameParts } from '#sync/core/plan/names.ts'
import { partOf, stepsIn } from '#sync/core/plan/scope.ts'
import { tickSteps } from '#sync/core/plan/tick-steps.ts'
import { getRow, scanRows } from '#sync/core/transaction.ts'
import { connectScriptedRunner, type ScriptedRunner } from '../fakes/scripted-runner.ts'
import { untilState } from '../plan-device.ts'
import { claim, inState, runOf } from '../run-script.ts'
import { newId, openWorld, until, type Person, type World } from '../world.ts'

/** A run that executes a plan, over real devices, the real server and a scripted runner. */
const markdown =
  '# Extract billing\n\n## Phase 1\n\n- [ ] Move models\n- [ ] Forbid deep imports\n\n## Phase 2\n\n- [ ] Move models\n'

let world: World
let runner: ScriptedRunner
let mara: Person
let desk: Workspace
let planId: PlanId
let plan: PlanDocument
beforeEach(async () => {
  world = await openWorld()
  mara = await world.owner()
  runner = await connectScriptedRunner({ url: world.url, key: await world.runnerKey() })
  await runner.next('welcome')
  desk = mara.open()
  await until<unknown>(
    (on) => desk.subscribe((tx) => tx.get(keys.team), on),
    (row) => row !== undefined,
  )
  planId = PlanId.parse(newId())
  await desk.mutate.createPlan({ planId, title: 'Extract billing' })
  plan = await desk.openPlan(planId)
  writeBody(plan.doc, parsePlan(markdown))
  let last = 0
  nameParts(plan.doc, () => `part-${++last}`)
  await untilState(plan, ({ stored }) => stored)
})
afterEach(async () => {
  plan.close()
  runner.close()
  await world.close()
})

async function execute(scope: PlanScope): Promise<RunId> {
  const body = readBody(plan.doc)
  const part = partOf(body, scope)
  if (part === undefined) throw new Error('no such part')
  const runId = RunId.parse(newId())
  const asked = {
    title: 'Extract billing',
    part: part.name,
    scope: scope.kind,
    markdown: writePlan(part.node),
    note: '',
  }
  await desk.mutate.createRun({
    runId,
    promptId: PromptId.parse(newId()),
    prompt: planPrompt(asked),
    config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
    plan: {
      planId,
      versionId: PlanVersionId.parse(newId()),
      scope,
      ...(part.name === undefined ? {} : { part: part.name }),
      markdown: writePlan(body),
    },
  })
  return runId
}

const task = (text: string, status: TaskStatus) => ({ text, status })
const ticked = () => stepsIn([readBody(plan.doc)]).map(({ checked }) => checked)
const untilTicked = (wanted: readonly boolean[]) =>
  until<readonly boolean[]>(
    (on) => {
      const look = (): void => on(ticked())
      plan.doc.on('update', look)
      look()
      return () => plan.doc.off('update', look)
    },
    (now) => JSON.stringify(now) === JSON.stringify(wanted),
  )
const row = (accept: (row: Plan | undefined) => boolean) =>
  until<Plan | undefined>((on) => desk.subscribe((tx) => getRow(tx, keys.plan(planId), Plan), on), accept)
const versions = (count: number) =>
  until<readonly PlanVersion[]>(
    (on) => desk.subscribe((tx) => scanRows(tx, keys.planVersionsOf(planId), PlanVersion), on),
    (all) => all.length === count,
  )
const textOf = async (version: Pick<PlanVersion, 'id'> | undefined): Promise<unknown> =>
  (await mara.fetch(`/api/v1/plans/${planId}/versions/${version?.id ?? ''}`)).json()

test('a run is pinned to the text that its person saw, whatever the plan becomes', async () => {
  const runId = await execute({ kind: 'section', id: 'part-2' })
  tickSteps(plan.doc, new Set(['part-4']))
  const { assignment } = await runner.next('assign')
  expect(assignment.prompt.text).toContain('- [ ] Move models\n- [ ] Forbid deep imports')
  expect(assignment.prompt.text).not.toContain('Phase 2')
  const run = await until(runOf(desk, runId), (one) => one?.plan !== undefined)
  expect(run?.plan).toMatchObject({ planId, title: 'Extract billing', part: 'Phase 1', version: 1 })
  const [version] = await versions(1)
  expect(version).toMatchObject({ id: run?.plan?.versionId, origin: 'execute', runId, by: [{ userId: mara.userId }] })
  await until(desk.subscribeStatus, ({ pending }) => pending === 0)
  expect(await textOf(version)).toEqual({ markdown })
  expect((await row((one) => one?.state === 'executing'))?.version).toBe(1)
})

test('steps are ticked as the tasks of the run are done, those of its part alone, and once', async () => {
  const runId = await execute({ kind: 'section', id: 'part-2' })
  await claim(runner, runId)
  await inState(desk, runId, 'INPROGRESS')
  runner.emit(runId, {
    type: 'tasks',
    tasks: [task('Move models.', 'completed'), task('Forbid deep imports', 'in_progress')],
  })
  await untilTicked([true, false, false])
  const one = stepsIn([readBody(plan.doc)])[0]
  // A person finds that it is not done after all.
  plan.doc.transact(() => {
    const list = plan.doc.getXmlFragment('body').get(2)
    const item = 'get' in list ? list.get(0) : undefined
    if (item !== undefined && 'setAttribute' in item) Reflect.apply(item.setAttribute, item, ['checked', false])
  })
  expect(one?.id).toBe('part-3')
  await untilTicked([false, false, false])
  await untilState(plan, ({ stored }) => stored)
  runner.emit(runId, {
    type: 'tasks',
    tasks: [task('Move models.', 'completed'), task('Forbid deep imports', 'completed')],
  })
  await untilTicked([false, true, false])
  await row((now) => now?.steps.done === 1)
  // A tick is too little to be a version.
  expect(await versions(1)).toHaveLength(1)
})

test('the agent is told what has changed, and what it follows from then on is a version too', async () => {
  const runId = await execute({ kind: 'whole' })
  await claim(runner, runId)
  await inState(desk, runId, 'INPROGRESS')
  const changed = markdown.replace('Forbid deep imports', 'Forbid all imports')
  await desk.mutate.tellPlanChange({
    runId,
    promptId: PromptId.parse(newId()),
    deliveryId: DeliveryId.parse(newId()),
    text: planChangePrompt('Extract billing', '-- [ ] Forbid deep imports\n+- [ ] Forbid all imports'),
    mode: 'queue',
    versionId: PlanVersionId.parse(newId()),
    markdown: changed,
  })
  const [, second] = await versions(2)
  const run = await until(runOf(desk, runId), (one) => one?.plan?.told !== undefined)
  expect(run?.plan).toMatchObject({ version: 1, told: { version: 2, versionId: second?.id } })
  const waiting = await desk.query((tx) => scanRows(tx, keys.promptsOf(runId), Prompt))
  expect(waiting).toMatchObject([{ mode: 'queue', text: expect.stringContaining('+- [ ] Forbid all imports') }])
  await until(desk.subscribeStatus, ({ pending }) => pending === 0)
  expect(await textOf(second)).toEqual({ markdown: changed })
})

test('a plan that was deleted before the run reached the server starts nothing', async () => {
  await desk.mutate.deletePlan({ planId })
  await expect(execute({ kind: 'whole' })).rejects.toMatchObject({ code: 'not_found' })
  expect(await desk.query((tx) => tx.scan(keys.runs))).toEqual([])
})

test('a run that commits the text is pinned to it, and neither changes the plan’s state nor ticks its steps', async () => {
  const runId = RunId.parse(newId())
  await desk.mutate.createRun({
    runId,
    promptId: PromptId.parse(newId()),
    prompt: 'Write it down',
    config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
    plan: {
      planId,
      versionId: PlanVersionId.parse(newId()),
      scope: { kind: 'whole' },
      commit: { path: 'docs/plans/billing.md', branch: 'plan/billing' },
      markdown,
    },
  })
  await claim(runner, runId)
  await inState(desk, runId, 'INPROGRESS')
  const run = await until(runOf(desk, runId), (one) => one?.plan !== undefined)
  expect(run?.plan).toMatchObject({ version: 1, commit: { path: 'docs/plans/billing.md', branch: 'plan/billing' } })
  const [version] = await versions(1)
  expect(await textOf(version)).toEqual({ markdown })
  expect((await row((one) => one?.version === 1))?.state).toBe('draft')
  // A task with a step's words, and then one of a run that does execute: once that is ticked, the first was looked at.
  runner.emit(runId, { type: 'tasks', tasks: [task('Forbid deep imports', 'completed')] })
  const other = await execute({ kind: 'section', id: 'part-2' })
  await claim(runner, other)
  await inState(desk, other, 'INPROGRESS')
  runner.emit(other, { type: 'tasks', tasks: [task('Move models', 'completed')] })
  await untilTicked([true, false, false])
  expect(ticked()).toEqual([true, false, false])
})
