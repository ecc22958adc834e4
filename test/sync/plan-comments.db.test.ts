import { afterEach, beforeEach, expect, test } from 'vitest'
import { HarnessId } from '#shared/domain/harness.ts'
import { PlanComment } from '#shared/domain/plan-comment.ts'
import { isUnsent, threadsOf, type PlanThread } from '#shared/domain/plan-threads.ts'
import { DeliveryId, PlanCommentId, PlanId, PromptId, RunId } from '#shared/ids.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { scanRows } from '#sync/core/transaction.ts'
import { openDeviceNetwork, type DeviceNetwork } from '../device-network.ts'
import { newId, openWorld, until, type Person, type World } from '../world.ts'

/** Comments of a plan over two people's devices and the real server. */
let world: World
let mara: Person
let jonas: Person
let network: DeviceNetwork
let desk: Workspace
let mobile: Workspace
const planId = PlanId.parse(newId())
const commentId = () => PlanCommentId.parse(newId())
const anchor = { start: 'AAEBAgM=', end: 'AAEBAgM=', quote: 'one package' }

beforeEach(async () => {
  world = await openWorld()
  mara = await world.owner()
  jonas = await world.invite(mara, 'member')
  network = openDeviceNetwork()
  desk = mara.open()
  mobile = jonas.open({ network })
  await has(desk, keys.team)
  await desk.mutate.createPlan({ planId, title: 'Extract billing' })
  await has(mobile, keys.plan(planId))
})
afterEach(() => world.close())

const has = (device: Workspace, key: string) =>
  until<unknown>(
    (on) => device.subscribe((tx) => tx.get(key), on),
    (row) => row !== undefined,
  )
const threads = (device: Workspace, accept: (threads: readonly PlanThread[]) => boolean) =>
  until<readonly PlanThread[]>(
    (on) =>
      device.subscribe(
        (tx) => scanRows(tx, keys.planCommentsOf(planId), PlanComment),
        (rows) => on(threadsOf(rows)),
      ),
    accept,
  )
const sent = (device: Workspace) => until(device.subscribeStatus, ({ pending }) => pending === 0)
const refusals = (device: Workspace, person: Person) =>
  until<readonly (readonly [string, unknown])[]>(
    (on) => device.subscribe((tx) => tx.scan(keys.refusedOf(person.userId)), on),
    (rows) => rows.length > 0,
  )

test('a thread is begun on one device, answered on the other without a network, and settled', async () => {
  const first = commentId()
  await desk.mutate.addPlanComment({ planId, commentId: first, anchor, text: 'Does the admin app count?' })
  await threads(mobile, ([one]) => one?.first.text === 'Does the admin app count?')
  network.cut('before')
  await mobile.mutate.addPlanComment({ planId, commentId: commentId(), thread: first, text: 'Yes, it has 4 reads.' })
  await threads(mobile, ([one]) => one?.replies.length === 1)
  // Settled meanwhile: the answer opens it again, so that it is seen.
  await desk.mutate.resolvePlanThread({ planId, thread: first, resolved: true })
  await threads(desk, ([one]) => one?.first.resolved?.by === mara.userId)
  await sent(desk)
  network.cut('no')
  await mobile.refresh()
  const [thread] = await threads(desk, ([one]) => one?.replies.length === 1)
  expect(thread?.first).toMatchObject({ anchor, by: { kind: 'person', userId: mara.userId } })
  expect(thread?.first.resolved).toBeUndefined()
  expect(thread?.replies[0]).toMatchObject({ text: 'Yes, it has 4 reads.', by: { userId: jonas.userId } })
  await mobile.mutate.resolvePlanThread({ planId, thread: first, resolved: true })
  await threads(desk, ([one]) => one?.first.resolved?.by === jonas.userId)
})

