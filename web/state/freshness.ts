import type { SyncStatus, Workspace } from '#sync/client/workspace.ts'
import type { DeviceStore } from './device-store.ts'

/** How often "everything up to now" is written down while it holds, ms. */
const everyMs = 5000

/**
 * The same workspace, whose status also knows when this device was last up to date before the app was closed: a cold start
 * without a network can then say "what this device knew at 14:02". Kept roughly: at most five seconds too early.
 */
export async function withFreshness(workspace: Workspace, store: DeviceStore): Promise<Workspace> {
  const key = `fresh/${workspace.userId}/${workspace.teamId}`
  const kept = await store.get(key).catch(() => undefined)
  const before = typeof kept === 'number' ? kept : undefined
  let writtenAt = before ?? 0
  const stop = workspace.subscribeStatus(({ freshAt }) => {
    if (freshAt === undefined || freshAt - writtenAt < everyMs) return
    writtenAt = freshAt
    store.set(key, freshAt).catch(() => undefined)
  })
  return {
    ...workspace,
    subscribeStatus: (onStatus: (status: SyncStatus) => void) =>
      workspace.subscribeStatus((status) =>
        onStatus(status.freshAt === undefined ? { ...status, freshAt: before } : status),
      ),
    async close() {
      stop()
      await workspace.close()
    },
  }
}
