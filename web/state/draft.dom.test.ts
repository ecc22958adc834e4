import { createComponent, createRoot } from 'solid-js'
import { expect, test } from 'vitest'
import { DeviceStoreContext, createMemoryDeviceStore, type DeviceStore } from './device-store.ts'
import { createMemoryWorkspace, type MemoryWorkspace } from '../dev/memory-workspace.ts'
import { seed, seedIds } from '../dev/seed.ts'
import { createDraft, useMessageDraft, useTextDraft, type MessageDraft } from './draft.ts'
import { PlatformContext, type Platform } from './platform.ts'
import { WorkspaceContext } from './workspace.ts'

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

test('what the device can’t keep is said, until it can again', async () => {
  const store = createMemoryDeviceStore()
  let isFull = true
  const full = {
    ...store,
    set: (key: string, value: unknown) => (isFull ? Promise.reject(new Error('full')) : store.set(key, value)),
  }
  const draft = createRoot(() => createDraft({ store: full, key: 'd', initial: '', parse }))
  draft.set('text')
  expect(await draft.kept()).toBe(false)
  expect([draft.lost(), draft.value()]).toEqual([true, 'text'])
  isFull = false
  draft.set('text again')
  expect(await draft.kept()).toBe(true)
  expect([draft.lost(), await store.get('d')]).toEqual([false, 'text again'])
})

test('a text that was emptied leaves nothing behind', async () => {
  const store = createMemoryDeviceStore()
  const draft = createRoot(() => createDraft({ store, key: 'd', initial: '', parse }))
  draft.set('text')
  draft.set('')
  await draft.kept()
  expect(await store.get('d')).toBeUndefined()
})

const platform = (): Platform => {
  let random = 0
  return {
    now: () => 1_760_000_000_000,
    openedAt: 1_760_000_000_000,
    random: (bytes) => new Uint8Array(bytes).fill(++random),
  }
}

/** `use` inside what a page of this person has around it. */
function within<T>(workspace: MemoryWorkspace, store: DeviceStore, use: () => T): T {
  const made: T[] = []
  const inWorkspace = () =>
    createComponent(WorkspaceContext.Provider, {
      value: workspace,
      get children() {
        made.push(use())
        return undefined
      },
    })
  const inStore = () =>
    createComponent(DeviceStoreContext.Provider, {
      value: store,
      get children() {
        return inWorkspace()
      },
    })
  createRoot(() =>
    createComponent(PlatformContext.Provider, {
      value: platform(),
      get children() {
        return inStore()
      },
    }),
  )
  const [value] = made
  if (value === undefined) throw new Error('nothing was made')
  return value
}
const workspaceOf = (userId: typeof seedIds.mara): MemoryWorkspace =>
  createMemoryWorkspace({ userId, teamId: seedIds.team, rows: seed(1_760_000_000_000).rows })

test('what one person wrote is not shown to the next on the device, and is back when the first one is', async () => {
  const store = createMemoryDeviceStore()
  const mine = within(workspaceOf(seedIds.mara), store, () => useTextDraft('deny/1'))
  mine.set('For my eyes')
  await mine.kept()
  const theirs = within(workspaceOf(seedIds.jonas), store, () => useTextDraft('deny/1'))
  await settled()
  expect([theirs.loaded(), theirs.value()]).toEqual([true, ''])
  const again = within(workspaceOf(seedIds.mara), store, () => useTextDraft('deny/1'))
  await settled()
  expect(again.value()).toBe('For my eyes')
})

test('a message that was sent just before a kill does not stand there again; one that was not does', async () => {
  const store = createMemoryDeviceStore()
  const before = workspaceOf(seedIds.mara)
  const open = (workspace: MemoryWorkspace): MessageDraft => within(workspace, store, () => useMessageDraft('run/1'))
  const draft = open(before)
  draft.set('Go on')
  draft.set('Go on, then')
  await draft.kept()
  const unsent = open(before)
  await settled()
  expect([unsent.text(), unsent.promptId()]).toEqual(['Go on, then', draft.promptId()])
  const sent = { id: '1', name: 'sendPrompt', at: 0, state: 'local' as const, refusal: undefined, mutations: [] }
  before.setIntents([{ ...sent, args: { promptId: draft.promptId(), text: 'Go on, then' } }])
  const after = open(before)
  await settled()
  expect([after.loaded(), after.text()]).toEqual([true, ''])
  expect(await store.get(`draft/${seedIds.mara}/run/1`)).toBeUndefined()
})

test('what was typed while a message was sent is another message', async () => {
  const draft = within(workspaceOf(seedIds.mara), createMemoryDeviceStore(), () => useMessageDraft('run/1'))
  draft.set('One')
  const first = draft.promptId()
  draft.startAnew('Two')
  expect(draft.text()).toBe('Two')
  expect(draft.promptId()).not.toBe(first)
  await draft.clear()
  draft.set('Three')
  expect(draft.promptId()).not.toBe(first)
})
