import { afterEach, expect, test, vi } from 'vitest'
import { button, settled, stage, type Stage } from '../../dev/run-stage.tsx'
import { seedRefusal } from '../../dev/seed.ts'
import { RefusedItem } from './refused-item.tsx'

let on: Stage | undefined
afterEach(() => {
  on?.close()
  vi.unstubAllGlobals()
})

async function open(writeText: (text: string) => Promise<void>): Promise<Stage> {
  vi.stubGlobal('navigator', { clipboard: { writeText } })
  const [, refused] = seedRefusal(1_760_000_000_000)
  on = stage(() => (
    <ul>
      <RefusedItem refused={refused} intent={undefined} />
    </ul>
  ))
  await settled()
  return on
}

test('what was typed can be copied', async () => {
  const copied: string[] = []
  const of = await open(async (text) => void copied.push(text))
  button(of.root, 'Copy what you typed')?.click()
  await vi.waitFor(() => expect(button(of.root, 'Copied')).toBeDefined())
  expect(copied).toEqual(['Use the new rounding everywhere.'])
})

test('where the browser lets nobody copy, as on plain http, the button says what to do', async () => {
  const of = await open(async () => Promise.reject(new DOMException('not allowed', 'NotAllowedError')))
  button(of.root, 'Copy what you typed')?.click()
  await vi.waitFor(() => expect(button(of.root, 'Could not copy. Select it instead.')).toBeDefined())
})
