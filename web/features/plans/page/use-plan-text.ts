import type { PlanId } from '#shared/ids.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { copyAndTell } from '../../../ui/copy.ts'
import { showToast } from '../../../ui/toast.tsx'
import { plansWords } from '../../../words/plans.ts'
import { saveAs } from './save-as.ts'

/** Ways out of a plan, as Markdown. Where this device has less than the whole, that is said instead. */
export function usePlanText(planId: PlanId): {
  readonly copy: () => void
  readonly download: (title: string) => void
} {
  const workspace = useWorkspace()
  const withText = async (act: (markdown: string) => unknown): Promise<void> => {
    try {
      const { textOfPlan } = await import('../acts/plan-bodies.ts')
      const markdown = await textOfPlan(workspace, planId)
      if (markdown !== undefined) act(markdown)
      else showToast({ text: plansWords.textNotHere })
    } catch {
      showToast({ text: plansWords.textNotHere })
    }
  }
  return {
    copy: () => void withText(copyAndTell),
    download: (title) => void withText((markdown) => saveAs(markdown, title)),
  }
}
