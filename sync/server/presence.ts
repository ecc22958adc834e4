import type { RunId, UserId } from '#shared/ids.ts'

export type PresentPerson = { readonly userId: UserId; readonly typing: boolean }
export type PresenceListener = (people: readonly PresentPerson[]) => void

type Place = { runId: RunId; userId: UserId; typing: boolean }

/** Who looks at which run, in memory. Every connection of a person counts once for the person; runners never count. */
export type PresenceHub = {
  /** Where a connection is now; `undefined` when it looks at no run or is hidden. */
  set(connection: object, place: Place | undefined): void
  /** Whether a visible page of this person shows the run. */
  isWatching(runId: RunId, userId: UserId): boolean
  watch(runId: RunId, listener: PresenceListener): () => void
}

export function createPresenceHub(): PresenceHub {
  const places = new Map<object, Place>()
  const watchers = new Map<RunId, Set<PresenceListener>>()

  function people(runId: RunId): PresentPerson[] {
    const found = new Map<UserId, boolean>()
    for (const place of places.values())
      if (place.runId === runId) found.set(place.userId, place.typing || (found.get(place.userId) ?? false))
    return [...found].map(([userId, typing]) => ({ userId, typing }))
  }

  function tell(runId: RunId | undefined): void {
    const listeners = runId === undefined ? undefined : watchers.get(runId)
    if (runId === undefined || listeners === undefined) return
    const now = people(runId)
    for (const listener of listeners) listener(now)
  }

  return {
    set(connection, place) {
      const before = places.get(connection)
      if (place === undefined) places.delete(connection)
      else places.set(connection, place)
      if (before?.runId !== place?.runId) tell(before?.runId)
      if (before?.runId !== place?.runId || before?.typing !== place?.typing) tell(place?.runId)
    },
    isWatching: (runId, userId) => places.values().some((place) => place.runId === runId && place.userId === userId),
    watch(runId, listener) {
      const known = watchers.get(runId) ?? new Set<PresenceListener>()
      watchers.set(runId, known)
      known.add(listener)
      listener(people(runId))
      return () => {
        known.delete(listener)
        if (known.size === 0 && watchers.get(runId) === known) watchers.delete(runId)
      }
    },
  }
}
