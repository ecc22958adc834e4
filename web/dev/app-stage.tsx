import { createMemoryHistory } from '@tanstack/solid-router'
import { render } from 'solid-js/web'
import { vi } from 'vitest'
import { App } from '../app.tsx'
import type { DeviceIntent } from '#sync/client/workspace.ts'
import type { InstallSource } from '../pwa/install.ts'
import type { PushDevice } from '../pwa/push-device.ts'
import type { DeviceStorage } from '../pwa/storage.ts'
import { createAppRouter, type AppRouter } from '../routes.tsx'
import { createMemoryDeviceStore, type DeviceStore } from '../state/device-store.ts'
import type { OnLaunch } from '../state/launches.ts'
import { browserPlatform, type Platform } from '../state/platform.ts'
import type { FetchMe } from '../state/session.ts'
import { createMemoryWorkspace, type MemoryWorkspace } from './memory-workspace.ts'
import { noPush, noStorage } from './no-push.ts'
import { seed, seedIds } from './seed.ts'

/** For tests: the whole app over a workspace in memory. */
export type AppStage = {
  readonly workspace: MemoryWorkspace
  readonly router: AppRouter
  readonly deviceStore: DeviceStore
  readonly close: () => void
}

export type AppStageOptions = {
  readonly rows?: Record<string, object>
  readonly fetchMe?: FetchMe
  readonly deviceStore?: DeviceStore
  readonly platform?: Platform
  readonly push?: PushDevice
  readonly deviceStorage?: DeviceStorage
  readonly install?: InstallSource
  readonly intents?: readonly DeviceIntent[]
  readonly onLaunch?: OnLaunch
}

export async function stageApp(path: string, options: AppStageOptions = {}): Promise<AppStage> {
  const platform = options.platform ?? browserPlatform
  const workspace = createMemoryWorkspace({
    userId: seedIds.mara,
    teamId: seedIds.team,
    now: platform.now,
    rows: options.rows ?? seed(platform.now()).rows,
  })
  workspace.setIntents(options.intents ?? [])
  const router = createAppRouter(createMemoryHistory({ initialEntries: [path] }))
  const deviceStore = options.deviceStore ?? createMemoryDeviceStore()
  const root = document.body.appendChild(document.createElement('div'))
  const unmount = render(
    () => (
      <App
        deps={{
          router,
          platform,
          deviceStore,
          forgetTeam: async () => undefined,
          fetchMe: options.fetchMe ?? (async () => ({ type: 'me', me: seedIds.me })),
          openWorkspace: async () => workspace,
          push: options.push ?? noPush,
          deviceStorage: options.deviceStorage ?? noStorage,
          registration: undefined,
          install: options.install,
          onLaunch: options.onLaunch,
          storage: localStorage,
          reload: () => undefined,
        }}
      />
    ),
    root,
  )
  return {
    workspace,
    router,
    deviceStore,
    close() {
      unmount()
      root.remove()
    },
  }
}

/** jsdom lays nothing out, so sizes are given. Undone by `vi.restoreAllMocks` and `vi.unstubAllGlobals`. */
export function layOut(matches: (query: string) => boolean): void {
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: matches(query),
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }))
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  )
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(900)
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(800)
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(36)
  Element.prototype.scrollTo = () => undefined
  vi.stubGlobal('scrollTo', () => undefined)
}

export const onDesktop = (query: string): boolean => query.includes('> 64em') || query.includes('>= 80em')
export const onPhone = (query: string): boolean => query.includes('<= 40em')

/** A desktop's sizes, before each test. */
export const stubLayout = (): void => layOut(onDesktop)

let opened: AppStage | undefined

/** A stage that `closeApp` takes down. */
export async function openApp(path: string, options: AppStageOptions = {}): Promise<AppStage> {
  opened = await stageApp(path, options)
  return opened
}

export function closeApp(): void {
  opened?.close()
  opened = undefined
  document.body.replaceChildren()
}

export function shown(selector: string): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(selector)]
}

export function press(
  key: string,
  target: Element = document.activeElement ?? document.body,
  more: KeyboardEventInit = {},
): void {
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
}

/** The button or link whose words begin with `text`. */
export function button(text: string): HTMLElement | undefined {
  return shown('button, a').find((element) => element.textContent?.trim().startsWith(text))
}

export function type(element: HTMLElement | undefined, value: string): void {
  if (!(element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement)) throw new Error('not a field')
  element.value = value
  element.dispatchEvent(new InputEvent('input', { bubbles: true }))
}
