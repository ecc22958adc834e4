import { createMemo, type Accessor } from 'solid-js'
import { z } from 'zod'
import { ReviewAnchor, reviewCommentLimit } from '#shared/domain/review-comment.ts'
import { ReviewCommentId, type RunId } from '#shared/ids.ts'
import { createDraft, draftKey, wasDone } from '../../../state/draft.ts'
import { useDeviceStore } from '../../../state/device-store.ts'
import { useIds } from '../../../state/platform.ts'
import { useWorkspace } from '../../../state/workspace.ts'

/** Comments half written at once, in one run; more are not begun. */
const draftsLimit = 50

/** A comment that is being written. It has its id from its first letter on, so that none is written twice. */
const CommentDraft = z.object({
  id: ReviewCommentId,
  anchor: ReviewAnchor.optional(),
  text: z.string().max(reviewCommentLimit * 2),
})
export type CommentDraft = z.infer<typeof CommentDraft>

export type CommentDrafts = {
  readonly all: Accessor<readonly CommentDraft[]>
  /** Those with words in them. */
  readonly written: Accessor<number>
  readonly lost: Accessor<boolean>
  /** Begins one, or finds the one that was begun there. `undefined`: there are too many. */
  readonly open: (anchor: ReviewAnchor | undefined) => CommentDraft | undefined
  readonly change: (id: ReviewCommentId, change: Partial<Pick<CommentDraft, 'text' | 'anchor'>>) => void
  readonly drop: (id: ReviewCommentId) => void
}

/** Kept on the device with every letter, for the person who writes. */
export function useCommentDrafts(runId: RunId): CommentDrafts {
  const workspace = useWorkspace()
  const ids = useIds()
  const none: readonly CommentDraft[] = []
  const draft = createDraft<readonly CommentDraft[]>({
    store: useDeviceStore(),
    key: draftKey(workspace, `review/${runId}`),
    initial: none,
    async parse(kept) {
      const read = z.array(CommentDraft).max(draftsLimit).safeParse(kept).data
      if (read === undefined) return undefined
      // What was sent just before the app was killed does not stand here again.
      const done = await Promise.all(
        read.map(({ id }) => wasDone(workspace, 'addReviewComment', { runId, commentId: id })),
      )
      return read.filter((_, index) => done[index] !== true)
    },
  })
  const set = (next: readonly CommentDraft[]): void => draft.set(next.length === 0 ? none : next)
  return {
    all: draft.value,
    written: createMemo(() => draft.value().filter(({ text }) => text.trim() !== '').length),
    lost: draft.lost,
    open(anchor) {
      const known = draft.value().find((one) => isSame(one.anchor, anchor))
      if (known !== undefined) return known
      // One that nobody wrote anything in makes room.
      const kept = draft.value().filter(({ text }) => text.trim() !== '')
      if (kept.length >= draftsLimit) return undefined
      const made: CommentDraft = { id: ids.reviewCommentId(), text: '', ...(anchor === undefined ? {} : { anchor }) }
      set([...kept, made])
      return made
    },
    change: (id, change) => set(draft.value().map((one) => (one.id === id ? { ...one, ...change } : one))),
    drop: (id) => set(draft.value().filter((one) => one.id !== id)),
  }
}

function isSame(a: ReviewAnchor | undefined, b: ReviewAnchor | undefined): boolean {
  return a?.path === b?.path && a?.side === b?.side && a?.to === b?.to && a?.version === b?.version
}
