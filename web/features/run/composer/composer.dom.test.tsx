import { afterEach, describe, expect, test, vi } from 'vitest'
import { writePlanPrompt } from '#shared/domain/plan-command.ts'
import { Prompt } from '#shared/domain/prompt.ts'
import { Runner } from '#shared/domain/team.ts'
import { PlanId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { createRows } from '../../../state/rows.ts'
import { createMemoryDeviceStore } from '../../../state/device-store.ts'
import { usePending } from '../../../state/sync-status.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { billingRun } from '../../../dev/run-seed.ts'
import { button, press, settled, stage, type Stage } from '../../../dev/run-stage.tsx'
import { Composer } from './composer.tsx'
import { toWaiting } from './queue.ts'

let on: Stage | undefined
afterEach(() => on?.close())

function Writing() {
  const prompts = createRows(useWorkspace(), keys.promptsOf(billingRun), Prompt)
  const pending = usePending()
  return <Composer waiting={toWaiting(prompts.all(), pending())} handle={() => undefined} announce={() => undefined} />
}

async function open(
  options: Parameters<typeof stage>[1] = {},
): Promise<{ readonly stage: Stage; readonly area: HTMLTextAreaElement }> {
  on = stage(() => <Writing />, options)
  await settled()
  const area = on.root.querySelector<HTMLTextAreaElement>('form > textarea')
  if (area === null) throw new Error('no message box')
  return { stage: on, area }
}

function type(area: HTMLTextAreaElement, text: string): void {
  area.value = text
  area.dispatchEvent(new InputEvent('input', { bubbles: true }))
}

const prompts = (of: Stage): Prompt[] =>
  [...of.workspace.rows]
    .filter(([key]) => key.startsWith(keys.promptsOf(billingRun)))
    .map(([, value]) => Prompt.parse(value))
    .sort((a, b) => a.order - b.order)
const draft = async (of: Stage): Promise<unknown> => {
  const kept = await of.store.get(`draft/${of.workspace.userId}/run/${billingRun}`)
  return Reflect.get(Object(kept), 'text')
}

describe('sending', () => {
  test('Enter sends into the queue, Shift and Enter writes on', async () => {
    const { stage: of, area } = await open()
    type(area, 'And the licence')
    expect(press(area, 'Enter', { shiftKey: true }).defaultPrevented).toBe(false)
    expect(prompts(of)).toHaveLength(2)
    expect(press(area, 'Enter').defaultPrevented).toBe(true)
    await settled()
    expect(prompts(of).at(-1)).toMatchObject({ text: 'And the licence', mode: 'queue' })
    expect(area.value).toBe('')
    expect(await draft(of)).toBeUndefined()
  })

  test('Escape leaves for the transcript, with what was typed kept', async () => {
    const { stage: of, area } = await open()
    type(area, 'half a')
    expect(press(area, 'Escape').defaultPrevented).toBe(true)
    expect(document.activeElement).toBe(of.root.querySelector('[role=log]'))
    expect(area.value).toBe('half a')
  })

  test('on a phone Enter is a new line', async () => {
    const { stage: of, area } = await open({ phone: true })
    type(area, 'one')
    expect(press(area, 'Enter').defaultPrevented).toBe(false)
    await settled()
    expect(prompts(of)).toHaveLength(2)
    button(of.root, 'Queue this message')?.click()
    await settled()
    expect(prompts(of)).toHaveLength(3)
  })

  test('a word that is still being composed is not sent', async () => {
    const { stage: of, area } = await open()
    type(area, 'にほん')
    press(area, 'Enter', { isComposing: true })
    await settled()
    expect(prompts(of)).toHaveLength(2)
  })

  test('what is chosen for a run stays chosen, by the mouse or by key, and over a reload', async () => {
    const first = await open()
    first.stage.root.querySelector<HTMLInputElement>('input[value=interrupt]')?.click()
    type(first.area, 'Stop that')
    press(first.area, 'Enter')
    await settled()
    expect(prompts(first.stage).at(-1)).toMatchObject({ text: 'Stop that', mode: 'interrupt' })
    const { store } = first.stage
    first.stage.close()

    const again = await open({ store })
    const chosen = () => again.stage.root.querySelector<HTMLInputElement>('input:checked')?.value
    expect(chosen()).toBe('interrupt')
    press(again.area, 'j', { ctrlKey: true })
    await settled()
    expect(chosen()).toBe('queue')
  })

  test('/queue queues one message whatever is chosen, and wants a message', async () => {
    const { stage: of, area } = await open()
    of.root.querySelector<HTMLInputElement>('input[value=interrupt]')?.click()
    type(area, '/queue')
    press(area, 'Enter')
    await settled()
    expect(of.root.textContent).toContain('Write what to queue after /queue.')
    expect(prompts(of)).toHaveLength(2)
    type(area, '/queue run the tests\nand fix them')
    press(area, 'Enter')
    await settled()
    expect(prompts(of).at(-1)).toMatchObject({ text: 'run the tests\nand fix them', mode: 'queue' })
  })

  test('/plan asks for a plan where the agent has the tools, and is as it was typed where not', async () => {
    const { stage: of, area } = await open()
    type(area, '/plan extract billing')
    press(area, 'Enter')
    await settled()
    expect(prompts(of).at(-1)).toMatchObject({ text: '/plan extract billing' })
    for (const [key, value] of of.workspace.rows) {
      if (!key.startsWith(keys.runners)) continue
      const runner = Runner.parse(value)
      const harnesses = runner.harnesses.map((offer) => ({ ...offer, planTools: offer.sandboxes }))
      of.workspace.put(key, { ...runner, harnesses })
    }
    type(area, '/plan extract billing')
    press(area, 'Enter')
    await settled()
    expect(prompts(of).at(-1)).toMatchObject({ text: writePlanPrompt('extract billing') })
  })

  test('the text stays until the message is durable', async () => {
    const { stage: of, area } = await open()
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const real = of.workspace.mutate.sendPrompt
    Object.assign(of.workspace.mutate, { sendPrompt: async (args: never) => (await held, real(args)) })
    type(area, 'Keep me')
    press(area, 'Enter')
    await settled()
    expect(area.value).toBe('Keep me')
    expect(await draft(of)).toBe('Keep me')
    type(area, 'Keep me and this')
    release()
    await settled()
    expect(area.value).toBe('and this')
    expect(await draft(of)).toBe('and this')
  })

  test('a message that could not be kept is still there, and says why', async () => {
    const { stage: of, area } = await open()
    Object.assign(of.workspace.mutate, { sendPrompt: () => Promise.reject(new Error('quota')) })
    type(area, 'Keep me')
    press(area, 'Enter')
    await settled()
    expect(area.value).toBe('Keep me')
    expect(of.root.querySelector('[role=alert]')?.textContent).toContain('still here')
  })

  test('what was typed comes back after a reload', async () => {
    const store = createMemoryDeviceStore()
    const first = await open({ store })
    type(first.area, 'half a thought')
    await settled()
    first.stage.close()
    const second = await open({ store })
    expect(second.area.value).toBe('half a thought')
  })

  test('a message that is too long says by how much and is not sent', async () => {
    const { stage: of, area } = await open()
    type(area, 'x'.repeat(100_005))
    press(area, 'Enter')
    await settled()
    expect(of.root.textContent).toContain('5 characters too long')
    expect(prompts(of)).toHaveLength(2)
  })

  test('after the end it follows up, and offers no interruption', async () => {
    const { stage: of, area } = await open()
    of.setRun({ state: 'SUCCEEDED' })
    await settled()
    expect(area.placeholder).toBe('Follow up with Claude Code…')
    expect(of.root.querySelector('input[type=radio]')).toBeNull()
  })

  test('a viewer can’t write, and reads why', async () => {
    const { area } = await open({ role: 'viewer' })
    expect(area.disabled).toBe(true)
    expect(area.placeholder).toContain('viewer')
  })
})

describe('the queue', () => {
  test('removing puts the text back into an empty composer, and only there', async () => {
    const { stage: of, area } = await open()
    button(of.root, 'Remove')?.click()
    await settled()
    expect(prompts(of)).toHaveLength(1)
    expect(area.value).toContain('draft pull request')
    button(of.root, 'Remove')?.click()
    await settled()
    expect(area.value).toContain('draft pull request')
  })

  test('the arrows of the keyboard move a message', async () => {
    const { stage: of } = await open()
    const grip = of.root.querySelector<HTMLButtonElement>('[aria-label^="Drag to reorder"]')
    press(grip ?? of.root, 'ArrowDown')
    await settled()
    expect(prompts(of).map((prompt) => prompt.text.slice(0, 5))).toEqual(['Write', 'Then '])
  })

  test('a message is edited in its place', async () => {
    const { stage: of } = await open()
    button(of.root, 'Edit')?.click()
    const area = of.root.querySelector<HTMLTextAreaElement>('li textarea')
    if (area === null) throw new Error('no edit box')
    type(area, 'Then open it')
    press(area, 'Enter', { ctrlKey: true })
    await settled()
    expect(prompts(of)[0]?.text).toBe('Then open it')
  })

  test('an edit that is too long keeps every character, says by how much and is not saved', async () => {
    const { stage: of } = await open()
    const before = prompts(of)[0]?.text
    button(of.root, 'Edit')?.click()
    const area = of.root.querySelector<HTMLTextAreaElement>('li textarea')
    if (area === null) throw new Error('no edit box')
    expect(area.maxLength).toBe(-1)
    type(area, 'x'.repeat(100_001))
    press(area, 'Enter', { ctrlKey: true })
    await settled()
    expect(prompts(of)[0]?.text).toBe(before)
    expect(area.value).toHaveLength(100_001)
    expect(of.root.textContent).toContain('1 character too long.')
  })

  test('an edit that the device can’t keep stays open with its text, and says so', async () => {
    const { stage: of } = await open()
    button(of.root, 'Edit')?.click()
    const area = of.root.querySelector<HTMLTextAreaElement>('li textarea')
    if (area === null) throw new Error('no edit box')
    type(area, 'Then open it')
    of.workspace.setFull(true)
    press(area, 'Enter', { ctrlKey: true })
    await settled()
    expect(of.root.querySelector<HTMLTextAreaElement>('li textarea')?.value).toBe('Then open it')
    expect(of.root.querySelector('[role=alert]')?.textContent).toContain('could not save the change')
    of.workspace.setFull(false)
    press(area, 'Enter', { ctrlKey: true })
    await settled()
    expect(of.root.querySelector('li textarea')).toBeNull()
    expect(prompts(of)[0]?.text).toBe('Then open it')
  })

  test('an edit survives a reload, and what was given up does not come back', async () => {
    const store = createMemoryDeviceStore()
    const edit = async (of: Stage): Promise<HTMLTextAreaElement> => {
      button(of.root, 'Edit')?.click()
      await settled()
      const area = of.root.querySelector<HTMLTextAreaElement>('li textarea')
      if (area === null) throw new Error('no edit box')
      return area
    }
    const first = await open({ store })
    type(await edit(first.stage), 'Half an edit')
    await settled()
    first.stage.close()
    const second = await open({ store })
    const area = await edit(second.stage)
    expect(area.value).toBe('Half an edit')
    press(area, 'Escape')
    await settled()
    const before = prompts(second.stage)[0]?.text
    expect((await edit(second.stage)).value).toBe(before)
  })

  test('a message that could not be removed is in its place, and not in the composer too', async () => {
    const { stage: of, area } = await open()
    of.workspace.setFull(true)
    button(of.root, 'Remove')?.click()
    await settled()
    expect(prompts(of)).toHaveLength(2)
    expect(area.value).toBe('')
    expect(of.root.querySelector('[role=alert]')?.textContent).toContain('could not save the change')
  })

  test('leaving the edit goes back to the button that opened it', async () => {
    const { stage: of } = await open()
    button(of.root, 'Edit')?.click()
    press(of.root.querySelector('li textarea') ?? of.root, 'Escape')
    await settled()
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Edit')
    expect(of.root.querySelector('li')?.contains(document.activeElement)).toBe(true)
  })

  test('what only this device has says so', async () => {
    const { stage: of, area } = await open()
    of.workspace.setHolding(true)
    type(area, 'Later')
    press(area, 'Enter')
    await settled()
    expect(of.root.querySelector('ol')?.textContent).toContain('On this device')
  })
})

describe('mentions', () => {
  /** The list is fetched with the first `@`. */
  const patience = { timeout: 10_000 }
  const planId = PlanId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b31')
  const options = (): readonly (string | undefined)[] =>
    [...document.querySelectorAll('[role=option]')].map((one) => one.textContent?.trim())
  async function withPlans(): Promise<{ readonly stage: Stage; readonly area: HTMLTextAreaElement }> {
    const opened = await open()
    const plan = (id: PlanId, title: string, updatedAt: number) =>
      opened.stage.workspace.put(keys.plan(id), {
        id,
        title,
        folder: '',
        state: 'draft',
        createdBy: opened.stage.workspace.userId,
        createdAt: 1,
        updatedAt,
        updatedBy: { kind: 'server' },
        excerpt: '',
        words: 0,
        steps: { done: 0, total: 0 },
        version: 0,
      })
    plan(planId, 'Zebra billing', 2)
    plan(PlanId.parse('01994f2e-5c1a-7d3e-9b1f-3f1f0c9a1b32'), 'Zebra search', 1)
    await settled()
    return opened
  }

  test('@ offers plans of this device; Enter puts one in and does not send', async () => {
    const { stage: of, area } = await withPlans()
    type(area, 'Do @zebra')
    await vi.waitFor(() => expect(options()).toEqual(['Zebra billing', 'Zebra search']), patience)
    expect(document.querySelector('[role=listbox]')?.id).toBe(area.getAttribute('aria-controls'))
    press(area, 'ArrowDown')
    press(area, 'ArrowDown')
    expect(press(area, 'Enter').defaultPrevented).toBe(true)
    await settled()
    expect(area.value).toBe(`Do [Zebra billing](drover:plan/${planId}) `)
    expect(options()).toEqual([])
    expect(area.hasAttribute('aria-controls')).toBe(false)
    expect(prompts(of)).toHaveLength(2)
    press(area, 'Enter')
    await settled()
    expect(prompts(of).at(-1)?.text).toBe(`Do [Zebra billing](drover:plan/${planId})`)
  })

  test('Escape sends the list away and not the writer; an address of mail is no mention', async () => {
    const { area } = await withPlans()
    type(area, '@zeb')
    await vi.waitFor(() => expect(options()).toHaveLength(2), patience)
    press(area, 'Escape')
    await settled()
    expect(options()).toEqual([])
    expect(document.activeElement).not.toBe(document.querySelector('[role=log]'))
    type(area, '@zebr')
    await settled()
    expect(options()).toEqual([])
    type(area, 'mara@zebra')
    await settled()
    expect(options()).toEqual([])
  })

  test('a queued message is edited with the same list, and reads with names', async () => {
    const { stage: of } = await withPlans()
    button(of.root, 'Edit')?.click()
    const area = of.root.querySelector<HTMLTextAreaElement>('li textarea')
    if (area === null) throw new Error('no edit box')
    await settled()
    type(area, '@search')
    await vi.waitFor(() => expect(options()).toEqual(['Zebra search']), patience)
    press(area, 'Tab')
    press(area, 'Enter', { ctrlKey: true })
    await settled()
    expect(prompts(of)[0]?.text).toContain('(drover:plan/')
    expect(of.root.querySelector('li')?.textContent).toContain('@Zebra search')
  })
})
