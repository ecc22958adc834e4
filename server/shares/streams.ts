import type { RunId } from '#shared/ids.ts'
import { err, ok, type Result } from '#shared/result.ts'
import { createFeed, type Feed, type FeedDeps } from './feed.ts'
import type { Opened } from './links.ts'

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

export function createSharedStreams(deps: Omit<FeedDeps, 'again'>): SharedStreams {
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
        },
      }
      open.set(feed, opened.runId)
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
