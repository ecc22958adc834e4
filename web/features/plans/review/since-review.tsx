import type { PlanReview } from '#shared/domain/plan-review.ts'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { useCallName } from '../../../state/call-name.ts'
import { reviewWords } from '../../../words/plan-review.ts'
import { CompareView } from '../history/compare-view.tsx'
import { useLiveText } from '../history/live-text.ts'
import { useComparison } from '../history/use-comparison.ts'
import type { VersionTexts } from '../history/version-texts.ts'

/** What somebody saw when they reviewed the plan, beside what is there now. */
export function SinceReview(props: {
  readonly review: PlanReview
  readonly document: PlanDocument
  readonly texts: VersionTexts
  readonly onClose: () => void
}) {
  const callName = useCallName()
  // One comparison for one document: it is mounted anew when the document changes.
  // oxlint-disable-next-line solid/reactivity
  const now = useLiveText(props.document)
  const compared = useComparison(
    () => ({ a: { planId: props.review.planId, id: props.review.versionId }, b: undefined }),
    // oxlint-disable-next-line solid/reactivity
    props.texts,
    now,
  )
  return (
    <CompareView
      compared={compared}
      title={reviewWords.since(callName(props.review.userId), props.review.version)}
      onClose={() => props.onClose()}
      onTakeBack={undefined}
      now={now}
    />
  )
}
