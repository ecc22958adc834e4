/// <reference lib="webworker" />
import { clientsClaim } from 'workbox-core'
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'

declare const self: ServiceWorkerGlobalScope & {
  readonly __WB_MANIFEST: readonly { url: string; revision: string | null }[]
}

/**
 * Keeps the shell on the device, so that the app opens with no network. Data is not its business: the workspace has its
 * own store. A new version waits until a page says `SKIP_WAITING`, which only a person's press does.
 */
// The build writes the list of files in place of this name.
precacheAndRoute([...self.__WB_MANIFEST])
cleanupOutdatedCaches()

registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [/^\/api\//, /^\/health$/] }))

self.addEventListener('message', (event) => {
  if (isSkipWaiting(event.data)) void self.skipWaiting()
})

// The first worker takes the open page, so that a reload without a network already works.
clientsClaim()

function isSkipWaiting(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === 'SKIP_WAITING'
}
