import './styles/main.css'
import { render } from 'solid-js/web'
import { assert } from '#shared/assert.ts'
import { openBrowserWorkspace } from '#sync/client/open-in-browser.ts'
import { App, type AppDeps } from './app.tsx'
import { registerServiceWorker } from './pwa/register.ts'
import { createAppRouter } from './routes.tsx'
import { createDeviceStore } from './state/device-store.ts'
import { browserPlatform } from './state/platform.ts'
import { fetchMe } from './state/session.ts'

const root = document.getElementById('app')
assert(root !== null, 'index.html has no #app')

const deps: AppDeps = {
  router: createAppRouter(),
  platform: browserPlatform,
  deviceStore: createDeviceStore(),
  fetchMe,
  openWorkspace: (me) => openBrowserWorkspace({ userId: me.user.id, teamId: me.team.id }),
  registration: import.meta.env.PROD ? registerServiceWorker() : undefined,
  storage: localStorage,
  reload: () => location.reload(),
}

render(() => <App deps={deps} />, root)
