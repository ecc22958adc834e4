import { randomBytes } from 'node:crypto'
import * as Y from 'yjs'
import { PlanComment, planQuoteLimit, type PlanAnchor, type PlanSuggestion } from '#shared/domain/plan-comment.ts'
import { threadsOf, type PlanThread } from '#shared/domain/plan-threads.ts'
import type { PlanAuthor } from '#shared/domain/plan.ts'
import { PlanCommentId, uuidv7 } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import type { MutationContext } from '#sync/core/mutator.ts'
import { addPlanComment } from '#sync/core/mutators/plan-comments.ts'
import { findWords } from '#sync/core/plan/find-words.ts'
import { getRow, putRow, scanRows } from '#sync/core/transaction.ts'
import type { PlanRef } from '#sync/server/plan/plan-store.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'

/** The open threads of a plan, the oldest first. */
export async function openThreads(deps: TransactDeps, { teamId, planId }: PlanRef): Promise<readonly PlanThread[]> {
  let all: readonly PlanComment[] = []
  await transact(deps, async (tx) => {
    all = await scanRows(tx.space(teamSpace(teamId)), keys.planCommentsOf(planId), PlanComment)
    return false
  })
  return threadsOf(all).filter(({ first }) => first.resolved === undefined)
}

/** What an agent says, as itself; what it may is what its person may. Returns why not, in words. */
export async function addComment(
  deps: TransactDeps,
  { teamId, planId }: PlanRef,
  comment: {
    readonly text: string
    readonly thread: PlanCommentId | undefined
    readonly anchor: PlanAnchor | undefined
    readonly suggestion?: Pick<PlanSuggestion, 'from' | 'to'>
    readonly by: PlanAuthor
  },
  person: Pick<MutationContext, 'userId' | 'role'>,
): Promise<{ readonly id: PlanCommentId } | string> {
  const id = PlanCommentId.parse(uuidv7(deps.now(), randomBytes(10)))
  const { by, ...said } = comment
  let refused: string | undefined
  await transact(
    deps,
    async (tx) => {
      const rows = tx.space(teamSpace(teamId))
      const added = await addPlanComment.run(
        rows,
        { planId, commentId: id, ...said },
        { ...person, teamId, now: tx.now, side: 'server', effect: (effect) => tx.effect(effect) },
      )
      refused = added.ok ? undefined : (added.error.detail ?? added.error.code)
      const row = await getRow(rows, keys.planComment(planId, id), PlanComment)
      if (!added.ok || row === undefined) return false
      await putRow(rows, keys.planComment(planId, id), { ...row, by })
      return undefined
    },
    { user: person.userId },
  )
  return refused ?? { id }
}

/**
 * The place of words that stand once in a plan, within one paragraph; else how often they stand there. `nth`, counted from 0: which one is meant
 * where there are more.
 */
export function anchorAt(doc: Y.Doc, words: string, nth?: number): PlanAnchor | number {
  const places = findWords(doc, words)
  const place = places.length === 1 ? places[0] : nth === undefined ? undefined : places[nth]
  if (place === undefined) return places.length
  // Each end holds on to the letter inside of it.
  const start = Y.createRelativePositionFromTypeIndex(place.text, place.at, 0)
  const end = Y.createRelativePositionFromTypeIndex(place.text, place.at + words.length, -1)
  return { start: toBase64(start), end: toBase64(end), quote: words.slice(0, planQuoteLimit).trimEnd() }
}

function toBase64(position: Y.RelativePosition): string {
  return Buffer.from(Y.encodeRelativePosition(position)).toString('base64')
}
