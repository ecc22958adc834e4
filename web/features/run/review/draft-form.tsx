import { ChevronDown, ChevronUp } from 'lucide'
import { Show } from 'solid-js'
import type { ReviewAnchor } from '#shared/domain/review-comment.ts'
import { IconButton } from '../../../ui/button.tsx'
import { reviewWords } from '../../../words/review.ts'
import { uiWords } from '../../../words/ui.ts'
import { CommentForm } from './comment-form.tsx'
import { useReviewScene } from './context.ts'
import styles from './comments.module.css'
import type { CommentDraft } from './use-comment-drafts.ts'

/** A new comment being written at its lines. Leaving it keeps it, if there is anything in it. */
export function DraftForm(props: {
  readonly draft: CommentDraft
  readonly takesFocus: boolean
  /** The same lines with one more, or one less, above; `undefined`: that can't be. */
  readonly stretch: (anchor: ReviewAnchor, by: 1 | -1) => ReviewAnchor | undefined
  readonly onDone: () => void
}) {
  const { review, drafts } = useReviewScene()
  const anchor = () => props.draft.anchor
  const where = (): string => {
    const at = anchor()
    return at === undefined ? reviewWords.onChanges : reviewWords.about(at.path, at.from, at.to, at.side)
  }
  const stretch = (by: 1 | -1): void => {
    const at = anchor()
    const next = at === undefined ? undefined : props.stretch(at, by)
    if (next !== undefined) drafts.change(props.draft.id, { anchor: next })
  }
  const send = async (text: string): Promise<boolean> => {
    const { id } = props.draft
    const done = await review.add({ id, text, anchor: anchor() })
    if (done) {
      drafts.drop(id)
      props.onDone()
    }
    return done
  }
  return (
    <CommentForm
      label={`${reviewWords.newComment}: ${where()}`}
      send={reviewWords.keep}
      hint={reviewWords.keepHint}
      text={props.draft.text}
      onText={(text) => drafts.change(props.draft.id, { text })}
      onSend={send}
      cancel={props.draft.text.trim() === '' ? reviewWords.cancel : reviewWords.discard}
      onCancel={() => {
        drafts.drop(props.draft.id)
        props.onDone()
      }}
      takesFocus={props.takesFocus}
    >
      <span class={styles.where}>
        <span class={styles.place}>{where()}</span>
        <Show when={anchor()}>
          <IconButton icon={ChevronUp} size="sm" label={reviewWords.lineMoreAbove} onClick={() => stretch(1)} />
          <IconButton icon={ChevronDown} size="sm" label={reviewWords.lineLessAbove} onClick={() => stretch(-1)} />
        </Show>
      </span>
      <Show when={drafts.lost()}>
        <p class={styles.over} role="status">
          {uiWords.draftNotKept}
        </p>
      </Show>
    </CommentForm>
  )
}
