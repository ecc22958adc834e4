import axe from 'axe-core'
import * as KToast from '@kobalte/core/toast'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Plan } from '#shared/domain/plan.ts'
import { Member } from '#shared/domain/team.ts'
import type { PlanId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { getRow } from '#sync/core/transaction.ts'
import { layOut, onDesktop, onPhone, stageApp, type AppStage, type AppStageOptions } from './dev/app-stage.tsx'
import { seedPlanIds, seedPlans } from './dev/seed-plans.ts'
import { seed, seedIds } from './dev/seed.ts'

vi.setConfig({ testTimeout: 60_000 })
const until = <T,>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 })

let stage: AppStage | undefined
beforeEach(() => {
  localStorage.clear()
  layOut(onDesktop)
})
afterEach(() => {
  stage?.close()
  stage = undefined
  KToast.toaster.clear()
  document.body.replaceChildren()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

async function open(path: string, options: AppStageOptions = {}): Promise<AppStage> {
  const now = Date.now()
  stage = await stageApp(path, { rows: { ...seed(now).rows, ...seedPlans(now) }, ...options })
  return stage
}

const shown = (selector: string, within: ParentNode = document) => [...within.querySelectorAll<HTMLElement>(selector)]
const rows = () => shown('[role="treegrid"][aria-label="Plans"] [data-row]')
const titles = () => rows().map((row) => row.querySelector('a[title]')?.getAttribute('title'))
const row = (title: string) => {
  const found = rows().find((one) => one.querySelector('a[title]')?.getAttribute('title') === title)
  if (found === undefined) throw new Error(`no row ${title}: ${titles().join(', ')}`)
  return found
}
const button = (text: string, within: ParentNode = document) =>
  shown('button, a', within).find(
    (one) => one.getAttribute('aria-label') === text || (one.textContent ?? '').trim().startsWith(text),
  )
const press = (key: string, target: Element = document.activeElement ?? document.body) =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
const type = (text: string) => {
  const [box] = shown('input[type="search"]')
  if (!(box instanceof HTMLInputElement)) throw new Error('no search')
  box.value = text
  box.dispatchEvent(new InputEvent('input', { bubbles: true }))
}
const planRow = (of: AppStage, id: PlanId) => of.workspace.query((tx) => getRow(tx, keys.plan(id), Plan))
const billing = 'Extract billing into its own package'
const webhooks = 'Deliver webhooks at least once'

describe('the list of plans', () => {
  test('has what changed last first, under its days, with steps, words and hand, and nothing for axe', async () => {
    await open('/plans')
    await until(() =>
      expect(titles()).toEqual([
        billing,
        webhooks,
        'What to do when checkout is down',
        'Untitled plan',
        'Move the CI cache',
      ]),
    )
    expect(row(billing).textContent).toContain('3/12')
    expect(row(billing).textContent).toContain('612 words')
    expect(row(billing).querySelector('[aria-label="Claude Code"]')).not.toBeNull()
    expect(row(billing).textContent).toContain('Executing')
    expect(document.title).toBe('(4) Plans · Drover')
    const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } })
    expect(
      found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 200)).join(' ')}`),
    ).toEqual([])
  })

  test('is searched by title, folder and text while one types, and says so when nothing is found', async () => {
    const of = await open('/plans')
    await until(() => expect(titles()).toHaveLength(5))
    of.workspace.put(keys.planText(seedPlanIds.onCall), {
      planId: seedPlanIds.onCall,
      markdown: 'Ring the pager of **Payments**.',
      whole: true,
    })
    type('payments pager')
    await until(() => expect(titles()).toEqual(['What to do when checkout is down']))
    type('events')
    await until(() => expect(titles()).toEqual([webhooks]))
    type('zebra')
    await until(() => expect(document.body.textContent).toContain('No plan here has “zebra” in its title or text.'))
    button('Show all plans')?.click()
    await until(() => expect(titles()).toHaveLength(5))
    await until(() => expect(of.router.state.location.search).toEqual({}))
  })

  test('shows a folder with those in it, and a filter that leads nowhere is not offered', async () => {
    const of = await open('/plans?folder=billing')
    await until(() => expect(titles()).toEqual([billing, webhooks]))
    expect(button('Archive')).toBeUndefined()
    button('Mine')?.click()
    await until(() => expect(titles()).toEqual([billing]))
    expect(of.router.state.location.search).toEqual({ folder: 'billing', show: 'mine' })
  })

  test('keeps the archive apart, and takes a plan out of it again', async () => {
    const of = await open('/plans')
    await until(() => expect(titles()).toContain(webhooks))
    row(webhooks).focus()
    press('e')
    await until(() => expect(titles()).not.toContain(webhooks))
    expect((await planRow(of, seedPlanIds.webhooks))?.archivedAt).toBeTypeOf('number')
    await until(() => expect(button('Archive')).toBeDefined())
    button('Archive')?.click()
    await until(() => expect(titles()).toEqual([webhooks]))
    row(webhooks).focus()
    press('e')
    await until(() => expect(document.body.textContent).toContain('No plan under “Archive”.'))
    expect((await planRow(of, seedPlanIds.webhooks))?.archivedAt).toBeUndefined()
  })

  test('is walked by keys, and Enter opens a plan', async () => {
    const of = await open('/plans')
    await until(() => expect(titles()).toHaveLength(5))
    press('j')
    press('j')
    await until(() => expect(document.activeElement?.getAttribute('data-row')).toBe(seedPlanIds.webhooks))
    press('Enter')
    await until(() => expect(of.router.state.location.pathname).toBe(`/plans/${seedPlanIds.webhooks}`))
  })

  test('says that it may be old without a network, and is made and named by hand on a phone', async () => {
    layOut(onPhone)
    const of = await open('/plans')
    of.workspace.setHolding(true)
    of.workspace.setStatus({ connection: 'offline', freshAt: Date.now(), offlineSince: Date.now() })
    await until(() => expect(document.body.textContent).toContain('You can go on writing.'))
    const before = titles().length
    button('New plan')?.click()
    await until(() => expect(of.router.state.location.pathname).toMatch(/^\/plans\/[0-9a-f-]{36}$/))
    await of.router.navigate({ to: '/plans' })
    await until(() => expect(titles()).toHaveLength(before + 1))
    expect(rows()[0]?.textContent).toContain('Not sent yet')
  })

  test('offers a viewer nothing that they may not do', async () => {
    const now = Date.now()
    const all = { ...seed(now).rows, ...seedPlans(now) }
    const key = keys.member(seedIds.mara)
    await open('/plans', { rows: { ...all, [key]: { ...Member.parse(all[key]), role: 'viewer' } } })
    await until(() => expect(titles()).toHaveLength(5))
    expect(button('New plan')).toBeUndefined()
    expect(button('Import Markdown')).toBeUndefined()
    expect(button(`More of ${billing}`)).toBeUndefined()
  })
})

test('an empty list offers to write and to bring a file', async () => {
  await open('/plans', { rows: seed(Date.now()).rows })
  await until(() => expect(document.body.textContent).toContain('No plans yet.'))
  expect(button('Import Markdown')).toBeDefined()
})

test('a plan that nobody has leads back to the others', async () => {
  await open('/plans/01900000-0000-7000-8000-000000000000')
  await until(() => expect(document.body.textContent).toContain('There is no such plan'))
  expect(button('All plans')?.getAttribute('href')).toBe('/plans')
})

test('the palette finds a plan by its title', async () => {
  const of = await open('/plans')
  await until(() => expect(titles()).toHaveLength(5))
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true, cancelable: true }))
  const field = await until(() => {
    const [input] = shown('[role="combobox"]')
    if (!(input instanceof HTMLInputElement)) throw new Error('no palette')
    return input
  })
  field.value = 'webhooks at'
  field.dispatchEvent(new InputEvent('input', { bubbles: true }))
  await until(() => expect(shown('[role="option"]').map((one) => one.textContent)).toContain(webhooks))
  shown('[role="option"]')
    .find((one) => one.textContent === webhooks)
    ?.click()
  await until(() => expect(of.router.state.location.pathname).toBe(`/plans/${seedPlanIds.webhooks}`))
})
