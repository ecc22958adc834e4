import { createMemo, type Accessor } from 'solid-js'
import { promptLimit } from '#shared/domain/prompt.ts'
import { ReviewChange, type FileOp } from '#shared/domain/review-change.ts'
import { ReviewComment, type ReviewAnchor } from '#shared/domain/review-comment.ts'
import { ReviewMarks, type FileMark } from '#shared/domain/review-marks.ts'
import { reviewPrompt, reviewThreads, unsentOf, type ReviewThread } from '#shared/domain/review-threads.ts'
import { hasEnded, isHeld } from '#shared/domain/run.ts'
import type { FileChange } from '#shared/domain/transcript.ts'
import type { ReviewCommentId, UserId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import { fieldOf } from '#sync/client/intent-args.ts'
import { useIds } from '../../../state/platform.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { createRows } from '../../../state/rows.ts'
import { useSendingMode } from '../../../state/sending-mode.ts'
import { usePending } from '../../../state/sync-status.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { showToast } from '../../../ui/toast.tsx'
import type { ShownIntent } from '../../../words/states.ts'
import { reviewWords } from '../../../words/review.ts'
import { useScene } from '../scene.ts'

/** A change of files on its way, or one that was refused. */
export type ShownChange = { readonly change: ReviewChange; readonly intent: ShownIntent }

export type Review = ReturnType<typeof useReview>

/** Comments, marks and changes of files of the run on the page, and what can be done with them. None of it rejects. */
export function useReview() {
  const scene = useScene()
  const { runId } = scene
  const workspace = useWorkspace()
  const data = useTeamData()
  const ids = useIds()
  const { mode } = useSendingMode(runId)
  const pending = usePending()
  const comments = createRows(workspace, keys.reviewCommentsOf(runId), ReviewComment)
  const changes = createRows(workspace, keys.reviewChangesOf(runId), ReviewChange)
  const marks = createRows(workspace, keys.reviewMarksOf(runId), ReviewMarks)
  const threads = createMemo(() => reviewThreads(comments.all()))
  const open = createMemo(() => threads().filter(({ first }) => first.resolved === undefined))
  const unsent = createMemo(() => open().filter((thread) => unsentOf(thread).length > 0))
  const unsentCount = createMemo(() => unsent().reduce((sum, thread) => sum + unsentOf(thread).length, 0))
  const mayReview: Accessor<boolean> = () => scene.canSteer() && !scene.guest
  const mine = createMemo(() => marks.all().find(({ userId }) => userId === workspace.userId)?.files ?? {})
  const markOf = (path: string): FileMark => (Object.hasOwn(mine(), path) ? mine()[path] : undefined) ?? {}

  const tried = async (act: Promise<void>): Promise<boolean> => {
    try {
      await act
      return true
    } catch (error) {
      showToast({ text: refusalText(error) })
      return false
    }
  }

  /** Comments that are only on this device so far. */
  const local = createMemo(
    () =>
      new Set(pending().flatMap(({ name, args }) => (name === 'addReviewComment' ? [fieldOf(args, 'commentId')] : []))),
  )
  const shownChanges = createMemo((): readonly ShownChange[] => {
    const waiting = new Set(
      pending().flatMap(({ name, args }) => (name === 'changeRunFiles' ? [fieldOf(args, 'changeId')] : [])),
    )
    return changes
      .all()
      .filter(({ state, by }) => state !== 'done' && (state !== 'refused' || by === workspace.userId))
      .toSorted((a, b) => a.at - b.at)
      .map((change) => ({ change, intent: waiting.has(change.id) ? 'local' : change.state }))
  })

  /** Gives all that is unsent to the agent, as one message. `place`: where the lines of a thread stand now. */
  const send = async (place: (thread: ReviewThread) => { from: number; to: number } | undefined): Promise<boolean> => {
    const given = unsent()
    const text = reviewPrompt({
      threads: given,
      name: ({ by }) => nameOf(by),
      place,
    })
    if (text.length > promptLimit) {
      showToast({ text: reviewWords.tooLong })
      return false
    }
    const run = scene.run()
    const done = await tried(
      workspace.mutate.sendReviewComments({
        runId,
        promptId: ids.promptId(),
        deliveryId: ids.deliveryId(),
        text,
        mode: isHeld(run.state) ? mode() : 'queue',
        comments: given.flatMap((thread) => unsentOf(thread).map(({ id }) => id)),
      }),
    )
    if (!done) return false
    const waits = !hasEnded(run.state) && mode() === 'queue'
    const { name } = scene.agent()
    showToast({ text: waits ? reviewWords.queuedToast(name) : reviewWords.sentToast(name) })
    return true
  }
  /** By name, also one's own: the agent knows nobody as “You”. */
  const nameOf = (id: UserId): string => data.members.get(keys.member(id))?.name ?? scene.callName(id)

  return {
    threads,
    open,
    unsentCount,
    mayReview,
    markOf,
    shownChanges,
    isLocal: (id: ReviewCommentId): boolean => local().has(id),
    send,
    /** Others who accepted this very content. */
    acceptedBy: (file: FileChange): readonly string[] =>
      marks
        .all()
        .filter(({ userId, files }) => userId !== workspace.userId && isAccepted(file, files[file.path] ?? {}))
        .map(({ userId }) => scene.callName(userId)),
    isAccepted: (file: FileChange): boolean => isAccepted(file, markOf(file.path)),
    add: (comment: {
      id: ReviewCommentId
      text: string
      anchor?: ReviewAnchor | undefined
      thread?: ReviewCommentId
    }) => {
      const { id: commentId, text, anchor, thread } = comment
      return tried(
        workspace.mutate.addReviewComment({
          runId,
          commentId,
          text,
          ...(anchor === undefined ? {} : { anchor }),
          ...(thread === undefined ? {} : { thread }),
        }),
      )
    },
    answer: (thread: ReviewCommentId, text: string) =>
      tried(workspace.mutate.addReviewComment({ runId, commentId: ids.reviewCommentId(), thread, text })),
    edit: (commentId: ReviewCommentId, text: string) =>
      tried(workspace.mutate.editReviewComment({ runId, commentId, text })),
    remove: (commentId: ReviewCommentId) => tried(workspace.mutate.removeReviewComment({ runId, commentId })),
    resolve: (thread: ReviewCommentId, resolved: boolean) =>
      tried(workspace.mutate.resolveReviewThread({ runId, thread, resolved })),
    mark: (path: string, mark: FileMark) => tried(workspace.mutate.markReviewed({ runId, marks: [{ path, mark }] })),
    change: (ops: readonly FileOp[]) =>
      tried(
        workspace.mutate.changeRunFiles({
          runId,
          changeId: ids.reviewChangeId(),
          deliveryId: ids.deliveryId(),
          ops: [...ops],
        }),
      ),
  }
}

/** A file whose content nobody knows by name is accepted by nobody. */
function isAccepted(file: FileChange, mark: FileMark): boolean {
  return mark.file !== undefined && mark.file === contentOf(file)
}

/** What a mark of the whole file names. */
export function contentOf(file: FileChange): FileMark['file'] {
  return file.after?.id ?? (file.status === 'deleted' ? 'gone' : undefined)
}
