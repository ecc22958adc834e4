import { uuidv7, type TeamId, type UserId } from '#shared/ids.ts'
import { planRequestsPath, planRoomPath } from '#shared/protocol/plan-room.ts'
import { createWorkspace } from './create-workspace.ts'
import { intentStoreOf, openIntentStore } from './intents.ts'
import type { Keeping } from './kept-runs.ts'
import { createSocketLink, type Link } from './socket-link.ts'
import { createTabLink } from './tab-link.ts'
import type { Workspace } from './workspace.ts'

/** From the store's first answer until a page shows what is in it. */
const firstRowsMs = 500

/**
 * The workspace as a page opens it: IndexedDB, one socket for all tabs of the profile, and a resync by version whenever
 * the page comes to the foreground or the network comes back.
 */
export async function openBrowserWorkspace(
  who: { userId: UserId; teamId: TeamId },
  keeping: Keeping,
  whenIdle: (act: () => void) => void,
): Promise<Workspace> {
  const newId = (): string => uuidv7(Date.now(), crypto.getRandomValues(new Uint8Array(10)))
  const tabId = newId()
  const name = `drover/${who.userId}/${who.teamId}`
  const openSocket = (): Link =>
    createSocketLink({
      url: `${location.origin.replace(/^http/, 'ws')}/api/sync/socket`,
      profileId: tabId,
      createSocket: (url) => new WebSocket(url),
      now: Date.now,
      random: Math.random,
    })
  // Browsers offer locks to secure pages only. Over plain HTTP each tab has a socket of its own, and offers again what another
  // living tab may still send: the server's receipts make the second arrival harmless.
  const locks: LockManager | undefined = isSecureContext ? navigator.locks : undefined
  const createChannel = (channel: string): BroadcastChannel => new BroadcastChannel(channel)
  const [releaseTab, intents] = await Promise.all([
    locks === undefined ? () => undefined : holdTabLock(locks, tabId),
    openIntentStore(intentStoreOf(who.userId, who.teamId), { indexedDb: indexedDB, createChannel }),
  ])
  const link = locks === undefined ? openSocket() : createTabLink({ name, tabId, locks, createChannel, openSocket })
  // A page that starts has idle moments while it waits for its store: what nobody asked for yet must not take the disk from what is to be shown.
  let shown: () => void = () => undefined
  const isShown = new Promise<void>((resolve) => (shown = resolve))
  const afterFirstRows = (act: () => void): void => void isShown.then(() => whenIdle(act))
  const workspace = createWorkspace({
    ...who,
    keeping,
    baseUrl: '',
    fetch: (input, init) => fetch(input, init),
    link,
    plans: {
      async openStore() {
        const { openPlanStore, planStoreOf } = await import('./plans/store/browser-plan-store.ts')
        return openPlanStore(planStoreOf(who.userId, who.teamId), { indexedDb: indexedDB, createChannel })
      },
      async openImages() {
        const { openImageStore, imageStoreOf } = await import('./images/browser-image-store.ts')
        return openImageStore(imageStoreOf(who.userId, who.teamId), { indexedDb: indexedDB, createChannel })
      },
      async openAttachments() {
        const { openImageStore, attachmentStoreOf } = await import('./images/browser-image-store.ts')
        return openImageStore(attachmentStoreOf(who.userId, who.teamId), { indexedDb: indexedDB, createChannel })
      },
      soon: afterFirstRows,
      rooms: {
        url: `${location.origin.replace(/^http/, 'ws')}${planRoomPath}`,
        WebSocket,
        random: Math.random,
        requests: { fetch: (input, init) => fetch(input, init), url: planRequestsPath },
      },
      whenIdle: afterFirstRows,
    },
    intents,
    tabId,
    isTabAlive: async (tab) => (await locks?.query())?.held?.some((lock) => lock.name === tabLock(tab)) ?? false,
    kvStore: 'idb',
    now: Date.now,
    newId,
  })
  let timer: ReturnType<typeof setTimeout> | undefined
  const readable = (): void => void (timer = setTimeout(shown, firstRowsMs))
  workspace.query(async () => undefined).then(readable, readable)
  const stop = onForeground(() => void workspace.refresh())
  const onOffline = (): void => link.suspend()
  addEventListener('offline', onOffline)
  return {
    ...workspace,
    async close() {
      stop()
      clearTimeout(timer)
      removeEventListener('offline', onOffline)
      releaseTab()
      await workspace.close()
    },
  }
}

/** Deletes what this device keeps of a team. A page that still shows it lets go of its stores first. */
export async function forgetTeamInBrowser(userId: UserId, teamId: TeamId): Promise<void> {
  const known = await indexedDB.databases()
  const names = known.flatMap(({ name }) => (name?.includes(`drover/${userId}/${teamId}`) === true ? [name] : []))
  await Promise.all(
    names.map(
      (name) =>
        new Promise<void>((resolve, reject) => {
          const deleting = indexedDB.deleteDatabase(name)
          deleting.onsuccess = () => resolve()
          deleting.onerror = () => reject(new Error(`${name} could not be deleted`, { cause: deleting.error }))
        }),
    ),
  )
}

const tabLock = (tabId: string): string => `drover-tab-${tabId}`

/** Held for the life of the page, so that other tabs can tell whether this one still runs. */
function holdTabLock(locks: LockManager, tabId: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    locks.request(tabLock(tabId), () => new Promise<void>((release) => resolve(release))).catch(reject)
  })
}

function onForeground(act: () => void): () => void {
  const whenVisible = (): void => {
    if (document.visibilityState === 'visible') act()
  }
  document.addEventListener('visibilitychange', whenVisible)
  addEventListener('pageshow', act)
  addEventListener('online', act)
  // From the radio to a network at hand, or back. Not every browser tells.
  const network =
    'connection' in navigator && navigator.connection instanceof EventTarget ? navigator.connection : undefined
  network?.addEventListener('change', act)
  return () => {
    document.removeEventListener('visibilitychange', whenVisible)
    removeEventListener('pageshow', act)
    removeEventListener('online', act)
    network?.removeEventListener('change', act)
  }
}
