import type { Doc } from 'yjs'
import type { PlanId } from '#shared/ids.ts'
import type { OpenPlans } from './open-plans.ts'
import type { PlanCopies } from './plan-copies.ts'
import type { PlanFacts } from './plan-rows.ts'
import { isStored } from './store/plan-note.ts'

export type PlanCourierDeps = {
  readonly open: Pick<OpenPlans, 'isOpen' | 'using'>
  readonly copies: Pick<PlanCopies, 'facts' | 'notes' | 'copies' | 'isFresh'>
  readonly isOnline: () => boolean
  readonly isOnItsWay: (planId: PlanId) => boolean
  readonly mayWrite: () => boolean
  /** Fetches the pictures of a plan that is to be read without a network. Resolves with whether there is nothing left to fetch. */
  readonly bringPictures: (doc: Doc, signal: AbortSignal) => Promise<boolean>
  /** Calls back when the first page stands and the browser has nothing better to do. */
  readonly whenIdle: (act: () => void) => void
  readonly now: () => number
  readonly unlessClosed: (error: unknown) => void
}

/** Rooms that are visited at a time. */
const mostAtOnce = 3
/** A visit that comes to nothing ends after this, and another plan has its turn. */
const visitMs = 30_000
/** A plan that goes on changing, or can't be had, is visited so often at most. */
const againMs = 30_000
/** What is written in another page is that page's to send. It is sent from here only if it is still there after this. */
const leaveMs = 5_000
/** Plans that were changed lately come by themselves: so many, and so much in all. */
const mostRecent = 50
const recentBytes = 2_000_000
/** What a word comes to, in bytes of a document with what was deleted from it, where that is not known yet. */
const bytesPerWord = 20
const mostRecentWords = 5_000

/**
 * Visits the rooms of plans that nobody has open: to bring there what was written on this device and never arrived, which comes first, and to fetch what is to be had
 * without a network.
 */
export function createPlanCourier(deps: PlanCourierDeps) {
  const visitedAt = new Map<PlanId, number>()
  const unstoredSince = new Map<PlanId, number>()
  const visiting = new Set<PlanId>()
  /** Pinned plans whose pictures are here too, as far as this page has looked. */
  const pictured = new Set<PlanId>()
  const giveUp = new AbortController()
  let isIdle = false
  let isFirst = true
  let timer: ReturnType<typeof setTimeout> | undefined

  /** When each plan that needs a visit may have it; ms since epoch. */
  function due(): readonly { planId: PlanId; at: number }[] {
    const again = (planId: PlanId): number => (visitedAt.get(planId) ?? -Infinity) + againMs
    const unsent = [...deps.copies.copies().values()].flatMap(({ planId, unstored, lost }) =>
      unstored && !lost && deps.mayWrite()
        ? [{ planId, at: Math.max(again(planId), (unstoredSince.get(planId) ?? 0) + leaveMs) }]
        : [],
    )
    if (!isIdle) return unsent
    const pins = new Set(pinned())
    for (const planId of pictured) if (!pins.has(planId)) pictured.delete(planId)
    const wanted = new Set([...pins, ...recent([...deps.copies.facts.values()], deps.copies)])
    const isHere = (planId: PlanId): boolean =>
      deps.copies.isFresh(planId) && (!pins.has(planId) || pictured.has(planId))
    return [...unsent, ...[...wanted].flatMap((planId) => (isHere(planId) ? [] : [{ planId, at: again(planId) }]))]
  }

  function pinned(): readonly PlanId[] {
    return [...deps.copies.notes().values()].flatMap((note) =>
      note.pinned && deps.copies.facts.has(note.planId) ? [note.planId] : [],
    )
  }

  function watchUnstored(): void {
    const notes = [...deps.copies.notes().values()]
    const unstored = new Set(notes.filter((note) => !isStored(note)).map(({ planId }) => planId))
    for (const planId of unstoredSince.keys()) if (!unstored.has(planId)) unstoredSince.delete(planId)
    for (const planId of unstored)
      if (!unstoredSince.has(planId)) unstoredSince.set(planId, isFirst ? -Infinity : deps.now())
    // What the first look finds was left by a page that is gone.
    isFirst &&= notes.length === 0
  }

  function work(): void {
    clearTimeout(timer)
    watchUnstored()
    if (giveUp.signal.aborted || !deps.isOnline()) return
    const now = deps.now()
    let next = Infinity
    for (const { planId, at } of due()) {
      if (visiting.has(planId) || deps.open.isOpen(planId) || deps.isOnItsWay(planId)) continue
      if (at > now) next = Math.min(next, at)
      else if (visiting.size < mostAtOnce) visit(planId)
    }
    if (next < Infinity) timer = setTimeout(work, next - now)
  }

  function visit(planId: PlanId): void {
    visiting.add(planId)
    visitedAt.set(planId, deps.now())
    const signal = AbortSignal.any([giveUp.signal, AbortSignal.timeout(visitMs)])
    deps.open
      .using(planId, async (plan) => {
        await plan.until(({ synced, stored, refused }) => (synced && stored) || refused !== undefined, signal)
        if (deps.copies.notes().get(planId)?.pinned !== true) return
        if (await deps.bringPictures(plan.doc, signal)) pictured.add(planId)
        else pictured.delete(planId)
      })
      .catch((error: unknown) => {
        if (!giveUp.signal.aborted) deps.unlessClosed(error)
      })
      .finally(() => {
        visiting.delete(planId)
        work()
      })
  }

  deps.whenIdle(() => {
    isIdle = true
    work()
  })

  return {
    /** Something has changed: copies, rows, what is open. */
    work,
    /** The server is to be reached again, or has taken what was on its way: nothing waits for its next turn. */
    retry(): void {
      visitedAt.clear()
      for (const planId of unstoredSince.keys()) unstoredSince.set(planId, -Infinity)
      work()
    },
    close(): void {
      clearTimeout(timer)
      giveUp.abort()
    },
  }
}

export type PlanCourier = ReturnType<typeof createPlanCourier>

/** The plans that were changed last and are small, as many as fit. */
function recent(facts: readonly PlanFacts[], copies: Pick<PlanCopies, 'notes'>): readonly PlanId[] {
  const found: PlanId[] = []
  let bytes = 0
  for (const plan of [...facts].sort((a, b) => b.updatedAt - a.updatedAt)) {
    if (plan.archivedAt !== undefined || plan.words > mostRecentWords) continue
    bytes += Math.max(copies.notes().get(plan.id)?.bytes ?? 0, plan.words * bytesPerWord)
    if (bytes > recentBytes || found.length === mostRecent) break
    found.push(plan.id)
  }
  return found
}
