/// <reference lib="webworker" />
import { cacheNames, clientsClaim } from 'workbox-core'
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { answerPushes } from './worker/push.ts'
import { takeShare } from './worker/take-share.ts'
import { answerSync } from './worker/background-sync.ts'

declare const self: ServiceWorkerGlobalScope & {
  readonly __WB_MANIFEST: readonly { url: string; revision: string | null }[]
}

/** Parts of the version before this one, for pages that still run it. */
const previousParts = 'drover-previous-parts'
const partsPath = '/assets/'

/**
 * Keeps the shell on the device, so that the app opens with no network, and sends what waits while the app is closed. Data is not its
 * business otherwise: the workspace has its own store. A new version waits until a page says `SKIP_WAITING`, which only a person's press does.
 */
// A page goes on with its own version until it is reloaded, and may open a part of it for the first time after another page
// let this worker take over. The precache forgets those parts then, and the server has them no more.
self.addEventListener('install', (event) => event.waitUntil(keepPreviousParts()))

// Nothing here has to do with the API. Browsers that can be told so ask the server without waking this worker: each event that a worker gets
// while its successor is to take over puts that off, in Chromium for minutes, and an open page asks every few seconds.
self.addEventListener('install', (event) => {
  if (!('addRoutes' in event) || typeof event.addRoutes !== 'function') return
  const routes: unknown = event.addRoutes([{ condition: { urlPattern: '/api/*' }, source: 'network' }])
  // Without them it works all the same.
  Promise.resolve(routes).catch(() => undefined)
})

// The build writes the list of files in place of this name.
const manifest = [...self.__WB_MANIFEST]
precacheAndRoute(manifest)
cleanupOutdatedCaches()

registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [/^\/api\//, /^\/health$/] }))

registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname === '/share',
  ({ request }) => takeShare(request),
  'POST',
)

registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname.startsWith(partsPath),
  async ({ request }) => (await caches.match(request, { cacheName: previousParts })) ?? fetch(request),
)

self.addEventListener('message', (event) => {
  if (isSkipWaiting(event.data)) void self.skipWaiting()
})

answerPushes(self)
answerSync(self)

// The first worker takes the open page, so that a reload without a network already works.
clientsClaim()

async function keepPreviousParts(): Promise<void> {
  const mine = new Set(manifest.map(({ url }) => new URL(url, self.location.origin).pathname))
  await caches.delete(previousParts)
  const [known, kept] = await Promise.all([caches.open(cacheNames.precache), caches.open(previousParts)])
  for (const request of await known.keys()) {
    const { pathname } = new URL(request.url)
    const answer = pathname.startsWith(partsPath) && !mine.has(pathname) ? await known.match(request) : undefined
    if (answer !== undefined) await kept.put(request, answer)
  }
}

function isSkipWaiting(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === 'SKIP_WAITING'
}
