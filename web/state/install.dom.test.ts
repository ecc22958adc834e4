import { createRoot } from 'solid-js'
import { describe, expect, test } from 'vitest'
import type { AskToInstall, InstallSource } from '../pwa/install.ts'
import { createMemoryDeviceStore, type DeviceStore } from './device-store.ts'
import { createInstall, type Install } from './install.ts'

const settled = () => new Promise((resolve) => setTimeout(resolve))

async function open(more: Partial<InstallSource> = {}, store: DeviceStore = createMemoryDeviceStore()) {
  let offer: ((ask: AskToInstall) => void) | undefined
  let installed: (() => void) | undefined
  const source: InstallSource = {
    isInstalled: () => false,
    byHand: false,
    onOffer: (given) => (offer = given),
    onInstalled: (tell) => (installed = tell),
    ...more,
  }
  const install: Install = createRoot(() => createInstall({ store, source }))
  await settled()
  return { install, store, offer: (ask: AskToInstall) => offer?.(ask), installed: () => installed?.() }
}

describe('installing is offered unasked', () => {
  test('only once the browser can, and a run was seen through', async () => {
    const { install, offer } = await open()
    expect([install.state(), install.offers()]).toEqual(['unknown', false])
    install.earned()
    expect(install.offers()).toBe(false)
    offer(async () => 'accepted')
    expect([install.state(), install.offers()]).toEqual(['ready', true])
  })
  test('never again once it was put away, also after the app was closed; the settings still have it', async () => {
    const first = await open()
    first.install.earned()
    first.offer(async () => 'accepted')
    first.install.putAway()
    await settled()
    const second = await open({}, first.store)
    second.offer(async () => 'accepted')
    second.install.earned()
    expect([second.install.state(), second.install.offers()]).toEqual(['ready', false])
  })
  test('nor once the browser’s own question was declined', async () => {
    const { install, offer } = await open()
    install.earned()
    offer(async () => 'dismissed')
    await install.ask()
    offer(async () => 'dismissed')
    expect(install.offers()).toBe(false)
  })
  test('on an iPhone, where nothing can be asked, by words', async () => {
    const { install } = await open({ byHand: true })
    install.earned()
    expect([install.state(), install.offers()]).toEqual(['by_hand', true])
  })
  test('not where it is installed, or just was', async () => {
    const inWindow = await open({ isInstalled: () => true, byHand: true })
    inWindow.install.earned()
    expect([inWindow.install.state(), inWindow.install.offers()]).toEqual(['installed', false])
    const { install, offer, installed } = await open()
    install.earned()
    offer(async () => 'accepted')
    installed()
    expect([install.state(), install.offers()]).toEqual(['installed', false])
  })
})

describe('before the device’s store has answered', () => {
  test('what is chosen holds', async () => {
    const store = createMemoryDeviceStore()
    const install = createRoot(() => createInstall({ store, source: undefined }))
    install.putAway()
    await settled()
    expect(await store.get('install')).toEqual({ earned: false, putAway: true })
  })
  test('what was put away is not brought up again', async () => {
    const store = createMemoryDeviceStore([['install', { earned: true, putAway: true }]])
    const source: InstallSource = {
      isInstalled: () => false,
      byHand: true,
      onOffer: () => undefined,
      onInstalled: () => undefined,
    }
    const install = createRoot(() => createInstall({ store, source }))
    install.earned()
    expect(install.offers()).toBe(false)
    await settled()
    expect(install.offers()).toBe(false)
    expect(await store.get('install')).toEqual({ earned: true, putAway: true })
  })
})
