import { PlanComment } from '#shared/domain/plan-comment.ts'
import { commentsRunPrompt, isUnsent, threadsOf } from '#shared/domain/plan-threads.ts'
import { Member } from '#shared/domain/team.ts'
import type { PlanCommentId, PlanId } from '#shared/ids.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { scanRows } from '#sync/core/transaction.ts'

/** The threads of a plan that no agent has, as the prompt of a new run; `undefined`: there are none. */
export async function threadsForRun(
  workspace: Pick<Workspace, 'query'>,
  plan: {
    readonly planId: PlanId
    readonly title: string
    readonly markdown: string
    readonly note: string
    /** What somebody is called who is no person of the team. */
    readonly agentName: (comment: PlanComment) => string
  },
): Promise<{ readonly prompt: string; readonly threads: readonly PlanCommentId[] } | undefined> {
  const { agentName, ...asked } = plan
  const [comments, members] = await workspace.query(async (tx) => [
    await scanRows(tx, keys.planCommentsOf(plan.planId), PlanComment),
    await scanRows(tx, keys.members, Member),
  ])
  const names = new Map(members.map(({ userId, name }) => [userId, name]))
  const threads = threadsOf(comments).filter(isUnsent)
  if (threads.length === 0) return undefined
  const prompt = commentsRunPrompt({
    ...asked,
    threads: threads.map((thread) => ({ thread, section: undefined })),
    name: (comment) => (comment.by.kind === 'person' ? names.get(comment.by.userId) : undefined) ?? agentName(comment),
  })
  return { prompt, threads: threads.map(({ first }) => first.id) }
}
