import '../styles/main.css'
import { noPush, noStorage } from './no-push.ts'
import { render } from 'solid-js/web'
import { boundedText } from '#shared/domain/bounded-text.ts'
import type { TranscriptEntry } from '#shared/domain/transcript.ts'
import { EntryId } from '#shared/ids.ts'
import type { Transcript, TranscriptView, Workspace } from '#sync/client/workspace.ts'
import { App } from '../app.tsx'
import { createAppRouter } from '../routes.tsx'
import { createMemoryDeviceStore } from '../state/device-store.ts'
import { browserPlatform } from '../state/platform.ts'
import { createMemoryWorkspace } from './memory-workspace.ts'
import { billing, billingRun } from './run-seed.ts'
import { seed, seedIds } from './seed.ts'

/**
 * The run of the mocks, for looking at. `?run=ask=command|edit|question|tool|two|hostile|none,state=ended|all,long=5000,
 * live,offline,role=viewer,page=200` (one value, so that the app's own search parameters stay apart).
 */
const options = new Map(
  (sessionStorage.getItem('run') ?? '').split(',').map((pair) => pair.split('=') as [string, string | undefined]),
)
const root = document.getElementById('app')
if (root === null) throw new Error('index.html has no #app')

const now = Date.now()
const made = billing(now, {
  long: Number(options.get('long') ?? 0),
  ask: options.get('ask'),
  state: options.get('state'),
  queue: options.get('queue') !== 'none',
})
const role = options.get('role') === 'viewer' ? 'viewer' : 'owner'
const rows: Record<string, object> = { ...seed(now).rows, ...made.rows }
if (role === 'viewer') rows['member/mara'] = { ...rows['member/mara'], role }
const memory = createMemoryWorkspace({ userId: seedIds.mara, teamId: seedIds.team, role, rows })
memory.setTranscript(billingRun, { rows: made.spaceRows, entries: made.entries })
if (options.has('offline')) {
  memory.setHolding(true)
  memory.setStatus({ connection: 'offline', offlineSince: now - 420_000, freshAt: now - 420_000 })
}

/** Pages of older entries, as the server gives them. */
let from = options.has('page') ? Math.max(0, made.entries.length - Number(options.get('page'))) : 0
let entries: readonly TranscriptEntry[] = made.entries
const watchers = new Set<(view: TranscriptView) => void>()
const view = (): TranscriptView => ({
  entries: entries.slice(from),
  hasOlder: from > 0,
  olderIsHere: false,
  loaded: true,
})
const tell = (): void => watchers.forEach((watcher) => watcher(view()))
const workspace: Workspace = {
  ...memory,
  openTranscript(runId): Transcript {
    return {
      ...memory.openTranscript(runId),
      subscribeEntries(onEntries) {
        watchers.add(onEntries)
        onEntries(view())
        return () => watchers.delete(onEntries)
      },
      async loadOlder() {
        await new Promise((resolve) => setTimeout(resolve, 150))
        from = Math.max(0, from - 100)
        tell()
        return from > 0
      },
    }
  },
  subscribePresence(_runId, onPresence) {
    onPresence([
      { userId: seedIds.mara, typing: false },
      { userId: seedIds.jonas, typing: options.has('live') },
      { userId: seedIds.tomoko, typing: false },
    ])
    return () => undefined
  },
}

if (options.has('live')) {
  const prose =
    'Now I look at **every file** of the tarball. The `dist` folder holds what `tsc` wrote, and nothing else. '
  let n = entries.length
  let text = ''
  setInterval(() => {
    if (text === '' || text.length > 900) {
      entries = [
        ...entries.map((entry, index) =>
          index === entries.length - 1 && entry.body.kind === 'message'
            ? { ...entry, body: { ...entry.body, done: true } }
            : entry,
        ),
        {
          id: EntryId.parse(`live${++n}`),
          n,
          at: Date.now(),
          turn: 1,
          body: { kind: 'message', text: boundedText(''), done: false },
        },
      ]
      text = ''
    }
    text += prose.slice(text.length % prose.length, (text.length % prose.length) + 9)
    const grown = text
    entries = entries.map((entry, index) =>
      index === entries.length - 1
        ? { ...entry, body: { kind: 'message' as const, text: boundedText(grown), done: false } }
        : entry,
    )
    tell()
  }, 40)
}
Object.assign(globalThis, { workspace: memory })

root.replaceChildren()
render(
  () => (
    <App
      deps={{
        router: createAppRouter(),
        platform: browserPlatform,
        deviceStore: createMemoryDeviceStore(),
        forgetTeam: async () => undefined,
        fetchMe: async () => ({ type: 'me', me: { ...seedIds.me, role } }),
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
