import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { toShareHash } from '#shared/share.ts'
import { button, closeApp, openApp, shown, stubLayout } from '../../dev/app-stage.tsx'
import { seedIds } from '../../dev/seed.ts'
import { createMemoryDeviceStore, type DeviceStore } from '../../state/device-store.ts'
import { draftKey } from '../../state/draft.ts'
import type { OnLaunch } from '../../state/launches.ts'
import { emptyForm } from './form.ts'

// Pages are fetched when first opened, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 })
const until = <T,>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 })

beforeEach(stubLayout)
afterEach(() => {
  closeApp()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const key = draftKey({ userId: seedIds.mara }, `new-run/${seedIds.team}`)
const prompt = () => {
  const [area] = shown('textarea')
  if (!(area instanceof HTMLTextAreaElement)) throw new Error('the form is not there')
  return area
}
const typed = async (store: DeviceStore): Promise<unknown> => {
  const kept = await store.get(key)
  return typeof kept === 'object' && kept !== null && 'prompt' in kept ? kept.prompt : undefined
}
const share = (id: string, text: string, leftOut: readonly object[] = []) => ({ id, text, leftOut })
const deviceWith = (...shares: readonly object[]) => createMemoryDeviceStore([['shares', shares]])

describe('what another app shared', () => {
  test('stands in an empty form, is called somebody else’s, and is kept as a draft', async () => {
    const deviceStore = deviceWith(share('1', 'Look at this'))
    await openApp('/new', { deviceStore })
    await until(() => expect(prompt().value).toBe('Look at this'))
    expect(document.body.textContent).toContain('This text came from another app. Read it before you start the run.')
    await until(async () =>
      expect([await typed(deviceStore), await deviceStore.get('shares')]).toEqual(['Look at this', []]),
    )
    button('Empty the form')?.click()
    await until(() => expect(prompt().value).toBe(''))
    await until(() => expect(button('Undo')).toBeDefined())
    button('Undo')?.click()
    await until(() => expect(prompt().value).toBe('Look at this'))
  })

  test('leaves a draft as it is until its person chooses', async () => {
    const deviceStore = deviceWith(share('1', 'Look at this'))
    await deviceStore.set(key, { ...emptyForm, prompt: 'Mine' })
    await openApp('/new', { deviceStore })
    await until(() => expect(button('Add it to my draft')).toBeDefined())
    expect(prompt().value).toBe('Mine')
    expect(await typed(deviceStore)).toBe('Mine')
    button('Add it to my draft')?.click()
    await until(() => expect(prompt().value).toBe('Mine\n\nLook at this'))
    await until(async () => expect(await deviceStore.get('shares')).toEqual([]))
  })

  test('takes the place of a draft only with a way back', async () => {
    const deviceStore = deviceWith(share('1', 'Look at this'))
    await deviceStore.set(key, { ...emptyForm, prompt: 'Mine' })
    await openApp('/new', { deviceStore })
    await until(() => expect(button('Replace my draft')).toBeDefined())
    button('Replace my draft')?.click()
    await until(() => expect(prompt().value).toBe('Look at this'))
    await until(() => expect(button('Undo')).toBeDefined())
    button('Undo')?.click()
    await until(() => expect(prompt().value).toBe('Mine'))
    await until(async () => expect(await typed(deviceStore)).toBe('Mine'))
  })

  test('can be discarded, and the next is offered', async () => {
    const deviceStore = deviceWith(share('1', 'One'), share('2', 'Two'), { rubbish: true })
    await openApp('/new', { deviceStore })
    await until(() => expect(prompt().value).toBe('One'))
    await until(() => expect(document.querySelector('blockquote')?.textContent).toBe('Two'))
    button('Discard it')?.click()
    await until(() => expect(document.querySelector('blockquote')).toBeNull())
    expect(prompt().value).toBe('One')
    await until(async () => expect(await deviceStore.get('shares')).toEqual([]))
  })

  test('and could not be taken is told, and changes nothing', async () => {
    const deviceStore = deviceWith(share('1', '', [{ name: 'photo.png', why: 'not_text' }]))
    await openApp('/new', { deviceStore })
    await until(() => expect(document.body.textContent).toContain('“photo.png” was left out'))
    expect(document.body.textContent).toContain('Nothing of what was shared could be taken.')
    expect(prompt().value).toBe('')
  })
})

test('what the address carries is taken out of it, also for whoever has to sign in first', async () => {
  const deviceStore = createMemoryDeviceStore()
  const hash = toShareHash({ text: '50% & “more” #1', leftOut: [] })
  const { router } = await openApp(`/new${hash}`, { deviceStore, fetchMe: async () => ({ type: 'signed_out' }) })
  await until(() => expect(router.state.location.pathname).toBe('/sign-in'))
  expect(router.state.location.href).not.toContain('shared=')
  closeApp()
  await openApp('/new', { deviceStore })
  await until(() => expect(prompt().value).toBe('50% & “more” #1'))
})

test('an address that carries rubbish opens an empty form', async () => {
  await openApp('/new#shared=%7B%22text%22', {})
  await until(() => expect(prompt().value).toBe(''))
})

describe('an app that was called', () => {
  const called = (): { readonly onLaunch: OnLaunch; readonly call: Parameters<OnLaunch>[0] } => {
    let deliver: Parameters<OnLaunch>[0] = () => undefined
    return { onLaunch: (given) => (deliver = given), call: (launch) => deliver(launch) }
  }

  test('with a Markdown file has it as the draft of a new run', async () => {
    const { onLaunch, call } = called()
    const { router } = await openApp('/runs', { onLaunch })
    await until(() => expect(shown('[data-row]').length).toBeGreaterThan(0))
    call({ path: '/new', files: [new File(['# Plan\n\n1. Look'], 'plan.md')] })
    await until(() => expect(router.state.location.pathname).toBe('/new'))
    await until(() => expect(prompt().value).toBe('# Plan\n\n1. Look'))
  })

  test('goes where it was sent, and nowhere else', async () => {
    const { onLaunch, call } = called()
    const { router } = await openApp('/runs?show=failed', { onLaunch })
    await until(() => expect(shown('[data-row]').length).toBeGreaterThan(0))
    call({ path: '/runs?show=failed', files: [] })
    call({ path: undefined, files: [] })
    expect(router.history.length).toBe(1)
    call({ path: '/settings/team', files: [] })
    await until(() => expect(router.state.location.pathname).toBe('/settings/team'))
  })
})
