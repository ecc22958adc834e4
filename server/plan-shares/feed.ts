import { sharedPingMs } from '#shared/protocol/shared-run.ts'
import type { SharedPlanEvent } from '#shared/protocol/shared-plan.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { ok, type Result } from '#shared/result.ts'
import { keys } from '#sync/core/keys.ts'
import type { Hub } from '#sync/server/hub.ts'
import type { Places } from '../shares/places.ts'
import { openShare, type OpenPlan } from './links.ts'

export type PlanFeedDeps = {
  readonly hub: Hub
  readonly places: Places
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

/** What is told to one page of a link. */
export type PlanFeed = {
  /** Waits for the next; `undefined` when nothing follows. */
  next(): Promise<SharedPlanEvent | undefined>
  close(): void
}

export type PlanFeeds = {
  /** `again`: finds the link anew. */
  open(plan: OpenPlan, again: () => Promise<OpenPlan | undefined>): Result<PlanFeed, 'link' | 'server'>
  /** Ends all of them without a word; they may come again. */
  endAll(): void
}

/** Tells the pages of shared plans that something is new, and that sharing is over: the share's row is a row of the team's space like others. */
export function createPlanFeeds(deps: PlanFeedDeps): PlanFeeds {
  const open = new Set<PlanFeed>()
  return {
    open(plan, again) {
      const place = deps.places.take(keys.planShare(plan.planId))
      if (!place.ok) return place
      const made = createFeed(deps, plan, again)
      const feed: PlanFeed = {
        next: made.next,
        close() {
          made.close()
          place.value()
          open.delete(feed)
        },
      }
      open.add(feed)
      return ok(feed)
    },
    endAll() {
      for (const feed of open) feed.close()
    },
  }
}

function createFeed(
  { hub, now, onError }: Pick<PlanFeedDeps, 'hub' | 'now' | 'onError'>,
  { teamId, planId, share }: OpenPlan,
  again: () => Promise<OpenPlan | undefined>,
): PlanFeed {
  let state: 'open' | 'ended' | 'closed' = 'open'
  // What changed between the page's first look and now is not missed.
  let isChanged = true
  let pingAt: number | undefined
  let wake: (() => void) | undefined

  const woken = (): void => {
    wake?.()
    wake = undefined
  }
  function changed(): void {
    isChanged = true
    woken()
  }
  function end(): void {
    if (state !== 'open') return
    state = 'ended'
    stop()
    woken()
  }
  async function recheck(): Promise<void> {
    if (state === 'open' && (await again()) === undefined) end()
  }
  const own = new Set([keys.plan(planId), keys.planText(planId), keys.planShare(planId)])
  const isOurs = (key: string): boolean => own.has(key) || key.startsWith(keys.planCommentsOf(planId))
  const unsubscribe = hub.subscribe(teamSpace(teamId), {
    onChange({ patch }) {
      for (const [key, value] of patch) {
        if (!isOurs(key)) continue
        const isOver =
          (key === keys.planShare(planId) && openShare(value, share.secret, now()) === undefined) ||
          (key === keys.plan(planId) && value === undefined)
        if (isOver) return end()
        changed()
      }
    },
    onGap() {
      changed()
      void recheck().catch(onError)
    },
  })
  const pings = setInterval(() => {
    pingAt = now()
    woken()
    void recheck().catch(onError)
  }, sharedPingMs)
  function stop(): void {
    clearInterval(pings)
    unsubscribe()
  }

  return {
    async next() {
      for (;;) {
        if (state === 'ended') {
          state = 'closed'
          return { type: 'ended' }
        }
        if (state === 'closed') return undefined
        if (isChanged) {
          isChanged = false
          return { type: 'changed' }
        }
        if (pingAt !== undefined) {
          const at = pingAt
          pingAt = undefined
          return { type: 'ping', at }
        }
        // One reader: it waits in one place at a time.
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    close() {
      if (state !== 'closed') stop()
      state = 'closed'
      woken()
    },
  }
}
