import { createRoot } from 'solid-js'
import { expect, test } from 'vitest'
import { createMemoryDeviceStore } from './device-store.ts'
import { createDraft } from './draft.ts'

const parse = (kept: unknown) => (typeof kept === 'string' ? kept : undefined)
const settled = () => new Promise((resolve) => setTimeout(resolve))

test('what was typed is back after the page is gone', async () => {
  const store = createMemoryDeviceStore()
  const first = createRoot(() => createDraft({ store, key: 'd', initial: '', parse }))
  await settled()
  for (const text of ['a', 'ab', 'abc']) first.set(text)
  await settled()
  const second = createRoot(() => createDraft({ store, key: 'd', initial: '', parse }))
  await settled()
  expect(second.loaded()).toBe(true)
  expect(second.value()).toBe('abc')
})

test('typing before the kept text is back wins over it', async () => {
  const store = createMemoryDeviceStore([['d', 'old']])
  const draft = createRoot(() => createDraft({ store, key: 'd', initial: '', parse }))
  draft.set('new')
  await settled()
  expect(draft.value()).toBe('new')
})

test('a slow device gets the newest text, not each', async () => {
  const written: unknown[] = []
  const waiting: (() => void)[] = []
  const store = {
    ...createMemoryDeviceStore(),
    set: (_key: string, value: unknown) =>
      new Promise<void>((resolve) => waiting.push(() => (written.push(value), resolve()))),
  }
  const draft = createRoot(() => createDraft({ store, key: 'd', initial: '', parse }))
  for (const text of ['a', 'ab', 'abc', 'abcd']) draft.set(text)
  while (waiting.length > 0) {
    waiting.shift()?.()
    await settled()
  }
  expect(written).toEqual(['a', 'abcd'])
})

test('cleared, it stays cleared', async () => {
  const store = createMemoryDeviceStore()
  const draft = createRoot(() => createDraft({ store, key: 'd', initial: '', parse }))
  draft.set('text')
  await draft.clear()
  expect(draft.value()).toBe('')
  expect(await store.get('d')).toBeUndefined()
})

test('what no longer reads is dropped', async () => {
  const draft = createRoot(() =>
    createDraft({ store: createMemoryDeviceStore([['d', { not: 'text' }]]), key: 'd', initial: 'empty', parse }),
  )
  await settled()
  expect(draft.value()).toBe('empty')
})
