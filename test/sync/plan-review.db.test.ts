import { afterEach, beforeEach, expect, test } from 'vitest'
import { PlanVersion } from '#shared/domain/plan.ts'
import { PlanReview } from '#shared/domain/plan-review.ts'
import { PlanId, PlanVersionId } from '#shared/ids.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { scanRows } from '#sync/core/transaction.ts'
import { openDeviceNetwork, type DeviceNetwork } from '../device-network.ts'
import { openPlanDevice, rowsOf } from '../plan-world.ts'
import { newId, openWorld, until, type Person, type World } from '../world.ts'

/** What people think of a plan, over their devices and the real server. */
let world: World
let mara: Person
let jonas: Person
let network: DeviceNetwork
let desk: Workspace
let mobile: Workspace
const planId = PlanId.parse(newId())
const versionId = () => PlanVersionId.parse(newId())

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
const reviews = (device: Workspace, accept: (reviews: readonly PlanReview[]) => boolean) =>
  until<readonly PlanReview[]>(
    (on) => device.subscribe((tx) => scanRows(tx, keys.planReviewsOf(planId), PlanReview), on),
    accept,
  )
const sent = (device: Workspace) => until(device.subscribeStatus, ({ pending }) => pending === 0)
const versions = async (): Promise<readonly PlanVersion[]> =>
  PlanVersion.array().parse(await rowsOf(world, mara, keys.planVersionsOf(planId)))

test('a review is bound to the text that was seen: a new one is a version, the same one is not a second', async () => {
  const first = versionId()
  await desk.mutate.reviewPlan({ planId, verdict: 'approved', versionId: first, markdown: '# One' })
  await reviews(mobile, ([one]) => one?.verdict === 'approved' && one.versionId === first && one.version === 1)
  await mobile.mutate.reviewPlan({
    planId,
    verdict: 'changes_requested',
    note: 'Phase 3 is missing',
    versionId: versionId(),
    markdown: '# One',
  })
  const both = await reviews(desk, (all) => all.length === 2 && all.every((one) => one.versionId === first))
  expect(both.find(({ userId }) => userId === jonas.userId)).toMatchObject({
    verdict: 'changes_requested',
    note: 'Phase 3 is missing',
    version: 1,
  })
  await sent(mobile)
  expect((await versions()).map(({ origin, by }) => ({ origin, by }))).toEqual([
    { origin: 'review', by: [{ kind: 'person', userId: mara.userId }] },
  ])
  // Another text: the verdict before is replaced, and what it was about stays in the history.
  await desk.mutate.reviewPlan({ planId, verdict: 'changes_requested', versionId: versionId(), markdown: '# Two' })
  await reviews(mobile, (all) => all.some(({ userId, version }) => userId === mara.userId && version === 2))
  expect(await reviews(desk, (all) => all.length === 2)).toHaveLength(2)
})

test('a version that was kept, or made by an import, is the one that was seen', async () => {
  const kept = versionId()
  await desk.mutate.savePlanVersion({ planId, versionId: kept, origin: 'named', label: 'First', markdown: '# One' })
  await desk.mutate.reviewPlan({ planId, verdict: 'approved', versionId: versionId(), markdown: '# One' })
  await reviews(mobile, ([one]) => one?.versionId === kept)
  expect(await versions()).toHaveLength(1)
})

test('without a network it holds at once, and later for the text that was seen then', async () => {
  network.cut('before')
  await mobile.mutate.reviewPlan({ planId, verdict: 'approved', versionId: versionId(), markdown: '# Seen offline' })
  await reviews(mobile, ([one]) => one?.userId === jonas.userId && one.version === 1)
  await desk.mutate.savePlanVersion({
    planId,
    versionId: versionId(),
    origin: 'named',
    label: 'A',
    markdown: '# Newer',
  })
  await sent(desk)
  network.cut('no')
  await mobile.refresh()
  const [review] = await reviews(desk, (all) => all.length === 1)
  expect(review?.version).toBe(2)
  const answer = await mara.fetch(`/api/v1/plans/${planId}/versions/${review?.versionId ?? ''}`)
  expect(await answer.json()).toMatchObject({ markdown: '# Seen offline' })
})

test('what was said is taken back by its person alone, and goes with the plan', async () => {
  await desk.mutate.reviewPlan({ planId, verdict: 'approved', versionId: versionId(), markdown: '# One' })
  await mobile.mutate.reviewPlan({ planId, verdict: 'approved', versionId: versionId(), markdown: '# One' })
  await reviews(desk, (all) => all.length === 2)
  await mobile.mutate.withdrawReview({ planId })
  await mobile.mutate.withdrawReview({ planId })
  const [left] = await reviews(desk, (all) => all.length === 1)
  expect(left?.userId).toBe(mara.userId)
  await desk.mutate.deletePlan({ planId })
  await reviews(mobile, (all) => all.length === 0)
})

test('viewers read reviews and give none, whatever their device thinks; another team has no such plan', async () => {
  await desk.mutate.reviewPlan({ planId, verdict: 'approved', versionId: versionId(), markdown: '# One' })
  const viewer = await world.invite(mara, 'viewer')
  const theirs = viewer.open()
  await reviews(theirs, (all) => all.length === 1)
  const told = { planId, verdict: 'approved', versionId: versionId(), markdown: '# Mine' }
  await expect(theirs.mutate.withdrawReview({ planId })).rejects.toThrow()
  await openPlanDevice(viewer).push('reviewPlan', told)
  await openPlanDevice(jonas).push('reviewPlan', { ...told, planId: newId() })
  expect((await versions()).map(({ n }) => n)).toEqual([1])
  expect(await rowsOf(world, mara, keys.planReviews)).toHaveLength(1)
})

test('the same push again makes nothing twice', async () => {
  const device = openPlanDevice(mara)
  const again = { planId, verdict: 'approved', versionId: versionId(), markdown: '# One' }
  await device.push('reviewPlan', again)
  await device.push('savePlanVersion', {
    planId,
    versionId: versionId(),
    origin: 'named',
    label: 'Newer',
    markdown: '# Two',
  })
  await device.push('reviewPlan', again)
  expect((await versions()).map(({ origin }) => origin)).toEqual(['review', 'named'])
})
