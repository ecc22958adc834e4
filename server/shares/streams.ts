import type { PresenceHub } from '#sync/server/presence.ts'
import { ok, type Result } from '#shared/result.ts'
import { createFeed, type Feed, type FeedDeps } from './feed.ts'
import { isNamed, type Opened } from './links.ts'
import type { Places } from './places.ts'

export type SharedStreams = {
  /** `link` or `server`: it has as many readers as it may. */
  open(opened: Opened, again: FeedDeps['again']): Result<Feed, 'link' | 'server'>
  /** Asks for each reader again what they may. */
  recheck(): void
  /** Ends all of them without a word; they may come again. */
  endAll(): void
}

export function createSharedStreams(
  deps: Omit<FeedDeps, 'again'> & { readonly presence: Pick<PresenceHub, 'set'>; readonly places: Places },
): SharedStreams {
  const open = new Set<Feed>()

  return {
    open(opened, again) {
      const place = deps.places.take(opened.runId)
      if (!place.ok) return place
      const made = createFeed({ ...deps, again }, opened)
      const feed: Feed = {
        ...made,
        close() {
          made.close()
          place.value()
          open.delete(feed)
          deps.presence.set(feed, undefined)
        },
      }
      open.add(feed)
      // Who is named is seen to look by those who share with them; others who have the link are nobody that could be named.
      if (opened.guest !== undefined && isNamed(opened))
        deps.presence.set(feed, { runId: opened.runId, userId: opened.guest.userId, typing: false })
      return ok(feed)
    },
    recheck() {
      for (const feed of open) feed.recheck()
    },
    endAll() {
      for (const feed of open) feed.close()
    },
  }
}
