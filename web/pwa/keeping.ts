import { get, update } from 'idb-keyval'
import type { TeamId, UserId } from '#shared/ids.ts'
import { blobPath } from '#shared/protocol/blobs.ts'
import type { Keeping } from '#sync/client/kept-runs.ts'
import { openDeviceState } from './device-state.ts'
import { browserStorage } from './storage.ts'

const noteKey = (userId: UserId, teamId: TeamId): string => `kept/${userId}/${teamId}`
const cacheName = (runId: string): string => `drover-kept/${runId}`

/** What this browser keeps of a person's runs beside their rows: which ones, and the large texts of those that stay. */
export function createBrowserKeeping(userId: UserId, teamId: TeamId): Keeping {
  const key = noteKey(userId, teamId)
  const state = openDeviceState()
  const channel = new BroadcastChannel(`drover/${key}`)
  return {
    notes: {
      read: () => get(key, state),
      async update(change) {
        await update(key, change, state)
        channel.postMessage('changed')
      },
      subscribe(onChange) {
        channel.addEventListener('message', onChange)
        return () => channel.removeEventListener('message', onChange)
      },
      close: () => channel.close(),
    },
    async keepBlobs(runId, hashes) {
      if (typeof caches === 'undefined') return
      const cache = await caches.open(cacheName(runId))
      for (const hash of hashes) await keepBlob(cache, hash)
    },
    async dropBlobs(runId) {
      if (typeof caches !== 'undefined') await caches.delete(cacheName(runId))
    },
    estimate: browserStorage.estimate,
  }
}

/** Forgets which runs were kept, and their texts. */
export async function forgetKeeping(userId: UserId, teamId: TeamId): Promise<void> {
  const key = noteKey(userId, teamId)
  let runIds: readonly string[] = []
  await update(
    key,
    (notes: unknown) => {
      runIds = typeof notes === 'object' && notes !== null ? Object.keys(notes) : []
      return {}
    },
    openDeviceState(),
  )
  if (typeof caches !== 'undefined') await Promise.all(runIds.map((runId) => caches.delete(cacheName(runId))))
}

async function keepBlob(cache: Cache, hash: string): Promise<void> {
  const request = blobPath(hash)
  if ((await cache.match(request)) !== undefined) return
  const known = await caches.match(request)
  const response = known ?? (await fetch(request, { credentials: 'same-origin' }))
  // What the server does not have any more can't be kept; the rest of the run can.
  if (response.status === 404) return
  if (!response.ok) throw new Error(`blob ${hash}: ${response.status}`)
  await cache.put(request, response)
}
