import type { RunId } from '#shared/ids.ts'
import type { BrowserUp } from '#shared/protocol/browser-socket.ts'
import type { Presence } from './workspace.ts'

/** Who looks at which run: what the server last said of it, and what this device says of itself. */
export type PresenceBoard = {
  take(runId: RunId, people: readonly Presence[]): void
  /** Calls back at once and on each change. Returns the unsubscriber. */
  subscribe(runId: RunId, onPresence: (people: readonly Presence[]) => void): () => void
  set(runId: RunId | null, typing: boolean): void
  /** To a server that has just been reached, and knows nothing of this device. */
  sayAgain(): void
}

export function createPresenceBoard(send: (message: BrowserUp) => void): PresenceBoard {
  const known = new Map<RunId, readonly Presence[]>()
  const listening = new Map<RunId, Set<(people: readonly Presence[]) => void>>()
  let here: { readonly runId: RunId | null; readonly typing: boolean } = { runId: null, typing: false }

  const say = (): void =>
    send({ type: 'presence', runId: here.runId, visible: here.runId !== null, typing: here.typing })

  return {
    take(runId, people) {
      known.set(runId, people)
      for (const listener of listening.get(runId) ?? []) listener(people)
    },
    subscribe(runId, onPresence) {
      const listeners = listening.get(runId) ?? new Set()
      listening.set(runId, listeners)
      listeners.add(onPresence)
      onPresence(known.get(runId) ?? [])
      return () => {
        listeners.delete(onPresence)
        if (listeners.size === 0) listening.delete(runId)
      }
    },
    set(runId, typing) {
      here = { runId, typing }
      say()
    },
    sayAgain: say,
  }
}
