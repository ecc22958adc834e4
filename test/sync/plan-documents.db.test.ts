import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Plan } from '#shared/domain/plan.ts'
import { PlanId } from '#shared/ids.ts'
import { createMemoryIntentStore } from '#sync/client/intents.ts'
import { createMemoryPlanStore } from '#sync/client/plans/store/memory-plan-store.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { openDeviceNetwork } from '../device-network.ts'
import { textOf, untilCopy, untilMarked, untilState, untilText, writeParagraph } from '../plan-device.ts'
import { newId, openWorld, until, type Person, type World } from '../world.ts'

/** What devices do with plans, against the real rooms. */
let world: World
let mara: Person
let jonas: Person
beforeEach(async () => {
  world = await openWorld()
  mara = await world.owner()
  jonas = await world.invite(mara, 'member')
})
afterEach(() => world.close())

const untilRow = (workspace: Workspace, planId: PlanId, accept: (plan: Plan | undefined) => boolean) =>
  until<Plan | undefined>((on) => workspace.subscribe((tx) => getRow(tx, keys.plan(planId), Plan), on), accept)
const hasTeam = (workspace: Workspace) =>
  until<unknown>(
    (on) => workspace.subscribe((tx) => tx.get(keys.team), on),
    (row) => row !== undefined,
  )

async function makePlan(workspace: Workspace, text: string): Promise<PlanId> {
  const planId = PlanId.parse(newId())
  await workspace.mutate.createPlan({ planId, title: '' })
  const plan = await workspace.openPlan(planId)
  writeParagraph(plan.doc, text)
  plan.close()
  return planId
}

describe('a plan on two devices', () => {
  test('is the same on both, and is stored when they say so', async () => {
    const [here, there] = [mara.open(), jonas.open()]
    await hasTeam(here)
    const planId = await makePlan(here, 'Pack the bags')
    await untilRow(there, planId, (row) => row !== undefined)
    const [one, other] = [await here.openPlan(planId), await there.openPlan(planId)]
    await untilText(other.doc, 'Pack the bags')
    writeParagraph(other.doc, 'Lock the door')
    await untilText(one.doc, 'Lock the door')
    await untilState(other, ({ stored }) => stored)
    await world.restart()
    const third = await mara.open().openPlan(planId)
    await untilText(third.doc, 'Lock the door')
    expect(textOf(third.doc)).toBe(textOf(one.doc))
  })

  test('goes on after the server was restarted, with nothing asked of anybody', async () => {
    const here = mara.open()
    await hasTeam(here)
    const planId = await makePlan(here, 'Before')
    const plan = await here.openPlan(planId)
    await untilState(plan, ({ synced, stored }) => synced && stored)
    await world.restart()
    writeParagraph(plan.doc, 'After')
    await untilState(plan, ({ stored }) => stored)
    await untilText((await jonas.open().openPlan(planId)).doc, 'After')
    expect(textOf(plan.doc)).toMatch(/Before.*After/)
  })
})

