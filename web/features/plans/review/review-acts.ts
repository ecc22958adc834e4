import { planMarkdownLimit, type Plan } from '#shared/domain/plan.ts'
import type { PlanVerdict } from '#shared/domain/plan-review.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { readBody } from '#sync/core/plan/body.ts'
import { writePlan } from '#sync/core/plan/markdown.ts'
import { useIds } from '../../../state/platform.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { showToast } from '../../../ui/toast.tsx'
import { reviewWords } from '../../../words/plan-review.ts'
import type { PlanActs } from '../acts/plan-acts.ts'
import type { VersionTexts } from '../history/version-texts.ts'

/** What a person does with their review. None of it rejects: what went wrong is said. `true`: it is durable on this device. */
export type ReviewActs = {
  readonly review: (plan: Plan, document: PlanDocument, verdict: PlanVerdict, note: string) => Promise<boolean>
  readonly withdraw: (plan: Plan) => Promise<boolean>
}

export function useReviewActs(texts: VersionTexts, acts: () => PlanActs): ReviewActs {
  const { mutate } = useWorkspace()
  const ids = useIds()
  return {
    async review(plan, document, verdict, note) {
      const markdown = writePlan(readBody(document.doc))
      if (markdown.length > planMarkdownLimit) {
        showToast({ text: reviewWords.tooLarge })
        return false
      }
      const [planId, versionId] = [plan.id, ids.planVersionId()]
      // First, so that it can be compared here from the moment on that it is shown.
      await texts.keep(planId, versionId, markdown)
      try {
        await mutate.reviewPlan({ planId, verdict, versionId, markdown, ...(note === '' ? {} : { note }) })
      } catch (error) {
        showToast({ text: refusalText(error) })
        return false
      }
      const isOpen = verdict === 'approved' && (plan.state === 'draft' || plan.state === 'in_review')
      const onAction = (): void => void acts().setState(plan, 'approved')
      showToast({
        text: verdict === 'approved' ? reviewWords.approved : reviewWords.requested,
        ...(isOpen ? { action: { label: reviewWords.setApproved, onAction } } : {}),
      })
      return true
    },
    async withdraw(plan) {
      try {
        await mutate.withdrawReview({ planId: plan.id })
        showToast({ text: reviewWords.withdrawn })
        return true
      } catch (error) {
        showToast({ text: refusalText(error) })
        return false
      }
    },
  }
}
