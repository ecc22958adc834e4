import type { LinkState } from './socket-link.ts'
import type { SyncStatus } from './workspace.ts'

/** Failures in a row after which the server, not the network, is named as the problem. */
const serverFailures = 3

/**
 * Why the server did not do what it was asked. `stranger`: something that is not Drover answered, such as the sign-in page of a
 * network. `not_allowed`: this person is known, but may not read the team any more.
 */
export type Failure = 'unreachable' | 'stranger' | 'signed_out' | 'not_allowed' | 'server'

/** Before anything is known. */
export const statusAtStart: SyncStatus = {
  connection: 'connecting',
  freshAt: undefined,
  offlineSince: undefined,
  pending: 0,
  problem: undefined,
}

export type StatusTracker = {
  current(): SyncStatus
  fresh(): void
  failed(why: Failure): void
  link(state: LinkState): void
  pending(count: number): void
  mustReload(): void
  subscribe(onStatus: (status: SyncStatus) => void): () => void
  close(): void
}

export function createStatus(now: () => number): StatusTracker {
  const listeners = new Set<(status: SyncStatus) => void>()
  let failures = 0
  let link: LinkState = 'connecting'
  let status = statusAtStart

  function set(change: Partial<SyncStatus>): void {
    status = { ...status, ...change }
    for (const listener of listeners) listener(status)
  }

  const offline = (): Partial<SyncStatus> => ({
    connection: 'offline',
    offlineSince: status.offlineSince ?? now(),
  })

  /** The server answers: how is a question of the socket. One that is only being tried has not failed yet. */
  function reached(): SyncStatus['connection'] {
    if (link === 'open') return 'online'
    return link === 'closed' || status.connection === 'polling' ? 'polling' : 'connecting'
  }

  return {
    current: () => status,
    fresh() {
      failures = 0
      const problem = status.problem === 'reload' ? status.problem : undefined
      set({ freshAt: now(), connection: reached(), offlineSince: undefined, problem })
    },
    failed(why) {
      switch (why) {
        case 'signed_out':
          return set({ problem: 'signed_out' })
        case 'not_allowed':
          return set({ problem: 'left' })
        case 'unreachable':
          return set({ ...offline(), problem: status.problem === 'stranger' ? undefined : status.problem })
        case 'stranger':
          return set({ ...offline(), problem: status.problem ?? 'stranger' })
        case 'server':
          failures++
          if (failures < serverFailures || (status.problem !== undefined && status.problem !== 'server')) return
          // It answers, so this device is not offline, whatever became of the socket.
          set({ problem: 'server', connection: 'connecting', offlineSince: undefined })
      }
    },
    link(state) {
      link = state
      if (state === 'open') set({ connection: 'online', offlineSince: undefined })
      if (state === 'closed' && status.connection !== 'polling' && status.problem !== 'server') set(offline())
      if (state === 'connecting' && status.connection === 'online') set({ connection: 'connecting' })
    },
    pending: (count) => set({ pending: count }),
    mustReload: () => set({ problem: 'reload' }),
    subscribe(onStatus) {
      listeners.add(onStatus)
      onStatus(status)
      return () => listeners.delete(onStatus)
    },
    close: () => listeners.clear(),
  }
}
