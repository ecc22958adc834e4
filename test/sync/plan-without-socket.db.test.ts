import type { WebSocket } from 'ws'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PlanId } from '#shared/ids.ts'
import { createMemoryPlanStore } from '#sync/client/plans/store/memory-plan-store.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { enterPlan, openPlanDevice } from '../plan-world.ts'
import { textOf, untilState, untilText, writeParagraph } from '../plan-device.ts'
import { openWorld, until, type Person, type World } from '../world.ts'
import type { PlanClient } from '../plan-client.ts'

/** Devices behind a proxy that lets requests through and no socket. */
let world: World
let mara: Person
let planId: PlanId
let there: PlanClient
const open: PlanDocument[] = []
beforeEach(async () => {
  world = await openWorld()
  mara = await world.owner()
  planId = await openPlanDevice(mara).createPlan()
  there = enterPlan(world, mara, planId)
  await there.synced()
})
afterEach(async () => {
  for (const plan of open.splice(0)) plan.close()
  there.close()
  await world.close()
})

type Proxy = {
  blocked: boolean
  readonly fetch: (real: typeof fetch) => typeof fetch
  readonly connect: (socket: WebSocket) => void
}
/** `answer`: what becomes of what a plan's requests are answered with. */
function proxy(answer: (real: Response) => Response | Promise<Response> = (real) => real): Proxy {
  const made: Proxy = {
    blocked: true,
    fetch: (real) => async (input, init) =>
      addressOf(input).endsWith('/sync') ? await answer(await real(input, init)) : await real(input, init),
    connect(socket) {
      if (made.blocked) socket.terminate()
    },
  }
  return made
}
function addressOf(input: Parameters<typeof fetch>[0]): string {
  return input instanceof Request ? input.url : input.toString()
}
const reached = (desk: Workspace): Promise<unknown> =>
  until(desk.subscribeStatus, ({ connection }) => connection === 'polling')
async function openPlan(desk: Workspace): Promise<PlanDocument> {
  const plan = await desk.openPlan(planId)
  open.push(plan)
  return plan
}

test('what is written on either side comes to the other, and the page says how', async () => {
  const desk = mara.open({ network: proxy() })
  await reached(desk)
  const plan = await openPlan(desk)
  await untilState(plan, ({ connection, synced, stored }) => connection === 'polling' && synced && stored)
  writeParagraph(plan.doc, 'From behind the proxy')
  await untilState(plan, ({ stored }) => !stored)
  await untilState(plan, ({ stored, connection }) => stored && connection === 'polling')
  there.write('From outside')
  await untilText(plan.doc, 'From outside')
  await there.shows({ ...there, doc: plan.doc })
  expect(textOf(plan.doc)).toBe(textOf(there.doc))
})

test('goes back to the socket once one gets through, and on by requests when it is blocked again', async () => {
  const way = proxy()
  const desk = mara.open({ network: way })
  await reached(desk)
  const plan = await openPlan(desk)
  await untilState(plan, ({ connection }) => connection === 'polling')
  writeParagraph(plan.doc, 'One')
  way.blocked = false
  await untilState(plan, ({ connection, stored }) => connection === 'online' && stored, 30_000)
  writeParagraph(plan.doc, 'Two')
  await untilState(plan, ({ stored }) => !stored)
  way.blocked = true
  await world.restart()
  await untilState(plan, ({ connection, stored }) => connection === 'polling' && stored, 30_000)
  writeParagraph(plan.doc, 'Three')
  await untilState(plan, ({ stored }) => !stored)
  await untilState(plan, ({ stored }) => stored)
  await untilText(there.doc, 'Three')
  expect(there.texts()).toEqual(['One', 'Two', 'Three'])
})

test('an answer that is lost is asked for again, and nothing is there twice', async () => {
  let lost = 0
  const lossy = proxy((real) => {
    if (lost++ % 3 !== 0) return real
    throw new TypeError('the answer was lost')
  })
  const desk = mara.open({ network: lossy })
  await reached(desk)
  const plan = await openPlan(desk)
  const written = Array.from({ length: 10 }, (_, n) => `line ${n}`)
  for (const text of written) {
    writeParagraph(plan.doc, text)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await untilState(plan, ({ stored }) => stored, 60_000)
  await untilText(there.doc, 'line 9')
  expect(there.texts()).toEqual(written)
  expect(lost).toBeGreaterThan(0)
})

test('an answer of something in between changes nothing, and is taken for no network', async () => {
  const desk = mara.open({ network: proxy(() => new Response('<h1>Sign in to this network</h1>')) })
  await reached(desk)
  const plan = await openPlan(desk)
  writeParagraph(plan.doc, 'Mine')
  await untilState(plan, ({ connection, stored }) => connection === 'offline' && !stored)
  expect(textOf(plan.doc)).toContain('Mine')
  expect(there.texts()).toEqual([])
})

test('who may only read gets what others write, and is told that nothing of theirs is taken', async () => {
  const viewer = await world.invite(mara, 'viewer')
  const desk = viewer.open({ network: proxy() })
  await reached(desk)
  const plan = await openPlan(desk)
  there.write('Read me')
  await untilText(plan.doc, 'Read me')
  writeParagraph(plan.doc, 'Mine')
  await untilState(plan, ({ refused }) => refused === 'not_allowed')
  there.write('Go on')
  await untilText(plan.doc, 'Go on')
  expect(there.texts()).toEqual(['Read me', 'Go on'])
})

test('a plan that was deleted is refused, and what was written stays here', async () => {
  const desk = mara.open({ network: proxy() })
  await reached(desk)
  const plan = await openPlan(desk)
  await untilState(plan, ({ connection }) => connection === 'polling')
  await openPlanDevice(mara).push('deletePlan', { planId })
  await untilState(plan, ({ refused }) => refused === 'not_found')
  writeParagraph(plan.doc, 'Mine')
  expect(textOf(plan.doc)).toContain('Mine')
})

test('what an app that was killed had kept is brought without anybody opening the plan', async () => {
  const store = createMemoryPlanStore()
  const offline = proxy(() => {
    throw new TypeError('no network')
  })
  const killed = mara.open({ network: offline, planStore: store })
  writeParagraph((await killed.openPlan(planId)).doc, 'Last words')
  await until<boolean>(
    (on) => killed.subscribePlanCopies((copies) => on(copies.get(planId)?.unstored === true)),
    (unstored) => unstored,
  )
  const desk = mara.open({ network: proxy(), planStore: store })
  await untilText(there.doc, 'Last words')
  await until<boolean>(
    (on) => desk.subscribePlanCopies((copies) => on(copies.get(planId)?.unstored === true)),
    (unstored) => !unstored,
  )
  expect(there.texts()).toEqual(['Last words'])
})
