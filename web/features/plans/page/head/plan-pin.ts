import { createMemo } from 'solid-js'
import type { PlanId } from '#shared/ids.ts'
import { usePlanCopies } from '../../../../state/plan-copies.ts'
import { useDeviceStorage } from '../../../../state/storage.ts'
import { useWorkspace } from '../../../../state/workspace.ts'
import { showToast } from '../../../../ui/toast.tsx'
import { plansWords } from '../../../../words/plans.ts'

export type PlanPin = { readonly isKept: () => boolean; readonly toggle: () => void }

/** Whether this device keeps the plan and its changes, whatever else it needs room for. */
export function usePlanPin(planId: PlanId): PlanPin {
  const workspace = useWorkspace()
  const storage = useDeviceStorage()
  const copies = usePlanCopies()
  const isKept = createMemo(() => copies().get(planId)?.pinned === true)
  return {
    isKept,
    toggle() {
      const wanted = !isKept()
      // A press is the moment at which browsers may ask their person.
      if (wanted) void storage.persist()
      workspace.pinPlan(planId, wanted).catch(() => showToast({ text: plansWords.notPinned }))
    },
  }
}
