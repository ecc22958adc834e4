import { createSignal, onCleanup, type Accessor } from 'solid-js'
import type { PlanId } from '#shared/ids.ts'
import type { PlanCopy } from '#sync/client/plans/plan-document.ts'
import { useIds } from './platform.ts'
import { useWorkspace } from './workspace.ts'

/** The plans whose texts this device has, by their ids. */
export function usePlanCopies(): Accessor<ReadonlyMap<PlanId, PlanCopy>> {
  const [copies, setCopies] = createSignal<ReadonlyMap<PlanId, PlanCopy>>(new Map())
  onCleanup(useWorkspace().subscribePlanCopies(setCopies))
  return copies
}

export type LostPlans = {
  /** Makes a new plan of what this device has of one that is gone, and gives up the old copy. Rejects where the device can't keep it. */
  readonly save: (copy: PlanCopy) => Promise<PlanId>
  /** Gives up what was written here. */
  readonly discard: (copy: PlanCopy) => Promise<void>
}

/** Ways out for what was written into a plan that was deleted, or is no longer shared. */
export function useLostPlans(): LostPlans {
  const workspace = useWorkspace()
  const ids = useIds()
  return {
    async save({ planId: from, title }) {
      const planId = ids.planId()
      await workspace.mutate.createPlan({ planId, title })
      await workspace.copyPlan(from, planId)
      await workspace.dropPlanCopy(from)
      return planId
    },
    discard: ({ planId }) => workspace.dropPlanCopy(planId),
  }
}
