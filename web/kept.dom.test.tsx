import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RunId } from '#shared/ids.ts'
import type { KeptRun } from '#sync/client/workspace.ts'
import { button, closeApp, openApp, press, shown, stubLayout } from './dev/app-stage.tsx'
import { noStorage } from './dev/no-push.ts'

vi.setConfig({ testTimeout: 60_000 })
const until = <T,>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 })

beforeEach(() => {
  localStorage.clear()
  stubLayout()
})
afterEach(() => {
  closeApp()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const text = (): string => document.body.textContent ?? ''
const item = (words: string): HTMLElement | undefined =>
  shown('[role=menuitem]').find((one) => one.textContent?.trim() === words)

/** Opens the menu of the run's header and takes what is called so. */
async function choose(words: string): Promise<void> {
  await until(() => expect(shown('header [aria-label=More]')).toHaveLength(1))
  shown('header [aria-label=More]')[0]?.focus()
  press('ArrowDown')
  await until(() => expect(item(words)).toBeDefined())
  item(words)?.focus()
  press('Enter')
}

describe('a run', () => {
  test('is kept offline by its menu, says so, and is found in the settings, where it is let go', async () => {
    const persist = vi.fn<() => Promise<boolean>>(async () => true)
    const { workspace, router } = await openApp('/runs', { deviceStorage: { ...noStorage, persist } })
    await until(() => expect(shown('[role=treegrid] a[href^="/runs/"]').length).toBeGreaterThan(0))
    const link = shown('[role=treegrid] a[href^="/runs/"]')[0]
    const runId = RunId.parse(link?.getAttribute('href')?.split('/')[2])
    const title = link?.getAttribute('title') ?? link?.textContent ?? ''
    await router.navigate({ to: '/runs/$runId', params: { runId } })
    await choose('Keep offline')
    await until(() =>
      expect(
        shown('header')
          .map((one) => one.textContent)
          .join(),
      ).toContain('Kept offline'),
    )
    expect(persist).toHaveBeenCalledTimes(1)

    await router.navigate({ to: '/settings/$section', params: { section: 'device' } })
    await until(() => expect(text()).toContain('The transcripts of 1 run are on this device, 1 of them kept offline'))
    expect(shown('ul[aria-label="Kept offline"] a').map((one) => one.textContent)).toEqual([title])
    button('Don’t keep')?.click()
    await until(() => expect(shown('ul[aria-label="Kept offline"]')).toEqual([]))
    button('Remove transcripts')?.click()
    await until(() => expect(text()).toContain('Removed: 1 run.'))
    let kept: ReadonlyMap<RunId, KeptRun> | undefined
    workspace.subscribeKept((now) => (kept = now))
    expect(kept?.size).toBe(0)
  })
})

describe('a device without room', () => {
  const full = 'This device has no room left for Drover.'

  test('is told when as good as everything is used, after the transcripts made room in vain', async () => {
    const { workspace } = await openApp('/runs', {
      deviceStorage: { ...noStorage, estimate: async () => ({ usage: 99, quota: 100 }) },
    })
    await until(() => expect(text()).toContain(full))
    button('Make room')?.click()
    await until(() => expect(text()).toContain('No transcript is kept yet'))
    expect(workspace).toBeDefined()
  })

  test('is told when a write fails for it', async () => {
    await openApp('/runs')
    await until(() => expect(shown('[role=treegrid]')).toHaveLength(1))
    expect(text()).not.toContain(full)
    const failed = Object.assign(new Event('unhandledrejection', { cancelable: true }), {
      reason: new DOMException('full', 'QuotaExceededError'),
    })
    dispatchEvent(failed)
    await until(() => expect(text()).toContain(full))
  })

  test('that only found it tight says nothing once there is room again', async () => {
    let usage = 99
    await openApp('/runs', {
      deviceStorage: {
        ...noStorage,
        estimate: async () => ({ usage: (usage -= 40), quota: 60 }),
      },
    })
    await until(() => expect(usage).toBeLessThan(40))
    expect(text()).not.toContain(full)
  })
})
