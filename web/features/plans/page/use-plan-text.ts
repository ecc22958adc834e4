import type { PlanId } from '#shared/ids.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { copyAndTell } from '../../../ui/copy.ts'
import { showToast } from '../../../ui/toast.tsx'
import { plansWords } from '../../../words/plans.ts'

/** Ways out of a plan, as Markdown. Where this device has less than the whole, that is said instead. */
export function usePlanText(planId: PlanId): {
  readonly copy: () => void
  readonly download: (title: string) => void
} {
  const workspace = useWorkspace()
  const orSay = async (act: () => Promise<boolean>): Promise<void> => {
    const worked = await act().catch(() => false)
    if (!worked) showToast({ text: plansWords.textNotHere })
  }
  return {
    copy: () =>
      void orSay(async () => {
        const { textOfPlan } = await import('../acts/plan-bodies.ts')
        const markdown = await textOfPlan(workspace, planId)
        if (markdown !== undefined) await copyAndTell(markdown)
        return markdown !== undefined
      }),
    download: (title) =>
      void orSay(async () => {
        const { savePlan } = await import('./save-plan.ts')
        const saved = await savePlan(workspace, planId, title)
        if (saved !== undefined && saved.missing > 0) showToast({ text: plansWords.picturesMissing(saved.missing) })
        return saved !== undefined
      }),
  }
}
