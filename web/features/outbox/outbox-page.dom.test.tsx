import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Run } from '#shared/domain/run.ts'
import { closeApp, openApp, press, shown, stubLayout } from '../../dev/app-stage.tsx'
import { seed } from '../../dev/seed.ts'

// Pages are fetched when first opened, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 })
const until = <T,>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 })

beforeEach(stubLayout)
afterEach(() => {
  closeApp()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

test('an item keeps the keys when its run becomes known, which makes a link of it', async () => {
  const { rows } = seed(Date.now())
  const [key, row] = Object.entries(rows).find(([name]) => name.startsWith('run/')) ?? []
  const run = Run.parse(row)
  const others = Object.fromEntries(Object.entries(rows).filter(([name]) => name !== key))
  const intent = { args: { runId: run.id, title: 'Another title' }, at: Date.now(), refusal: undefined, mutations: [] }
  const { workspace } = await openApp('/outbox', {
    rows: others,
    intents: [
      { ...intent, id: '1', name: 'renameRun', state: 'accepted' },
      { ...intent, id: '2', name: 'renameRun', state: 'accepted' },
    ],
  })
  await until(() => expect(shown('[data-item]')).toHaveLength(2))
  press('j', document.body)
  press('j')
  const item = () => shown('[data-item]')[1]
  expect(document.activeElement).toBe(item())
  workspace.put(key ?? '', run)
  await until(() => expect(item()?.tagName).toBe('A'))
  await until(() => expect(document.activeElement).toBe(item()))
})
