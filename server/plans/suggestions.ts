import { createHash } from 'node:crypto'
import { decodeStateVector, encodeStateVector, type Doc } from 'yjs'
import { PlanComment, type CommentAuthor, type PlanSuggestion } from '#shared/domain/plan-comment.ts'
import type { PlanAuthor } from '#shared/domain/plan.ts'
import type { PlanCommentId } from '#shared/ids.ts'
import { teamSpace } from '#shared/protocol/sync.ts'
import { keys } from '#sync/core/keys.ts'
import { applySuggestion } from '#sync/core/plan/suggestion.ts'
import { getRow, putRow } from '#sync/core/transaction.ts'
import { transact, type TransactDeps } from '#sync/server/transact.ts'
import { createWorker } from '../runs/worker.ts'
import type { Plans } from './create-plans.ts'
import type { SuggestionJob, SuggestionJobs } from './suggestion-jobs.ts'

export type SuggestionsDeps = TransactDeps & {
  readonly plans: Pick<Plans, 'change' | 'readPlan' | 'versions' | 'projector'>
  readonly jobs: SuggestionJobs
  readonly onError: (error: unknown) => void
  /** How often what another process, or an earlier one, left behind is looked for. */
  readonly everyMs?: number
}

/** Puts suggestions that were accepted into their plans. */
export type Suggestions = {
  /** One was accepted. */
  wake(): void
  /** Resolves when the one under way is done. */
  close(): Promise<void>
}

/** Longer than any try takes: after it the process that took one is taken for dead. */
const takenMs = 60_000
/** Then it is left alone and said to have failed. */
const maxTries = 20

type Outcome = NonNullable<Extract<NonNullable<PlanSuggestion['settled']>, { as: 'accepted' }>['outcome']>

export function createSuggestions(deps: SuggestionsDeps): Suggestions {
  const { plans, jobs } = deps

  /**
   * A process may die between the document and the row, so what is written there has to tell that it was: each try writes as a client of its own, and
   * one that finds an earlier try's client in the document writes nothing.
   */
  async function perform(job: SuggestionJob): Promise<void> {
    const comment = await commentOf(job)
    const settled = comment?.suggestion?.settled
    if (comment?.suggestion === undefined || settled?.as !== 'accepted' || settled.outcome === 'applied')
      return await jobs.done(job)
    if (job.tries > maxTries) return await settle(job, 'failed')
    const { suggestion, anchor } = comment
    const author: PlanAuthor = { kind: 'person', userId: settled.by }
    const made: { found: ReturnType<typeof applySuggestion> } = { found: 'changed' }
    const changed = await plans.change(job.plan, author, (doc) => {
      if (wasDone(doc, job.commentId)) made.found = 'applied'
      else if (anchor !== undefined) {
        doc.clientID = clientOf(job.commentId, job.tries)
        made.found = applySuggestion(doc, { ...suggestion, anchor })
      }
    })
    // Too many plans are open: it is taken again when this try has run out.
    if (changed.outcome === 'busy') return
    if (changed.outcome !== 'stored') return await settle(job, 'failed')
    if (made.found === 'applied') await keepVersion(job, author, comment.by)
    await settle(job, made.found === 'changed' ? 'changed' : 'applied')
    await plans.projector.project(job.plan)
  }

  async function commentOf({ plan, commentId }: SuggestionJob): Promise<PlanComment | undefined> {
    const { rows } = await deps.store.read(teamSpace(plan.teamId), [keys.planComment(plan.planId, commentId)])
    return PlanComment.safeParse(rows[0]?.value).data
  }

  async function keepVersion({ plan, commentId }: SuggestionJob, by: PlanAuthor, author: CommentAuthor): Promise<void> {
    const { reading } = await plans.readPlan(plan)
    const others = author.kind === 'guest' || JSON.stringify(by) === JSON.stringify(author) ? [] : [author]
    await plans.versions.make(
      plan,
      { markdown: reading.markdown, by: [by, ...others], origin: 'suggestion' },
      { receipt: `plan-suggestion/${plan.planId}/${commentId}` },
    )
  }

  async function settle(job: SuggestionJob, outcome: Outcome): Promise<void> {
    const key = keys.planComment(job.plan.planId, job.commentId)
    await transact(deps, async (tx) => {
      const rows = tx.space(teamSpace(job.plan.teamId))
      const row = await getRow(rows, key, PlanComment)
      const settled = row?.suggestion?.settled
      if (row?.suggestion === undefined || settled?.as !== 'accepted') return false
      await putRow(rows, key, {
        ...row,
        suggestion: { ...row.suggestion, settled: { ...settled, outcome } },
        ...(outcome === 'applied' ? { resolved: row.resolved ?? { by: settled.by, at: tx.now } } : {}),
      } satisfies PlanComment)
      return undefined
    })
    await jobs.done(job)
  }

  const worker = createWorker({
    everyMs: deps.everyMs ?? 15_000,
    onError: deps.onError,
    async round() {
      for (;;) {
        const due = await jobs.take(deps.now(), deps.now() + takenMs)
        for (const job of due) await perform(job).catch(deps.onError)
        if (due.length === 0) return
      }
    },
  })
  worker.wake()

  return {
    wake: worker.wake,
    async close() {
      worker.close()
      await worker.idle()
    },
  }
}

function wasDone(doc: Doc, commentId: PlanCommentId): boolean {
  const clients = decodeStateVector(encodeStateVector(doc))
  for (let tries = 1; tries <= maxTries; tries++) if (clients.has(clientOf(commentId, tries))) return true
  return false
}

/** A client of Yjs has a number of 32 bits; devices make theirs by chance. */
function clientOf(commentId: PlanCommentId, tries: number): number {
  return createHash('sha256').update(`${commentId}/${tries}`).digest().readUInt32BE(0)
}