describe('a plan that is made in the lift', () => {
  test('is with the others when there is a network again, row and text', async () => {
    const network = openDeviceNetwork()
    const [here, there] = [mara.open({ network }), jonas.open()]
    await Promise.all([hasTeam(here), hasTeam(there)])
    network.cut('before')
    const planId = await makePlan(here, 'Written in the lift')
    await until(here.subscribeStatus, ({ pending }) => pending === 2)
    network.cut('no')
    await here.refresh()
    await untilRow(there, planId, (row) => row !== undefined)
    await untilText((await there.openPlan(planId)).doc, 'Written in the lift')
    await until(here.subscribeStatus, ({ pending }) => pending === 0)
    await untilCopy(here, planId, (copy) => copy?.unstored === false)
    expect(await untilRow(there, planId, (row) => row?.excerpt !== '' || row.title !== '')).toBeDefined()
  })

  test('is with the others though the app was killed there, and the plan is opened by nobody', async () => {
    const network = openDeviceNetwork()
    const device = { planStore: createMemoryPlanStore(), intents: createMemoryIntentStore(), storePrefix: newId() }
    const killed = mara.open({ network, ...device })
    await hasTeam(killed)
    network.cut('before')
    const planId = await makePlan(killed, 'Last words')
    await untilMarked(device.planStore, planId, false)
    // The killed page is still there for this test, and cut off for good.
    const next = mara.open(device)
    await untilCopy(next, planId, (copy) => copy?.unstored === false)
    const there = await jonas.open().openPlan(planId)
    await untilText(there.doc, 'Last words')
    expect(textOf(there.doc)).toContain('Last words')
  })

  test('is with the others though it is more than one message may carry', async () => {
    const network = openDeviceNetwork()
    const here = mara.open({ network })
    await hasTeam(here)
    network.cut('before')
    const planId = await makePlan(here, 'The beginning')
    const plan = await here.openPlan(planId)
    for (let n = 0; n < 60; n++) writeParagraph(plan.doc, String.fromCodePoint(0x4e00 + n).repeat(10_000))
    writeParagraph(plan.doc, 'The end')
    network.cut('no')
    await here.refresh()
    await untilState(plan, ({ stored, synced }) => stored && synced)
    const there = await jonas.open().openPlan(planId)
    await untilText(there.doc, 'The end')
    expect(textOf(there.doc)).toBe(textOf(plan.doc))
  })
})

describe('a plan that is deleted while somebody writes without a network', () => {
  test('stays with them as a lost copy, and can be made a plan of its own', async () => {
    const network = openDeviceNetwork()
    const [here, there] = [mara.open(), jonas.open({ network })]
    await hasTeam(here)
    const planId = await makePlan(here, 'Shared')
    await untilRow(there, planId, (row) => row !== undefined)
    const plan = await there.openPlan(planId)
    await untilText(plan.doc, 'Shared')
    network.cut('before')
    writeParagraph(plan.doc, 'Mine alone')
    await untilCopy(there, planId, (copy) => copy?.unstored === true)
    await here.mutate.deletePlan({ planId })
    await until(here.subscribeStatus, ({ pending }) => pending === 0)
    network.cut('no')
    await there.refresh()
    await untilCopy(there, planId, (copy) => copy?.lost === true)
    await untilState(plan, ({ refused }) => refused === 'not_found')

    const anew = PlanId.parse(newId())
    await there.mutate.createPlan({ planId: anew, title: 'Shared' })
    await there.copyPlan(planId, anew)
    await there.dropPlanCopy(planId)
    await untilRow(here, anew, (row) => row !== undefined)
    const again = await here.openPlan(anew)
    await untilText(again.doc, 'Mine alone')
    expect(textOf(again.doc)).toContain('Shared')
  })
})

describe('somebody who may only read', () => {
  test('is told that what they wrote is taken by nobody, until they may write', async () => {
    const network = openDeviceNetwork()
    const [here, there] = [mara.open(), jonas.open({ network })]
    await hasTeam(here)
    const planId = await makePlan(here, 'Shared')
    await untilRow(there, planId, (row) => row !== undefined)
    const plan = await there.openPlan(planId)
    await untilText(plan.doc, 'Shared')
    network.cut('before')
    writeParagraph(plan.doc, 'Too late')
    await setRole('viewer')
    network.cut('no')
    await there.refresh()
    await untilState(plan, ({ refused, synced }) => synced && refused === 'not_allowed')
    await setRole('member')
    // The server may hear of it after this device: then the device comes again.
    await untilState(plan, ({ refused, stored }) => refused === undefined && stored, 25_000)
    const again = await here.openPlan(planId)
    await untilText(again.doc, 'Too late')
    expect(textOf(again.doc)).toContain('Shared')
  })
})

async function setRole(role: 'viewer' | 'member'): Promise<void> {
  const answered = await mara.fetch(`/api/v1/teams/${mara.teamId}/members/${jonas.userId}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ role }),
  })
  if (!answered.ok) throw new Error(`role: ${answered.status} ${await answered.text()}`)
}
