import axe from 'axe-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { Plan } from '#shared/domain/plan.ts'
import { PlanReview } from '#shared/domain/plan-review.ts'
import type { Role } from '#shared/domain/team.ts'
import { PlanVersionId, UserId, uuidv7 } from '#shared/ids.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { writeBody } from '#sync/core/plan/body.ts'
import { keys } from '#sync/core/keys.ts'
import { parsePlan } from '#sync/core/plan/markdown.ts'
import { button, stage, type Stage } from '../../../dev/run-stage.tsx'
import { seedPlanIds, seedPlans } from '../../../dev/seed-plans.ts'
import { ToastRegion } from '../../../ui/toast.tsx'
import { usePlanActs } from '../acts/plan-acts.ts'
import { ReviewButton } from './review-button.tsx'

vi.setConfig({ testTimeout: 60_000 })
const until = <T,>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 })

const planId = seedPlanIds.webhooks
const at = 1_760_000_000_000
const seen = PlanVersionId.parse(uuidv7(at, new Uint8Array(10).fill(99)))
const before = '# Webhooks\n\nAt most once.\n'
const live = '# Webhooks\n\nAt least once.\n'

let on: Stage | undefined
beforeEach(() => {
  vi.stubGlobal('fetch', async (url: string) => {
    const markdown = url.endsWith(seen) ? before : live
    return new Response(JSON.stringify({ markdown }), { headers: { 'content-type': 'application/json' } })
  })
})
afterEach(() => {
  on?.close()
  on = undefined
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

function open(options: { readonly role?: Role; readonly isHere?: boolean } = {}): Stage {
  const doc = new Y.Doc()
  writeBody(doc, parsePlan(live))
  const known: PlanDocument = {
    planId,
    doc,
    awareness: new Awareness(doc),
    subscribeState: () => () => undefined,
    close: () => undefined,
  }
  const plan = seedPlans(at)[keys.plan(planId)] as Plan
  const opened = stage(
    () => {
      const acts = usePlanActs()
      return (
        <>
          <ReviewButton plan={plan} acts={acts} document={known} isHere={options.isHere ?? true} />
          <ToastRegion />
        </>
      )
    },
    { media: () => false, ...(options.role === undefined ? {} : { role: options.role }) },
  )
  on = opened
  opened.workspace.put(keys.plan(planId), plan)
  opened.workspace.put(keys.planReview(planId, UserId.parse('jonas')), {
    planId,
    userId: 'jonas',
    verdict: 'changes_requested',
    note: 'What if the queue is full?',
    version: 2,
    versionId: seen,
    at: at - 60_000,
  })
  return opened
}

const press = (name: string) =>
  until(() => {
    const found = button(document.body, name)
    if (found === undefined) throw new Error(`no ${name}`)
    found.click()
  })
const shown = () => document.body.textContent
const own = (of: Stage) => {
  const row = of.workspace.rows.get(keys.planReview(planId, of.workspace.userId))
  return row === undefined ? undefined : PlanReview.parse(row)
}
const dialog = () => document.querySelector<HTMLElement>('[role="dialog"]')
const findings = async (): Promise<string[]> => {
  const found = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  })
  return found.violations.map(({ id: rule, nodes }) => `${rule}: ${nodes.map((node) => node.html).join(' ')}`)
}

test('who wants changes is said at the head; the dialog has their note, and what changed since they looked', async () => {
  open()
  await until(() => expect(button(document.body, 'Review this plan: 1 wants changes')).toBeDefined())
  await press('Review this plan: 1 wants changes')
  await until(() => expect(dialog()?.textContent).toContain('What if the queue is full?'))
  expect(dialog()?.textContent).toContain('saw version 2')
  await until(() => expect(dialog()?.textContent).toContain('Changed since'))
  expect(await findings()).toEqual([])
  await press('Changed since: show what is different from what Jonas saw')
  await until(() => expect(shown()).toContain('What changed since version 2, which Jonas saw'))
  await until(() => expect(shown()).toContain('At mostleast once.'))
  await press('Close the changes')
  await until(() => expect(dialog()).toBeNull())
})

test('an approval has the text that is on the screen, offers the state, and is withdrawn again', async () => {
  const of = open()
  await press('Review this plan: 1 wants changes')
  await until(() => expect(dialog()).not.toBeNull())
  const area = await until(() => {
    const found = document.querySelector('textarea')
    if (found === null) throw new Error('no note')
    return found
  })
  area.value = 'Go'
  area.dispatchEvent(new InputEvent('input', { bubbles: true }))
  await press('Approve')
  await until(() => expect(own(of)).toMatchObject({ verdict: 'approved', note: 'Go' }))
  await until(() => expect(button(document.body, 'Review this plan: 1 approved · 1 wants changes')).toBeDefined())
  await press('Set to Approved')
  await until(() => expect(of.workspace.rows.get(keys.plan(planId))).toMatchObject({ state: 'approved' }))
  await press('Review this plan: 1 approved · 1 wants changes')
  await until(() => expect(dialog()?.textContent).toContain('As it is now'))
  expect(document.querySelector('textarea')?.value).toBe('')
  await press('Withdraw my review')
  await until(() => expect(own(of)).toBeUndefined())
})

test('a viewer reads what people said, and says nothing', async () => {
  const of = open({ role: 'viewer' })
  const { userId } = of.workspace
  of.workspace.put(keys.member(userId), { userId, name: 'Mara Lindqvist', role: 'viewer', hue: 1, joinedAt: 0 })
  await press('Review this plan: 1 wants changes')
  await until(() => expect(dialog()?.textContent).toContain('What if the queue is full?'))
  await until(() => expect(document.querySelector('textarea')).toBeNull())
  expect(button(document.body, 'Approve')).toBeUndefined()
})

test('a text that is not here can’t be reviewed', async () => {
  open({ isHere: false })
  await press('Review this plan: 1 wants changes')
  await until(() => expect(dialog()?.textContent).toContain('is not on this device yet'))
  await until(() => expect(button(document.body, 'Approve')?.hasAttribute('disabled')).toBe(true))
})
