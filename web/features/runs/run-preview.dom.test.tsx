import { createSignal } from 'solid-js'
import { afterEach, expect, test, vi } from 'vitest'
import { Run } from '#shared/domain/run.ts'
import { keys } from '#sync/core/keys.ts'
import { billingRun } from '../../dev/run-seed.ts'
import { button, settled, stage, type Stage } from '../../dev/run-stage.tsx'
import { RunPreview } from './run-preview.tsx'

let on: Stage | undefined
afterEach(() => on?.close())

const held = (of: Stage): Run => Run.parse(of.workspace.rows.get(keys.run(billingRun)))
const dialog = (): HTMLElement | null => document.querySelector<HTMLElement>('[role=dialog]')
const inDialog = (text: string): HTMLButtonElement | undefined => {
  const shown = dialog()
  return shown === null ? undefined : button(shown, text)
}

async function open(): Promise<{ readonly of: Stage; readonly show: (run: Run) => void }> {
  const [run, setRun] = createSignal<Run>()
  const of = stage(() => <RunPreview run={run()} onOpen={() => undefined} />)
  on = of
  setRun(held(of))
  await settled()
  return { of, show: setRun }
}

test('how much changed is said with what it counts', async () => {
  const { of, show } = await open()
  const file = { path: 'LICENSE', status: 'added', added: 4, removed: 0 }
  of.workspace.setTranscript(billingRun, { rows: { [keys.files]: { at: 1, files: [file] } } })
  show({ ...held(of), files: { changed: 1, added: 4, removed: 0 } })
  await vi.waitFor(() => expect(of.root.textContent.replaceAll(/\s+/g, ' ')).toContain('1 file · +4 lines'))
})

test('a stop that comes too late is told, not swallowed', async () => {
  const { of } = await open()
  button(of.root, 'Stop this run')?.click()
  await vi.waitFor(() => expect(dialog()).not.toBeNull())
  of.workspace.put(keys.run(billingRun), { ...held(of), state: 'SUCCEEDED', endedAt: 1 })
  inDialog('Stop')?.click()
  await vi.waitFor(() => expect(dialog()?.querySelector('[role=alert]')?.textContent).toContain('The run had ended.'))
})

test('what is stopped is the run that was asked about, whichever the list shows by then', async () => {
  const { of, show } = await open()
  button(of.root, 'Stop this run')?.click()
  await vi.waitFor(() => expect(dialog()).not.toBeNull())
  const other = [...of.workspace.rows]
    .filter(([key]) => key.startsWith('run/') && key !== keys.run(billingRun))
    .map(([, row]) => Run.parse(row))
    .find((run) => run.state === 'INPROGRESS')
  if (other === undefined) throw new Error('no other run at work')
  show(other)
  inDialog('Stop')?.click()
  await vi.waitFor(() => expect(held(of).stop).toMatchObject({ state: 'accepted' }))
  expect(Run.parse(of.workspace.rows.get(keys.run(other.id))).stop).toBeUndefined()
})
