import { createMemoryHistory } from '@tanstack/solid-router'
import { render } from 'solid-js/web'
import { vi } from 'vitest'
import { App } from '../app.tsx'
import type { InstallSource } from '../pwa/install.ts'
import { createAppRouter, type AppRouter } from '../routes.tsx'
import { createMemoryDeviceStore, type DeviceStore } from '../state/device-store.ts'
import type { OnLaunch } from '../state/launches.ts'
import { browserPlatform } from '../state/platform.ts'
import type { FetchMe } from '../state/session.ts'
import { createMemoryWorkspace, type MemoryWorkspace } from './memory-workspace.ts'
import { noPush } from './no-push.ts'
import { seed, seedIds } from './seed.ts'

/** For tests of whole pages: the app over a workspace in memory. */
export type AppStage = {
  readonly workspace: MemoryWorkspace
  readonly router: AppRouter
  readonly deviceStore: DeviceStore
}

let close: (() => void) | undefined

/** jsdom lays nothing out, so a desktop's sizes are given. Call it before each test; `vi.unstubAllGlobals` undoes it. */
export function stubLayout(): void {
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: query.includes('> 64em') || query.includes('>= 80em'),
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

export async function openApp(
  path: string,
  options: {
    rows?: Record<string, object>
    fetchMe?: FetchMe
    deviceStore?: DeviceStore
    install?: InstallSource
    onLaunch?: OnLaunch
  } = {},
): Promise<AppStage> {
  const workspace = createMemoryWorkspace({
    userId: seedIds.mara,
    teamId: seedIds.team,
    rows: options.rows ?? seed(Date.now()).rows,
  })
  const router = createAppRouter(createMemoryHistory({ initialEntries: [path] }))
  const deviceStore = options.deviceStore ?? createMemoryDeviceStore()
  const root = document.body.appendChild(document.createElement('div'))
  const unmount = render(
    () => (
      <App
        deps={{
          router,
          platform: browserPlatform,
          deviceStore,
          forgetTeam: async () => undefined,
          fetchMe: options.fetchMe ?? (async () => ({ type: 'me', me: seedIds.me })),
          openWorkspace: async () => workspace,
          push: noPush,
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
  close = () => {
    unmount()
    root.remove()
  }
  return { workspace, router, deviceStore }
}

export function closeApp(): void {
  close?.()
  close = undefined
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
