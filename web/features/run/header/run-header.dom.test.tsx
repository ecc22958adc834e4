import { afterEach, expect, test, vi } from 'vitest'
import { Run } from '#shared/domain/run.ts'
import { keys } from '#sync/core/keys.ts'
import { billingRun } from '../../../dev/run-seed.ts'
import { button, settled, stage, type Stage } from '../../../dev/run-stage.tsx'
import { createMemoryDeviceStore } from '../../../state/device-store.ts'
import { RunHeader } from './run-header.tsx'

let on: Stage | undefined
afterEach(() => on?.close())

async function open(options: Parameters<typeof stage>[1] = {}): Promise<Stage> {
  on = stage(
    () => <RunHeader watchers={[]} railOpen={false} link="https://drover.example/runs/1" onFind={() => undefined} />,
    options,
  )
  await settled()
  return on
}

const held = (of: Stage): Run => Run.parse(of.workspace.rows.get(keys.run(billingRun)))
const dialog = (): HTMLElement | null => document.querySelector<HTMLElement>('[role=dialog]')
const inDialog = (text: string): HTMLButtonElement | undefined => {
  const shown = dialog()
  return shown === null ? undefined : button(shown, text)
}

test('Stop asks first, then stops, and the focus stays in the header', async () => {
  const of = await open()
  const stop = button(of.root, 'Stop')
  stop?.focus()
  stop?.click()
  await vi.waitFor(() => expect(dialog()?.textContent).toContain('Stop this run?'))
  expect(held(of).stop).toBeUndefined()
  inDialog('Stop')?.click()
  await vi.waitFor(() => expect(held(of).stop).toMatchObject({ state: 'accepted' }))
  of.setRun({ stop: held(of).stop })
  await vi.waitFor(() => expect(dialog()).toBeNull())
  expect(of.root.textContent).toContain('Stopping…')
  await vi.waitFor(() => expect(of.root.querySelector('header')?.contains(document.activeElement)).toBe(true))
})

test('a stop that comes too late says so in the dialog, and cancelling it gives the focus back', async () => {
  const of = await open()
  const stop = button(of.root, 'Stop')
  stop?.focus()
  stop?.click()
  await vi.waitFor(() => expect(dialog()).not.toBeNull())
  of.workspace.put(keys.run(billingRun), { ...held(of), state: 'SUCCEEDED', endedAt: 1 })
  inDialog('Stop')?.click()
  await vi.waitFor(() => expect(dialog()?.querySelector('[role=alert]')?.textContent).toContain('The run had ended.'))
  inDialog('Cancel')?.click()
  await vi.waitFor(() => expect(dialog()).toBeNull())
  await vi.waitFor(() => expect(document.activeElement).toBe(stop))
})

test('a new name half typed survives a reload, and one that the device can’t keep stays in its field', async () => {
  const store = createMemoryDeviceStore()
  const rename = async (of: Stage): Promise<HTMLInputElement> => {
    of.root.querySelector('h1')?.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }))
    await settled()
    const input = of.root.querySelector('input')
    if (input === null) throw new Error('no field')
    return input
  }
  const submit = (input: HTMLInputElement) =>
    input.form?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
  const first = await open({ store })
  const before = await rename(first)
  expect(before.value).toBe(held(first).title)
  before.value = 'A name in the maki'
  before.dispatchEvent(new InputEvent('input', { bubbles: true }))
  await settled()
  first.close()
  const second = await open({ store })
  const input = await rename(second)
  expect(input.value).toBe('A name in the maki')
  second.workspace.setFull(true)
  submit(input)
  await settled()
  expect(second.root.querySelector('input')?.value).toBe('A name in the maki')
  expect(second.root.querySelector('[role=alert]')?.textContent).toContain('could not save the change')
  second.workspace.setFull(false)
  submit(input)
  await settled()
  expect(held(second).title).toBe('A name in the maki')
  expect(second.root.querySelector('input')).toBeNull()
  expect(await store.get(`draft/${second.workspace.userId}/rename/${billingRun}`)).toBeUndefined()
})
