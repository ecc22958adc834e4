import type { Json } from '#shared/json.ts'
import type { SpaceId } from '#shared/protocol/sync.ts'

/** What one or several commits changed in a space: everything after `base` up to and with `version`. */
export type SpaceChange = {
  readonly space: SpaceId
  readonly base: number
  readonly version: number
  readonly patch: readonly (readonly [key: string, value: Json | undefined])[]
  /** The mutations taken, by client group and client. */
  readonly mutations: readonly { readonly group: string; readonly client: string; readonly id: number }[]
}

export type SpaceListener = {
  onChange(change: SpaceChange): void
  /** Versions are missing between what was told last and `version`. */
  onGap(version: number): void
}

/**
 * Tells the commits of this process, and of others through `announce`, to those who follow a space: in order of version,
 * each once. Commits that finish out of order wait for the ones before them, at most `maxWaiting`; then it is a gap.
 */
export type Hub = {
  publish(change: SpaceChange): void
  /**
   * What happened to a commit of this space is not known (its connection broke), or, without a space, news of other
   * processes may have been missed: the store is asked, until it answers, and followers are told what is new.
   */
  doubt(space?: SpaceId): void
  /** Another process committed up to `version`. */
  announce(space: SpaceId, version: number): void
  /** `version`: what the listener's reader has, at the least. */
  subscribe(space: SpaceId, listener: SpaceListener): () => void
  /** The last version told; `undefined` when nobody follows the space. */
  version(space: SpaceId): number | undefined
  close(): void
}

const maxWaiting = 64
/** A commit whose outcome never came (its connection broke) holds up the ones after it for so long. */
const maxWaitMs = 250

type Topic = {
  readonly listeners: Set<SpaceListener>
  told: number | undefined
  readonly waiting: Map<number, SpaceChange>
  timer: ReturnType<typeof setTimeout> | undefined
}

/** The store is asked so often while it can't be reached. */
const askAgainMs = 500

/** `head`: the version that the store has of a space. */
export function createHub(head: (space: SpaceId) => Promise<number> = async () => 0): Hub {
  const topics = new Map<SpaceId, Topic>()
  const doubted = new Set<SpaceId>()
  let asking: ReturnType<typeof setTimeout> | undefined
  let closed = false

  function tell(topic: Topic, change: SpaceChange): void {
    topic.told = change.version
    for (const listener of topic.listeners) listener.onChange(change)
  }

  function gap(topic: Topic, version: number): void {
    topic.told = version
    for (const base of topic.waiting.keys()) if (base < version) topic.waiting.delete(base)
    for (const listener of topic.listeners) listener.onGap(version)
    drain(topic)
  }

  function skipToNewest(topic: Topic): void {
    const newest = Math.max(0, ...[...topic.waiting.values()].map((one) => one.version))
    if (topic.told === undefined || newest > topic.told) gap(topic, newest)
  }

  function drain(topic: Topic): void {
    for (;;) {
      const next = topic.told === undefined ? undefined : topic.waiting.get(topic.told)
      if (next === undefined) break
      topic.waiting.delete(next.base)
      tell(topic, next)
    }
    if (topic.waiting.size > 0) return
    clearTimeout(topic.timer)
    topic.timer = undefined
  }

  function announce(space: SpaceId, version: number): void {
    const topic = topics.get(space)
    if (topic === undefined || (topic.told !== undefined && topic.told >= version)) return
    gap(topic, version)
  }

  async function ask(): Promise<void> {
    for (const space of [...doubted]) {
      doubted.delete(space)
      if (!topics.has(space)) continue
      try {
        announce(space, await head(space))
      } catch {
        doubted.add(space)
      }
    }
    asking = undefined
    if (doubted.size > 0) askIn(askAgainMs)
  }

  function askIn(ms: number): void {
    if (!closed) asking ??= setTimeout(() => void ask(), ms)
  }

  return {
    publish(change) {
      const topic = topics.get(change.space)
      if (topic === undefined) return
      if (topic.told === undefined || change.base === topic.told) {
        tell(topic, change)
        drain(topic)
        return
      }
      if (change.version <= topic.told) return
      topic.waiting.set(change.base, change)
      if (topic.waiting.size > maxWaiting) skipToNewest(topic)
      else
        topic.timer ??= setTimeout(() => {
          topic.timer = undefined
          skipToNewest(topic)
        }, maxWaitMs)
    },
    doubt(space) {
      for (const one of space === undefined ? topics.keys() : [space]) if (topics.has(one)) doubted.add(one)
      if (doubted.size > 0) askIn(0)
    },
    announce,
    subscribe(space, listener) {
      const topic: Topic = topics.get(space) ?? {
        listeners: new Set(),
        told: undefined,
        waiting: new Map(),
        timer: undefined,
      }
      topics.set(space, topic)
      topic.listeners.add(listener)
      return () => {
        topic.listeners.delete(listener)
        if (topic.listeners.size > 0 || topics.get(space) !== topic) return
        clearTimeout(topic.timer)
        topics.delete(space)
      }
    },
    version: (space) => topics.get(space)?.told,
    close() {
      closed = true
      clearTimeout(asking)
      for (const topic of topics.values()) clearTimeout(topic.timer)
      topics.clear()
    },
  }
}
