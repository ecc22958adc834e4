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
import { createAppRouter } from './routes.tsx'
import { openEarly } from './state/early-workspace.ts'
import { createDeviceStore } from './state/device-store.ts'
import { browserPlatform, whenIdle } from './state/platform.ts'
import { fetchMe } from './state/session.ts'

const root = document.getElementById('app')
assert(root !== null, 'index.html has no #app')

const openWorkspace = openEarly(localStorage, (who) =>
  openBrowserWorkspace(who, createBrowserKeeping(who.userId, who.teamId), whenIdle),
)
const router = createAppRouter()
const firstPage = new Promise<void>((resolve) => {
  const stop = router.subscribe('onRendered', () => {
    stop()
    resolve()
  })
})

const deps: AppDeps = {
  router,
  platform: browserPlatform,
  deviceStore: createDeviceStore(),
  fetchMe,
  async forgetTeam(userId, teamId) {
    await forgetKeeping(userId, teamId)
    const { forgetKeptVersions } = await import('./pwa/plan-versions.ts')
    await forgetKeptVersions(userId)
    await forgetTeamInBrowser(userId, teamId)
  },
  push: browserPush,
  deviceStorage: browserStorage,
  openWorkspace: async (me) => {
    const workspace = await openWorkspace({ userId: me.user.id, teamId: me.team.id })
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
  registration: import.meta.env.PROD ? registerServiceWorker(firstPage) : undefined,
  install: watchInstall(),
  onLaunch,
  storage: localStorage,
  reload: () => location.reload(),
}

// The mark that stood there meanwhile.
root.replaceChildren()
render(() => <App deps={deps} />, root)
