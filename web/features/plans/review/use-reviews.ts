import { createMemo, type Accessor } from 'solid-js'
import { countReviews, PlanReview, type ReviewCounts } from '#shared/domain/plan-review.ts'
import { canReviewPlans } from '#shared/domain/policies.ts'
import type { PlanId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { createRows } from '../../../state/rows.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'

export type Reviews = {
  /** The newest first. */
  readonly all: Accessor<readonly PlanReview[]>
  readonly own: Accessor<PlanReview | undefined>
  readonly counts: Accessor<ReviewCounts>
  readonly mayReview: Accessor<boolean>
}

/** What people think of a plan. Needs an owner. */
export function useReviews(planId: PlanId): Reviews {
  const workspace = useWorkspace()
  const data = useTeamData()
  const rows = createRows(workspace, keys.planReviewsOf(planId), PlanReview)
  const all = createMemo(() => rows.all().toSorted((a, b) => b.at - a.at))
  return {
    all,
    own: () => rows.get(keys.planReview(planId, workspace.userId)),
    counts: createMemo(() => countReviews(all())),
    mayReview: () => canReviewPlans(data.me()?.role),
  }
}
