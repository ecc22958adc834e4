import type { ReviewAnchor } from '#shared/domain/review-comment.ts'
import type { ReviewThread } from '#shared/domain/review-threads.ts'
import type { Accessor } from 'solid-js'
import { createStrictContext } from '../../../state/context.ts'
import type { CommentDrafts } from './use-comment-drafts.ts'
import type { Review } from './use-review.ts'
import type { SeenFiles } from './use-seen-files.ts'

/** What every part of the review knows. */
export type ReviewScene = {
  readonly review: Review
  readonly drafts: CommentDrafts
  readonly seen: SeenFiles
  /** What was before stands beside what is. */
  readonly split: Accessor<boolean>
  /** The whole run is shown, so that what was before is what the run began with. */
  readonly whole: Accessor<boolean>
  /** Begins a comment; on a phone in a sheet. */
  readonly comment: (anchor: ReviewAnchor | undefined) => void
  /** Leads to the lines of a thread. */
  readonly goTo: (thread: ReviewThread) => void
}

export const [ReviewContext, useReviewScene] = createStrictContext<ReviewScene>('Review')
