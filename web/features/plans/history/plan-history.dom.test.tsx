import axe from 'axe-core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { PlanVersion, type Plan } from '#shared/domain/plan.ts'
import type { Role } from '#shared/domain/team.ts'
import { PlanVersionId, UserId, uuidv7 } from '#shared/ids.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { applyToBody } from '#sync/core/plan/apply.ts'
import { planBody, readBody, writeBody } from '#sync/core/plan/body.ts'
import { keys } from '#sync/core/keys.ts'
import { parsePlan, writePlan } from '#sync/core/plan/markdown.ts'
import { button, stage, type Stage } from '../../../dev/run-stage.tsx'
import { seedPlanIds, seedPlans } from '../../../dev/seed-plans.ts'
import { PlanHistory } from './plan-history.tsx'

vi.setConfig({ testTimeout: 60_000 })
const until = <T,>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 })

const planId = seedPlanIds.billing
const at = 1_760_000_000_000
const versionId = (n: number) => PlanVersionId.parse(uuidv7(at + n, new Uint8Array(10).fill(n)))
const first = '# Billing\n\nOne package.\n\n## Steps\n\n- [ ] move models\n'
const second = '# Billing\n\nOne package, one set of tests.\n\n## Steps\n\n- [x] move models\n'
const live =
  '# Billing\n\nOne package, one set of tests.\n\nBehind a flag for two days.\n\n## Steps\n\n- [x] move models\n'

let on: Stage | undefined
let texts: Map<string, string>
let asked: string[]
beforeEach(() => {
  asked = []
  texts = new Map([
    [versionId(1), first],
    [versionId(2), second],
  ])
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url)
    const text = texts.get(url.split('/').at(-1) ?? '')
    if (text === undefined) throw new TypeError('no network')
    return new Response(JSON.stringify({ markdown: text }), { headers: { 'content-type': 'application/json' } })
  })
})
afterEach(() => {
  on?.close()
  on = undefined
  vi.unstubAllGlobals()
  document.body.replaceChildren()
})

type Opened = { readonly of: Stage; readonly doc: Y.Doc }

function open(options: { readonly role?: Role; readonly text?: string; readonly versions?: boolean } = {}): Opened {
  const doc = new Y.Doc()
  writeBody(doc, parsePlan(options.text ?? live))
  const document: PlanDocument = {
    planId,
    doc,
    awareness: new Awareness(doc),
    subscribeState: () => () => undefined,
    close: () => undefined,
  }
  document.awareness.states.set(7, { user: { userId: 'jonas', name: 'Jonas Okafor', hue: 2, color: '#0f7b83' } })
  on = stage(() => <PlanHistory planId={planId} document={document} onClose={() => undefined} />, {
    media: (query) => query.includes('52em'),
    ...(options.role === undefined ? {} : { role: options.role }),
  })
  const plan = seedPlans(at)[keys.plan(planId)] as Plan
  on.workspace.put(keys.plan(planId), { ...plan, version: 2 })
  if (options.versions !== false) {
    const version = (n: number, more: Partial<PlanVersion>): void =>
      on?.workspace.put(
        keys.planVersion(planId, n),
        PlanVersion.parse({
          planId,
          n,
          id: versionId(n),
          at: at - 60_000 * (10 - n),
          by: [{ kind: 'person', userId: UserId.parse('jonas') }],
          origin: 'pause',
          words: 12,
          ...more,
        }),
      )
    version(1, { label: 'Approved for phase 1', origin: 'named' })
    version(2, {
      by: [{ kind: 'agent', runId: uuidv7(at, new Uint8Array(10)) as never, harness: 'claude-code' as never }],
      origin: 'agent',
    })
  }
  return { of: on, doc }
}

const list = () => [...document.querySelectorAll<HTMLButtonElement>('ul button[aria-pressed]')]
const row = (text: string) => {
  const found = list().find((one) => one.textContent.includes(text))
  if (found === undefined)
    throw new Error(
      `no version ${text}: ${list()
        .map((one) => one.textContent)
        .join(' | ')}`,
    )
  return found
}
const shown = () => document.body.textContent
const versions = (of: Stage) =>
  [...of.workspace.rows]
    .filter(([key]) => key.startsWith(keys.planVersionsOf(planId)))
    .map(([, value]) => PlanVersion.parse(value))
