import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { PlanParticipants } from '#sync/client/plans/participant-board.ts'
import { useWorkspace } from './workspace.ts'

/** Who has which plan open now. Needs an owner. */
export function usePlanParticipants(): Accessor<PlanParticipants> {
  const [participants, setParticipants] = createSignal<PlanParticipants>(new Map())
  onCleanup(useWorkspace().subscribePlanParticipants(setParticipants))
  return participants
}
