import type { LinkState } from './socket-link.ts'
import type { SyncStatus } from './workspace.ts'

/** Failures in a row after which the server, not the network, is named as the problem. */
const serverFailures = 3

export type StatusTracker = {
  fresh(): void
  failed(httpStatus: number): void
  link(state: LinkState): void
  pending(count: number): void
  mustReload(): void
  lostState(): void
  subscribe(onStatus: (status: SyncStatus) => void): () => void
  close(): void
}

export function createStatus(now: () => number): StatusTracker {
  const listeners = new Set<(status: SyncStatus) => void>()
  let failures = 0
  let status: SyncStatus = {
    connection: 'connecting',
    freshAt: undefined,
    offlineSince: undefined,
    pending: 0,
    problem: undefined,
  }

  function set(change: Partial<SyncStatus>): void {
    status = { ...status, ...change }
    for (const listener of listeners) listener(status)
  }

  return {
    fresh() {
      failures = 0
      const problem = status.problem === 'reload' ? status.problem : undefined
      set({ freshAt: now(), connection: 'online', offlineSince: undefined, problem })
    },
    failed(httpStatus) {
      if (httpStatus === 401 || httpStatus === 403) return set({ problem: 'signed_out' })
      if (httpStatus === 0) return set({ connection: 'offline', offlineSince: status.offlineSince ?? now() })
      failures++
      if (failures >= serverFailures && status.problem === undefined) set({ problem: 'server' })
    },
    link(state) {
      if (state === 'open') set({ connection: 'online', offlineSince: undefined })
      if (state === 'closed') set({ connection: 'offline', offlineSince: status.offlineSince ?? now() })
      if (state === 'connecting' && status.connection === 'online') set({ connection: 'connecting' })
    },
    pending: (count) => set({ pending: count }),
    mustReload: () => set({ problem: 'reload' }),
    lostState: () => set({ problem: 'reload' }),
    subscribe(onStatus) {
      listeners.add(onStatus)
      onStatus(status)
      return () => listeners.delete(onStatus)
    },
    close: () => listeners.clear(),
  }
}
