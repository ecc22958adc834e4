import type { PlanAnchor, PlanSuggestion } from '#shared/domain/plan-comment.ts'
import type { PlanCommentId, PlanId } from '#shared/ids.ts'
import { useIds } from '../../../state/platform.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { showToast } from '../../../ui/toast.tsx'

/** What can be done with comments. None of it rejects: what went wrong is said. `true`: it is durable on this device. */
export type CommentActs = {
  readonly begin: (comment: {
    readonly text: string
    readonly anchor: PlanAnchor | undefined
    readonly suggestion?: Pick<PlanSuggestion, 'from' | 'to'> | undefined
  }) => Promise<PlanCommentId | undefined>
  readonly answer: (thread: PlanCommentId, text: string) => Promise<boolean>
  readonly edit: (commentId: PlanCommentId, text: string) => Promise<boolean>
  readonly remove: (commentId: PlanCommentId) => Promise<boolean>
  readonly resolve: (thread: PlanCommentId, resolved: boolean) => Promise<boolean>
  readonly settle: (thread: PlanCommentId, as: 'accepted' | 'dismissed') => Promise<boolean>
}

export function useCommentActs(planId: PlanId): CommentActs {
  const { mutate } = useWorkspace()
  const ids = useIds()
  const tried = async (act: Promise<void>): Promise<boolean> => {
    try {
      await act
      return true
    } catch (error) {
      showToast({ text: refusalText(error) })
      return false
    }
  }
  return {
    async begin({ text, anchor, suggestion }) {
      const commentId = ids.planCommentId()
      const args = {
        planId,
        commentId,
        text,
        ...(anchor === undefined ? {} : { anchor }),
        ...(suggestion === undefined ? {} : { suggestion }),
      }
      return (await tried(mutate.addPlanComment(args))) ? commentId : undefined
    },
    answer: (thread, text) => tried(mutate.addPlanComment({ planId, commentId: ids.planCommentId(), thread, text })),
    edit: (commentId, text) => tried(mutate.editPlanComment({ planId, commentId, text })),
    remove: (commentId) => tried(mutate.removePlanComment({ planId, commentId })),
    settle: (thread, as) => tried(mutate.settleSuggestion({ planId, thread, as })),
    resolve: (thread, resolved) => tried(mutate.resolvePlanThread({ planId, thread, resolved })),
  }
}
