import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Run } from '#shared/domain/run.ts'
import { keys } from '#sync/core/keys.ts'
import { scanRows } from '#sync/core/transaction.ts'
import { button, closeApp, openApp, stubLayout } from '../../dev/app-stage.tsx'
import type { InstallSource } from '../../pwa/install.ts'
import { createMemoryDeviceStore } from '../../state/device-store.ts'

// Pages are fetched when first opened, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 })
const until = <T,>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 })

beforeEach(stubLayout)
afterEach(() => {
  closeApp()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const offer = 'Drover can have a window and an icon of its own on this device.'

/** A browser that can install it, and whose person says yes. */
function browser(): InstallSource & { readonly asked: () => number } {
  let asked = 0
  return {
    asked: () => asked,
    isInstalled: () => false,
    byHand: false,
    onOffer: (give) =>
      give(async () => {
        asked++
        return 'accepted'
      }),
    onInstalled: () => undefined,
  }
}

test('whoever has seen a run through is offered to install it, can put that away for good, and finds it in the settings', async () => {
  const deviceStore = createMemoryDeviceStore()
  const install = browser()
  const { workspace, router } = await openApp('/runs', { deviceStore, install })
  const runs = await workspace.query((tx) => scanRows(tx, keys.runs, Run))
  const [ended, working] = [
    runs.find((run) => run.state === 'SUCCEEDED'),
    runs.find((run) => run.state === 'INPROGRESS'),
  ]
  if (ended === undefined || working === undefined) throw new Error('the seed has no such runs')
  const show = async (run: Run): Promise<void> => {
    await router.navigate({ to: '/runs/$runId', params: { runId: run.id } })
    await until(() => expect(document.querySelector('h1')?.textContent).toBe(run.title))
  }
  // One that had ended before says nothing about its reader.
  await show(ended)
  await show(working)
  expect(document.body.textContent).not.toContain(offer)
  workspace.put(keys.run(working.id), { ...working, state: 'SUCCEEDED', endedAt: Date.now() })
  await until(() => expect(document.body.textContent).toContain(offer))
  button('Don’t offer it again')?.click()
  await until(() => expect(document.body.textContent).not.toContain(offer))
  await until(async () => expect(await deviceStore.get('install')).toEqual({ earned: true, putAway: true }))
  closeApp()

  await openApp('/settings/device', { deviceStore, install })
  await until(() => expect(button('Install Drover')).toBeDefined())
  expect(document.body.textContent).not.toContain(offer)
  button('Install Drover')?.click()
  await until(() => expect(install.asked()).toBe(1))
})

test('once installed, the settings say so', async () => {
  await openApp('/settings/device', { install: { ...browser(), isInstalled: () => true } })
  await until(() => expect(document.body.textContent).toContain('Drover is installed on this device.'))
})
