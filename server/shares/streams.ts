import type { RunId } from '#shared/ids.ts'
import type { PresenceHub } from '#sync/server/presence.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { createFeed, type Feed, type FeedDeps } from './feed.ts'
import { isNamed, type Opened } from './links.ts'

/** Readers of one link, and of all links of this process, who are told of changes as they happen. */
export const maxFeedsPerLink = 50
export const maxFeeds = 500

export type SharedStreams = {
  /** `link` or `server`: it has as many readers as it may. */
  open(opened: Opened, again: FeedDeps['again']): Result<Feed, 'link' | 'server'>
  /** Asks for each reader again what they may. */
  recheck(): void
  /** Ends all of them without a word; they may come again. */
  endAll(): void
}

export function createSharedStreams(
  deps: Omit<FeedDeps, 'again'> & { readonly presence: Pick<PresenceHub, 'set'> },
): SharedStreams {
  const open = new Map<Feed, RunId>()
  const ofLink = (runId: RunId): number => [...open.values()].filter((one) => one === runId).length

  return {
    open(opened, again) {
      if (open.size >= maxFeeds) return err('server')
      if (ofLink(opened.runId) >= maxFeedsPerLink) return err('link')
      const made = createFeed({ ...deps, again }, opened)
      const feed: Feed = {
        ...made,
        close() {
          made.close()
          open.delete(feed)
          deps.presence.set(feed, undefined)
        },
      }
      open.set(feed, opened.runId)
      // Who is named is seen to look by those who share with them; others who have the link are nobody that could be named.
      if (opened.guest !== undefined && isNamed(opened))
        deps.presence.set(feed, { runId: opened.runId, userId: opened.guest.userId, typing: false })
      return ok(feed)
    },
    recheck() {
      for (const feed of open.keys()) feed.recheck()
    },
    endAll() {
      for (const feed of open.keys()) feed.close()
    },
  }
}
