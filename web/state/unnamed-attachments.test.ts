import { expect, test } from 'vitest'
import { UserId } from '#shared/ids.ts'
import { createMemoryDeviceStore } from './device-store.ts'
import { forgetUnnamedAttachments } from './unnamed-attachments.ts'

test('what drafts of this person name stays on the device, whichever message they are of', async () => {
  const blob = (letter: string): string => letter.repeat(64)
  const store = createMemoryDeviceStore([
    ['draft/mara/run/1', { text: '', attachments: [{ blob: blob('a') }] }],
    ['draft/mara/new-run/t', { attachments: [{ blob: blob('b') }, { blob: blob('c') }] }],
    ['draft/mara/run/2', 'a text'],
    ['draft/jonas/run/1', { attachments: [{ blob: blob('d') }] }],
  ])
  const told: string[][] = []
  const forgetUnnamed = async (named: ReadonlySet<string>) => void told.push([...named].sort())
  await forgetUnnamedAttachments({ userId: UserId.parse('mara'), forgetUnnamed }, store)
  expect(told).toEqual([['a', 'b', 'c'].map(blob)])
})
