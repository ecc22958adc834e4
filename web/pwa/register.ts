import { Workbox } from 'workbox-window'

/**
 * Registers the service worker that keeps the app's shell on this device. A newer one waits until a person lets it take
 * over: the page reloads only after `apply`, in this tab; other tabs go on with what they have.
 */
export function registerServiceWorker(): { onWaiting(tell: () => void): void; apply(): void } | undefined {
  if (!('serviceWorker' in navigator)) return undefined
  const workbox = new Workbox('/service-worker.js', { scope: '/', type: 'classic' })
  let applying = false
  workbox.addEventListener('controlling', () => {
    if (applying) location.reload()
  })
  // A worker that can't be registered (no HTTPS, private window) leaves an app that works, but not offline.
  workbox.register().catch(() => undefined)
  const check = (): void => {
    if (document.visibilityState === 'visible') workbox.update().catch(() => undefined)
  }
  document.addEventListener('visibilitychange', check)
  return {
    onWaiting(tell) {
      workbox.addEventListener('waiting', tell)
    },
    apply() {
      applying = true
      workbox.messageSkipWaiting()
    },
  }
}
