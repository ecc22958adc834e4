import type { PlanId, PlanVersionId, UserId } from '#shared/ids.ts'

/** Texts of versions kept on this device for one person; the oldest go first. */
const kept = 200
/** Units of a text that is kept; a larger one is fetched each time. */
const textLimit = 1_000_000

const cacheName = (userId: UserId): string => `drover-plan-versions/${userId}`

/** Texts of versions never change, so what was read or made here once is there without a network. */
export type KeptVersions = {
  get(planId: PlanId, versionId: PlanVersionId): Promise<string | undefined>
  put(planId: PlanId, versionId: PlanVersionId, markdown: string): Promise<void>
}

export function createKeptVersions(userId: UserId): KeptVersions {
  return {
    async get(planId, versionId) {
      const cache = await openCache(userId)
      const found = await cache?.match(addressOf(planId, versionId)).catch(() => undefined)
      return found?.text()
    },
    async put(planId, versionId, markdown) {
      const cache = markdown.length > textLimit ? undefined : await openCache(userId)
      if (cache === undefined) return
      try {
        const headers = { 'content-type': 'text/plain; charset=utf-8' }
        await cache.put(addressOf(planId, versionId), new Response(markdown, { headers }))
        const requests = await cache.keys()
        for (const request of requests.slice(0, Math.max(0, requests.length - kept))) await cache.delete(request)
      } catch {
        // A full disk: it is shown all the same, only not kept.
      }
    },
  }
}

/** When a person leaves this device. */
export async function forgetKeptVersions(userId: UserId): Promise<void> {
  if (typeof caches !== 'undefined') await caches.delete(cacheName(userId))
}

/** Not the address of the API, so that nothing else finds a person's texts by it. */
function addressOf(planId: PlanId, versionId: PlanVersionId): string {
  return `/kept/plan-versions/${planId}/${versionId}`
}

async function openCache(userId: UserId): Promise<Cache | undefined> {
  try {
    return typeof caches === 'undefined' ? undefined : await caches.open(cacheName(userId))
  } catch {
    return undefined
  }
}
