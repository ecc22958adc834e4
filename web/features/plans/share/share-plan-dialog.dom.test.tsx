import axe from 'axe-core'
import { createSignal } from 'solid-js'
import { afterEach, expect, test, vi } from 'vitest'
import { PlanShare } from '#shared/domain/plan-share.ts'
import { Member, type Role } from '#shared/domain/team.ts'
import { UserId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { seedIds } from '../../../dev/seed.ts'
import { button, settled, stage, type Stage } from '../../../dev/run-stage.tsx'
import { seedPlanIds, seedPlans } from '../../../dev/seed-plans.ts'
import { planShareWords as words } from '../../../words/plan-share.ts'
import { SharePlanDialog } from './share-plan-dialog.tsx'

vi.setConfig({ testTimeout: 30_000 })
const until = <T,>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 10_000 })
const planId = seedPlanIds.billing
const at = 1_760_000_000_000
const secret = 'S'.repeat(43)

let on: Stage | undefined
afterEach(() => {
  on?.close()
  document.body.replaceChildren()
})

async function open(share?: Partial<PlanShare>, role: Role = 'member'): Promise<Stage> {
  const opened = stage(
    () => {
      const [isOpen, setOpen] = createSignal(true)
      return <SharePlanDialog planId={planId} open={isOpen()} onOpenChange={setOpen} />
    },
    { role },
  )
  on = opened
  const me = keys.member(seedIds.mara)
  opened.workspace.put(me, { ...Member.parse(opened.workspace.rows.get(me)), role })
  opened.workspace.put(keys.plan(planId), seedPlans(at)[keys.plan(planId)] ?? {})
  if (share !== undefined)
    opened.workspace.put(
      keys.planShare(planId),
      PlanShare.parse({ planId, secret, access: 'view', createdBy: seedIds.mara, createdAt: at, ...share }),
    )
  await settled()
  await until(() => expect(document.querySelector('[role=dialog]')?.textContent).toContain(words.warning))
  return opened
}
const row = (of: Stage) => PlanShare.safeParse(of.workspace.rows.get(keys.planShare(planId))).data
const shown = () => document.querySelector('[role=dialog]')?.textContent ?? ''

test('a link is made by one press, and is there without a network, which it says', async () => {
  const of = await open()
  of.workspace.setHolding(true)
  expect(shown()).not.toContain('/shared-plan/')
  button(document.body, words.make)?.click()
  await until(() => expect(row(of)?.access).toBe('view'))
  await until(() => expect(shown()).toContain(`/shared-plan/${planId}/${row(of)?.secret}`))
  await until(() => expect(shown()).toContain(words.linkWaits))
  const found = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  })
  expect(found.violations.map(({ id }) => id)).toEqual([])
})

test('the end is asked for once, and the next link is another', async () => {
  const of = await open({})
  await until(() => expect(shown()).toContain(secret))
  button(document.body, words.stop)?.click()
  await until(() => expect(shown()).toContain(words.stopText))
  expect(row(of)).toBeDefined()
  button(document.body, words.stop)?.click()
  await until(() => expect(row(of)).toBeUndefined())
  await until(() => expect(button(document.body, words.make)).toBeDefined())
  button(document.body, words.make)?.click()
  await until(() => expect(row(of)?.secret).not.toBe(secret))
})

test('somebody else’s link is copied, and neither changed nor stopped, unless by an admin', async () => {
  await open({ createdBy: UserId.parse('jonas') })
  await until(() => expect(shown()).toContain(secret))
  expect(shown()).toContain(words.notYours)
  expect(button(document.body, words.stop)).toBeUndefined()
  on?.close()
  document.body.replaceChildren()
  await open({ createdBy: UserId.parse('jonas') }, 'admin')
  await until(() => expect(button(document.body, words.stop)).toBeDefined())
})

test('a link that has ended is said to, and makes room for a new one; viewers make none', async () => {
  const of = await open({ expiresAt: at - 1 })
  await until(() => expect(shown()).toContain(words.over))
  button(document.body, words.make)?.click()
  await until(() => expect(row(of)?.secret).not.toBe(secret))
  on?.close()
  document.body.replaceChildren()
  await open(undefined, 'viewer')
  await until(() => expect(shown()).toContain(words.notWriter))
  expect(button(document.body, words.make)).toBeUndefined()
})
