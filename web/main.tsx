import './styles/main.css'
import { render } from 'solid-js/web'
import { assert } from '#shared/assert.ts'
import { forgetTeamInBrowser, openBrowserWorkspace } from '#sync/client/open-in-browser.ts'
import { App, type AppDeps } from './app.tsx'
import { browserPush } from './pwa/push-device.ts'
import { watchInstall } from './pwa/install.ts'
import { onLaunch } from './pwa/launch.ts'
import { askForSync, registerSync } from './pwa/background-sync.ts'
import { browserStorage } from './pwa/storage.ts'
import { createBrowserKeeping, forgetKeeping } from './pwa/keeping.ts'
import { registerServiceWorker } from './pwa/register.ts'
import { createAppRouter, runRoute } from './routes.tsx'
import { createDeviceStore } from './state/device-store.ts'
import { browserPlatform, whenIdle } from './state/platform.ts'
import { fetchMe } from './state/session.ts'
import { preloadToasts } from './ui/toast.tsx'
import { preloadTooltips } from './ui/tooltip.tsx'

const root = document.getElementById('app')
assert(root !== null, 'index.html has no #app')

const deps: AppDeps = {
  router: createAppRouter(),
  platform: browserPlatform,
  deviceStore: createDeviceStore(),
  fetchMe,
  async forgetTeam(userId, teamId) {
    await forgetKeeping(userId, teamId)
    await forgetTeamInBrowser(userId, teamId)
  },
  push: browserPush,
  deviceStorage: browserStorage,
  async openWorkspace(me) {
    const who = { userId: me.user.id, teamId: me.team.id }
    const workspace = await openBrowserWorkspace(who, createBrowserKeeping(who.userId, who.teamId))
    const stop = askForSync({
      subscribeStatus: workspace.subscribeStatus,
      page: document,
      // Over plain HTTP there are no workers.
      register: () => registerSync('serviceWorker' in navigator ? navigator.serviceWorker : undefined),
    })
    return {
      ...workspace,
      async close() {
        stop()
        await workspace.close()
      },
    }
  },
  registration: import.meta.env.PROD ? registerServiceWorker() : undefined,
  install: watchInstall(),
  onLaunch,
  storage: localStorage,
  reload: () => location.reload(),
}

render(() => <App deps={deps} />, root)

// Once the first page stands: a press on a run, or on “Start run”, then waits for nothing to be fetched and compiled.
whenIdle(() => {
  // What could not be fetched now is fetched, or missed with words, when the page is opened.
  deps.router.loadRouteChunk(runRoute)?.catch(() => undefined)
  preloadToasts()
  preloadTooltips()
})