test('people edit and delete their own; a first comment goes with the last of its answers', async () => {
  const [first, reply] = [commentId(), commentId()]
  await desk.mutate.addPlanComment({ planId, commentId: first, text: 'Once' })
  await threads(mobile, (all) => all.length === 1)
  await expect(mobile.mutate.editPlanComment({ planId, commentId: first, text: 'Mine' })).rejects.toThrow()
  await expect(mobile.mutate.removePlanComment({ planId, commentId: first })).rejects.toThrow()
  await mobile.mutate.addPlanComment({ planId, commentId: reply, thread: first, text: 'Answer' })
  await threads(desk, ([one]) => one?.replies.length === 1)
  await desk.mutate.editPlanComment({ planId, commentId: first, text: 'Twice' })
  await threads(mobile, ([one]) => one?.first.text === 'Twice' && one.first.editedAt !== undefined)
  await desk.mutate.removePlanComment({ planId, commentId: first })
  await threads(mobile, ([one]) => one?.first.removed === true && one.first.text === '' && one.replies.length === 1)
  await mobile.mutate.removePlanComment({ planId, commentId: reply })
  await threads(desk, (all) => all.length === 0)
})

test('viewers read comments and write none, whatever their device thinks', async () => {
  const viewer = await world.invite(mara, 'viewer')
  const theirs = viewer.open()
  await desk.mutate.addPlanComment({ planId, commentId: commentId(), text: 'For all to read' })
  await threads(theirs, (all) => all.length === 1)
  await expect(theirs.mutate.addPlanComment({ planId, commentId: commentId(), text: 'No' })).rejects.toThrow()
})

test('the comments go with their plan, also one that was written meanwhile', async () => {
  await desk.mutate.addPlanComment({ planId, commentId: commentId(), text: 'Once' })
  await threads(mobile, (all) => all.length === 1)
  network.cut('before')
  await mobile.mutate.addPlanComment({ planId, commentId: commentId(), text: 'Too late' })
  await desk.mutate.deletePlan({ planId })
  await threads(desk, (all) => all.length === 0)
  await sent(desk)
  network.cut('no')
  await mobile.refresh()
  const [[, row] = []] = await refusals(mobile, jonas)
  expect(row).toMatchObject({ name: 'addPlanComment', refusal: { code: 'not_found' } })
  await threads(mobile, (all) => all.length === 0)
})

test('an agent is given what is open once; an answer makes it news again', async () => {
  const first = commentId()
  const runId = RunId.parse(newId())
  await desk.mutate.createRun({
    runId,
    promptId: PromptId.parse(newId()),
    prompt: 'Wait',
    config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
  })
  await desk.mutate.addPlanComment({ planId, commentId: first, text: 'Cut phase 3' })
  expect((await threads(desk, (all) => all.length === 1)).filter(isUnsent)).toHaveLength(1)
  const message = { runId, promptId: PromptId.parse(newId()), deliveryId: DeliveryId.parse(newId()) }
  await desk.mutate.sendPlanComments({ ...message, text: '> Cut phase 3', mode: 'queue', planId, threads: [first] })
  await threads(mobile, ([one]) => one?.first.sent?.runId === runId && !isUnsent(one))
  await has(mobile, keys.prompt(runId, message.promptId))
  await mobile.mutate.addPlanComment({ planId, commentId: commentId(), thread: first, text: 'And phase 4' })
  await threads(desk, ([one]) => one !== undefined && isUnsent(one))
})

test('a new run takes open threads along, and they are noted as given to it; those of others and unknown ones are passed over', async () => {
  const [first, unknown] = [commentId(), commentId()]
  await desk.mutate.addPlanComment({ planId, commentId: first, text: 'Cut phase 3' })
  await threads(mobile, (all) => all.length === 1)
  const start = (threadIds: readonly PlanCommentId[]) => {
    const runId = RunId.parse(newId())
    const made = mobile.mutate.createRun({
      runId,
      promptId: PromptId.parse(newId()),
      prompt: 'There are comments',
      config: { harness: HarnessId.parse('runbook'), sandbox: 'direct' },
      planThreads: { planId, threads: [...threadIds] },
    })
    return { runId, made }
  }
  network.cut('before')
  const run = start([first, unknown])
  await run.made
  // At once on the device, and for the others once it has been sent.
  await threads(mobile, ([one]) => one?.first.sent?.runId === run.runId)
  expect((await threads(desk, (all) => all.length === 1))[0]?.first.sent).toBeUndefined()
  network.cut('no')
  await mobile.refresh()
  await threads(desk, ([one]) => one?.first.sent?.runId === run.runId && one.first.sent.by === jonas.userId)
  expect(await threads(desk, (all) => all.length === 1)).toHaveLength(1)
})
