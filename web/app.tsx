import { RouterProvider } from '@tanstack/solid-router'
import { createComponent, onCleanup, type Context, type JSX } from 'solid-js'
import { uuidv7 } from '#shared/ids.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import type { InstallSource } from './pwa/install.ts'
import type { AppRouter } from './routes.tsx'
import { CommandsContext, createCommands } from './state/commands.ts'
import { ClockContext, createClock } from './state/clock.ts'
import { DeviceStoreContext, type DeviceStore } from './state/device-store.ts'
import { InstallContext, createInstall } from './state/install.ts'
import { KeyboardContext, createKeyboard } from './state/keyboard.ts'
import { takeUpLaunches, type OnLaunch } from './state/launches.ts'
import { OpenWorkspaceContext } from './state/open-workspace.ts'
import { PlatformContext, type Platform } from './state/platform.ts'
import type { PushDevice } from './pwa/push-device.ts'
import type { DeviceStorage } from './pwa/storage.ts'
import { DeviceStorageContext } from './state/storage.ts'
import { PushDeviceContext } from './state/push.ts'
import { SessionContext, createSession, type FetchMe, type ForgetTeam, type Me } from './state/session.ts'
import { SharesContext, createShares } from './state/shares.ts'
import { TitlesContext, createTitles } from './state/title.ts'
import { UpdatesContext, createUpdates, type Registration } from './state/update.ts'
import { ToastRegion } from './ui/toast.tsx'

export type AppDeps = {
  readonly router: AppRouter
  readonly platform: Platform
  readonly deviceStore: DeviceStore
  readonly fetchMe: FetchMe
  readonly forgetTeam: ForgetTeam
  readonly openWorkspace: (me: Me) => Promise<Workspace>
  readonly push: PushDevice
  readonly deviceStorage: DeviceStorage
  readonly registration: Registration | undefined
  readonly install: InstallSource | undefined
  readonly onLaunch: OnLaunch | undefined
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>
  readonly reload: () => void
}

/** The whole app over what it needs from outside: `main.tsx` gives the browser's, tests their own. */
export function App(props: { readonly deps: AppDeps }): JSX.Element {
  // Given once for the life of the page.
  // oxlint-disable-next-line solid/reactivity
  const deps = props.deps
  onCleanup(deps.push.onOpen((url) => deps.router.history.push(url)))
  const shares = createShares({
    store: deps.deviceStore,
    newId: () => uuidv7(deps.platform.now(), deps.platform.random(10)),
  })
  takeUpLaunches({ history: deps.router.history, shares, onLaunch: deps.onLaunch })
  return provide(
    [
      giving(PlatformContext, deps.platform),
      giving(DeviceStoreContext, deps.deviceStore),
      giving(ClockContext, createClock(deps.platform)),
      giving(TitlesContext, createTitles()),
      giving(KeyboardContext, createKeyboard({ now: deps.platform.now, storage: deps.storage })),
      giving(CommandsContext, createCommands()),
      giving(SessionContext, createSession({ store: deps.deviceStore, mark: deps.deviceStorage.mark, ...deps })),
      giving(UpdatesContext, createUpdates(deps.registration, deps.reload)),
      giving(PushDeviceContext, deps.push),
      giving(DeviceStorageContext, deps.deviceStorage),
      giving(SharesContext, shares),
      giving(InstallContext, createInstall({ store: deps.deviceStore, source: deps.install })),
      giving(OpenWorkspaceContext, deps.openWorkspace),
    ],
    () => (
      <>
        <RouterProvider router={deps.router} />
        <ToastRegion />
      </>
    ),
  )
}

type Provided = (children: () => JSX.Element) => JSX.Element

/** One provider around another, outermost first. */
function provide(providers: readonly Provided[], children: () => JSX.Element): JSX.Element {
  const [outer, ...rest] = providers
  return outer === undefined ? children() : outer(() => provide(rest, children))
}

function giving<T>(context: Context<T | undefined>, value: T): Provided {
  return (children) =>
    createComponent(context.Provider, {
      value,
      get children() {
        return children()
      },
    })
}
