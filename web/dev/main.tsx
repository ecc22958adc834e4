import '../styles/main.css'
import { noPush, noStorage } from './no-push.ts'
import { render } from 'solid-js/web'
import { App } from '../app.tsx'
import { fillPlan } from '../features/plans/acts/plan-bodies.ts'
import { createAppRouter } from '../routes.tsx'
import { createMemoryDeviceStore } from '../state/device-store.ts'
import { browserPlatform } from '../state/platform.ts'
import { createMemoryWorkspace } from './memory-workspace.ts'
import { billingText, seedPlanIds, seedPlans } from './seed-plans.ts'
import { manyRuns, seed, seedIds, seedIntents, seedRefusal } from './seed.ts'

const root = document.getElementById('app')
if (root === null) throw new Error('index.html has no #app')
const options = new URLSearchParams(location.search)
const theme = options.get('theme')
if (theme !== null) document.documentElement.dataset['theme'] = theme

const now = Date.now()
const workspace = createMemoryWorkspace({
  userId: seedIds.mara,
  teamId: seedIds.team,
  rows: options.has('empty')
    ? {}
    : { ...seed(now).rows, ...seedPlans(now), ...manyRuns(Number(options.get('rows') ?? 0), now) },
})
if (!options.has('empty')) for (const [runId, content] of seed(now).transcripts) workspace.setTranscript(runId, content)
if (!options.has('empty')) void fillPlan(workspace, seedPlanIds.billing, billingText)
if (options.has('offline')) {
  workspace.setHolding(true)
  workspace.setStatus({ connection: 'offline', offlineSince: now - 7 * 60_000, freshAt: now - 7 * 60_000 })
}
if (options.has('reload')) workspace.setStatus({ problem: 'reload' })
if (options.has('outbox')) workspace.setIntents(seedIntents(now))
if (options.has('refused')) workspace.put(...seedRefusal(now))
Object.assign(globalThis, { workspace })

root.replaceChildren()
render(
  () => (
    <App
      deps={{
        router: createAppRouter(),
        platform: browserPlatform,
        deviceStore: createMemoryDeviceStore(),
        forgetTeam: async () => undefined,
        fetchMe: async () => ({ type: 'me', me: seedIds.me }),
        openWorkspace: async () => workspace,
        push: noPush,
        deviceStorage: noStorage,
        registration: undefined,
        install: undefined,
        onLaunch: undefined,
        storage: localStorage,
        reload: () => location.reload(),
      }}
    />
  ),
  root,
)
