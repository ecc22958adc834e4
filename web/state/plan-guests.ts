import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { PlanGuests } from '#sync/client/plans/guest-board.ts'
import { useWorkspace } from './workspace.ts'

/** Who has which plan open now. Needs an owner. */
export function usePlanGuests(): Accessor<PlanGuests> {
  const [guests, setGuests] = createSignal<PlanGuests>(new Map())
  onCleanup(useWorkspace().subscribePlanGuests(setGuests))
  return guests
}
