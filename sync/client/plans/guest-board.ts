import type { PlanGuest } from '#shared/domain/plan-participant.ts'
import type { PlanId } from '#shared/ids.ts'
import type { BrowserDown } from '#shared/protocol/browser-socket.ts'

/** Who has a plan open, as the server last said. `more`: how many there are beyond those who are named. */
export type GuestsOfPlan = { readonly guests: readonly PlanGuest[]; readonly more: number }
export type PlanGuests = ReadonlyMap<PlanId, GuestsOfPlan>

export type WatchPlanGuests = {
  /** Calls back with who has which plan open now, at once and on each change; nobody while there is no socket. Returns the unsubscriber. */
  subscribePlanGuests(onGuests: (guests: PlanGuests) => void): () => void
}

export function createGuestBoard() {
  const listeners = new Set<(guests: PlanGuests) => void>()
  let known: PlanGuests = new Map()
  function set(next: PlanGuests): void {
    known = next
    for (const listener of listeners) listener(known)
  }
  return {
    take({ whole, plans }: Extract<BrowserDown, { type: 'plan_guests' }>): void {
      const next = new Map(whole ? [] : known)
      for (const { planId, ...one } of plans) {
        if (one.guests.length > 0) next.set(planId, one)
        else next.delete(planId)
      }
      set(next)
    },
    /** Nothing is heard of it any more. */
    forget: (): void => set(new Map()),
    subscribe(onGuests: (guests: PlanGuests) => void): () => void {
      listeners.add(onGuests)
      onGuests(known)
      return () => listeners.delete(onGuests)
    },
  }
}
