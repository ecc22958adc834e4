import type { SyncStatus } from '#sync/client/workspace.ts'

export const syncTag = 'drover-intents'

/** Whether this browser sends while the app is closed. Only Chromium and its kin do. */
export function hasBackgroundSync(): boolean {
  return 'ServiceWorkerRegistration' in globalThis && 'sync' in ServiceWorkerRegistration.prototype
}

/** With a server at hand most things are sent before this, and the browser need not be asked. */
const momentMs = 1_000

/**
 * Asks the browser to wake the service worker while something waits to be sent, so that it goes out although the app was closed:
 * at once where the server is out of reach or the app goes out of sight, else when sending takes longer than a moment.
 */
export function askForSync(deps: {
  readonly subscribeStatus: (onStatus: (status: SyncStatus) => void) => () => void
  readonly page: Pick<Document, 'visibilityState' | 'addEventListener' | 'removeEventListener'>
  readonly register: () => Promise<void>
}): () => void {
  let waits = false
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function ask(): void {
    clearTimeout(timer)
    timer = undefined
    // A browser may refuse: then the next start of the app sends.
    deps.register().catch(() => undefined)
  }

  const stop = deps.subscribeStatus(({ pending, connection }) => {
    const isMore = pending > asked
    asked = pending
    waits = pending > 0
    if (!waits) {
      clearTimeout(timer)
      timer = undefined
    } else if (isMore && connection === 'offline') ask()
    else if (isMore) timer ??= setTimeout(ask, momentMs)
  })
  const handleVisibility = (): void => {
    if (waits && deps.page.visibilityState === 'hidden') ask()
  }
  deps.page.addEventListener('visibilitychange', handleVisibility)
  return () => {
    clearTimeout(timer)
    stop()
    deps.page.removeEventListener('visibilitychange', handleVisibility)
  }
}

/** Where the browser has no Background Sync this asks for nothing: the next start of the app sends. */
export async function registerSync(container: ServiceWorkerContainer | undefined): Promise<void> {
  const registration = await container?.ready
  const sync: unknown = registration === undefined ? undefined : Reflect.get(registration, 'sync')
  if (typeof sync !== 'object' || sync === null || !('register' in sync) || typeof sync.register !== 'function') return
  await sync.register(syncTag)
}
