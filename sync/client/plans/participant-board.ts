import type { PlanParticipant } from '#shared/domain/plan-participant.ts'
import type { PlanId } from '#shared/ids.ts'
import type { BrowserDown } from '#shared/protocol/browser-socket.ts'

/** Who has a plan open, as the server last said. `more`: how many there are beyond those who are named. */
export type ParticipantsOfPlan = { readonly participants: readonly PlanParticipant[]; readonly more: number }
export type PlanParticipants = ReadonlyMap<PlanId, ParticipantsOfPlan>

export type WatchPlanParticipants = {
  /** Calls back with who has which plan open now, at once and on each change; nobody while there is no socket. Returns the unsubscriber. */
  subscribePlanParticipants(onParticipants: (participants: PlanParticipants) => void): () => void
}

export function createParticipantBoard() {
  const listeners = new Set<(participants: PlanParticipants) => void>()
  let known: PlanParticipants = new Map()
  function set(next: PlanParticipants): void {
    known = next
    for (const listener of listeners) listener(known)
  }
  return {
    take({ whole, plans }: Extract<BrowserDown, { type: 'plan_participants' }>): void {
      const next = new Map(whole ? [] : known)
      for (const { planId, ...one } of plans) {
        if (one.participants.length > 0) next.set(planId, one)
        else next.delete(planId)
      }
      set(next)
    },
    /** Nothing is heard of it any more. */
    forget: (): void => set(new Map()),
    subscribe(onParticipants: (participants: PlanParticipants) => void): () => void {
      listeners.add(onParticipants)
      onParticipants(known)
      return () => listeners.delete(onParticipants)
    },
  }
}
