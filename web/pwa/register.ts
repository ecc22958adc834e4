/**
 * Registers the service worker that keeps the app's shell on this device. A newer one waits until a person lets it take
 * over: the page reloads only after `apply`, in this tab; other tabs go on with what they have. A first worker fetches the whole app, which
 * would take the first page's share of a slow network: so it comes after that.
 */
export function registerServiceWorker(
  firstPage: Promise<void>,
): { onWaiting(tell: () => void): void; apply(): Promise<void> } | undefined {
  if (!('serviceWorker' in navigator)) return undefined
  let applying = false
  let tellWaiting: () => void = () => undefined
  // A worker that can't be registered (no HTTPS, private window) leaves an app that works, but not offline.
  firstPage
    .then(() => start({ onWaiting: () => tellWaiting(), onControlling: () => applying && location.reload() }))
    .catch(() => undefined)

  /** The worker that waits; when none does yet, the server is asked whether there is one. */
  async function newerWorker(): Promise<ServiceWorker | undefined> {
    const registration = await navigator.serviceWorker.getRegistration()
    if (registration?.waiting) return registration.waiting
    await registration?.update()
    const installing = registration?.installing
    if (installing) await hasInstalled(installing)
    return registration?.waiting ?? undefined
  }

  return {
    onWaiting(tell) {
      tellWaiting = tell
    },
    async apply() {
      const next = await newerWorker().catch(() => undefined)
      // Another tab let it take over already, or there is none: loading again is all there is to do.
      if (next === undefined) return location.reload()
      applying = true
      next.postMessage({ type: 'SKIP_WAITING' })
    },
  }
}

async function start(on: { readonly onWaiting: () => void; readonly onControlling: () => void }): Promise<void> {
  const { Workbox } = await import('workbox-window')
  const workbox = new Workbox('/service-worker.js', { scope: '/', type: 'classic' })
  workbox.addEventListener('waiting', on.onWaiting)
  workbox.addEventListener('controlling', on.onControlling)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') workbox.update().catch(() => undefined)
  })
  await workbox.register()
}

function hasInstalled(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (worker.state !== 'installing') resolve()
    }
    worker.addEventListener('statechange', look)
    look()
  })
}