const axeFindings = async (): Promise<string[]> => {
  const found = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  })
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 200)).join(' ')}`)
}

describe('the history', () => {
  test('has now on top, then versions with hand, name, origin and words, the newest first, and nothing for axe', async () => {
    open()
    await until(() => expect(list()).toHaveLength(2))
    expect(shown()).toContain('1 other here: Jonas Okafor')
    expect(list()[0]?.textContent).toContain('Claude Code')
    expect(list()[0]?.textContent).toContain('Changed by an agent · 12 words')
    expect(list()[1]?.textContent).toContain('Approved for phase 1')
    expect(list()[1]?.textContent).toContain('Jonas · Kept by hand')
    expect(await axeFindings()).toEqual([])
  })

  test('shows those of one kind, and offers no filter that leads nowhere', async () => {
    const { of } = open()
    await until(() => expect(list()).toHaveLength(2))
    button(of.root, 'Agents')?.click()
    await until(() => expect(list().map((one) => one.textContent.includes('Claude Code'))).toEqual([true]))
    button(of.root, 'Named')?.click()
    await until(() => expect(list().map((one) => one.textContent.includes('Approved'))).toEqual([true]))
  })

  test('says so where there is none yet', async () => {
    open({ versions: false })
    await until(() => expect(shown()).toContain('No versions yet.'))
  })

  test('tells what differs between a version and now, while that is written', async () => {
    const { doc } = open()
    await until(() => expect(list()).toHaveLength(2))
    row('Claude Code').click()
    await until(() => expect(shown()).toContain('Version 2 to Now'))
    await until(() => expect(shown()).toContain('Added: Behind a flag for two days.'))
    expect(row('Claude Code').textContent).toContain('A')
    applyToBody(doc, parsePlan(`${live}\nOne thing more.\n`))
    await until(() => expect(shown()).toContain('Added: One thing more.'))
  })

  test('says plainly when a text is neither here nor to be had, and asks again on a press', async () => {
    texts.delete(versionId(1))
    const { of } = open()
    await until(() => expect(list()).toHaveLength(2))
    row('Approved').click()
    await until(() => expect(shown()).toContain('The text of this version is not on this device.'))
    texts.set(versionId(1), first)
    button(of.root, 'Try again')?.click()
    await until(() => expect(button(of.root, 'Show changes')).toBeDefined())
  })

  test('keeps what is there now under a name, by keyboard alone', async () => {
    const { of } = open()
    await until(() => expect(list()).toHaveLength(2))
    const keep = button(of.root, 'Keep this version…')
    keep?.focus()
    keep?.click()
    await until(() => expect(document.activeElement?.tagName).toBe('INPUT'))
    const field = document.activeElement
    if (!(field instanceof HTMLInputElement)) throw new Error('no field')
    field.value = 'Before the holidays'
    field.dispatchEvent(new InputEvent('input', { bubbles: true }))
    field.form?.requestSubmit()
    await until(() => expect(versions(of)).toHaveLength(3))
    expect(versions(of).at(-1)).toMatchObject({ label: 'Before the holidays', origin: 'named', n: 3 })
    await until(() => expect(list()[0]?.textContent).toContain('Before the holidays'))
  })

  test('gives somebody who may only read nothing to press that writes', async () => {
    const { of } = open({ role: 'viewer' })
    of.workspace.put(keys.member(of.workspace.userId), {
      userId: of.workspace.userId,
      name: 'Mara Lindqvist',
      role: 'viewer',
      hue: 1,
      joinedAt: 0,
    })
    await until(() => expect(list()).toHaveLength(2))
    row('Approved').click()
    await until(() => expect(button(of.root, 'Show changes')).toBeDefined())
    expect(button(of.root, 'Keep this version…')).toBeUndefined()
    expect(shown()).not.toContain('Restore')
  })
})

describe('restoring', () => {
  test('makes the plan what it was, after what was there became a version', async () => {
    const { of, doc } = open()
    await until(() => expect(list()).toHaveLength(2))
    const heading = planBody(doc).get(0)
    row('Approved').click()
    await until(() => expect(button(of.root, 'Restore A…')).toBeDefined())
    button(of.root, 'Restore A…')?.click()
    await until(() => expect(button(document.body, 'Bring it back')).toBeDefined())
    button(document.body, 'Bring it back')?.click()
    await until(() => expect(versions(of)).toHaveLength(4))
    expect(writePlan(readBody(doc))).toBe(first)
    expect(planBody(doc).get(0)).toBe(heading)
    expect(versions(of).slice(2)).toMatchObject([
      { origin: 'named', label: 'Before version 1 was brought back' },
      { origin: 'restore', restoredFrom: 1 },
    ])
  })

  test('keeps nothing twice: what is a version already is not made one again', async () => {
    const { of, doc } = open({ text: second })
    await until(() => expect(list()).toHaveLength(2))
    row('Approved').click()
    await until(() => expect(button(of.root, 'Restore A…')).toBeDefined())
    button(of.root, 'Restore A…')?.click()
    await until(() => button(document.body, 'Bring it back')?.click())
    await until(() => expect(versions(of)).toHaveLength(3))
    expect(versions(of)[2]).toMatchObject({ origin: 'restore', restoredFrom: 1 })
    expect(writePlan(readBody(doc))).toBe(first)
  })
})

describe('the comparison', () => {
  async function compare(): Promise<Opened & { readonly panel: HTMLElement }> {
    const opened = open()
    await until(() => expect(list()).toHaveLength(2))
    row('Approved').click()
    await until(() => expect(button(opened.of.root, 'Show changes')).toBeDefined())
    button(opened.of.root, 'Show changes')?.click()
    const panel = await until(() => {
      const found = document.querySelector<HTMLElement>('[role="dialog"]')
      if (found === null) throw new Error('no panel')
      return found
    })
    return { ...opened, panel }
  }

  test('shows words that came and went, in one column and side by side, and has nothing for axe', async () => {
    const { panel } = await compare()
    await until(() => expect(panel.textContent).toContain('Approved for phase 1 to Now'))
    expect([...panel.querySelectorAll('ins')].map((one) => one.textContent)).toContain(', one set of tests')
    button(panel, 'Side by side')?.click()
    await until(() => expect(panel.querySelectorAll('[data-side="before"]').length).toBeGreaterThan(0))
    expect(await axeFindings()).toEqual([])
    panel.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }))
    await until(() => expect(document.querySelector('[role="dialog"]')).toBeNull())
  })

  test('takes one part back and leaves the others, keeping the state before as a version', async () => {
    const { of, doc, panel } = await compare()
    const back = await until(() => {
      const found = [...panel.querySelectorAll('button')].find((one) =>
        one.getAttribute('aria-label')?.startsWith('Take out: Behind a flag'),
      )
      if (found === undefined) throw new Error('nothing to take back')
      return found
    })
    back.click()
    await until(() => expect(writePlan(readBody(doc))).toBe(second))
    await until(() => expect(versions(of).at(-1)).toMatchObject({ origin: 'restore', restoredFrom: 1 }))
    await until(() => expect(panel.textContent).not.toContain('Behind a flag'))
  })
})
