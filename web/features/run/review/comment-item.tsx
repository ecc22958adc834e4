import { Ellipsis, Pencil, Trash2 } from 'lucide'
import { Show, createSignal } from 'solid-js'
import type { ReviewComment } from '#shared/domain/review-comment.ts'
import { canRemoveReviewComment } from '#shared/domain/policies.ts'
import { useTextDraft } from '../../../state/draft.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { Avatar } from '../../../ui/avatar.tsx'
import { IntentMark } from '../../../ui/intent-mark.tsx'
import { Menu, MenuItem } from '../../../ui/menu.tsx'
import { Time } from '../../../ui/time.tsx'
import { reviewWords } from '../../../words/review.ts'
import { useScene } from '../scene.ts'
import { CommentForm } from './comment-form.tsx'
import { useReviewScene } from './context.ts'
import styles from './comments.module.css'

/** One comment: whose, when, and what it says. */
export function CommentItem(props: { readonly comment: ReviewComment; readonly fixed: boolean }) {
  const scene = useScene()
  const { review } = useReviewScene()
  const data = useTeamData()
  const [editing, setEditing] = createSignal(false)
  const person = () => scene.person(props.comment.by)
  const mayRemove = () =>
    !props.fixed &&
    !props.comment.removed &&
    review.mayReview() &&
    canRemoveReviewComment(data.me()?.role, scene.me, props.comment.by)
  const mayEdit = () => mayRemove() && props.comment.by === scene.me
  return (
    <div class={styles.comment}>
      <Avatar name={person()?.name ?? scene.callName(props.comment.by)} hue={person()?.hue ?? 1} decorative />
      <span class={styles.by}>
        <b>{scene.callName(props.comment.by)}</b>
        <Time at={props.comment.at} form="when" />
        <Show when={props.comment.editedAt !== undefined && !props.comment.removed}>
          <span>{reviewWords.edited}</span>
        </Show>
        <Show when={review.isLocal(props.comment.id)}>
          <IntentMark state="local" phone={scene.phone()} />
        </Show>
        <span class={styles.grow} />
        <Show when={mayRemove() && !editing()}>
          <Menu icon={Ellipsis} label={reviewWords.moreOfComment} size="sm">
            <Show when={mayEdit()}>
              <MenuItem icon={Pencil} onSelect={() => setEditing(true)}>
                {reviewWords.edit}
              </MenuItem>
            </Show>
            <MenuItem icon={Trash2} tone="danger" onSelect={() => void review.remove(props.comment.id)}>
              {reviewWords.remove}
            </MenuItem>
          </Menu>
        </Show>
      </span>
      <Show
        when={editing() && mayEdit()}
        fallback={
          <p class={styles.text} dir="auto" data-removed={props.comment.removed ? '' : undefined}>
            {props.comment.removed ? reviewWords.removed : props.comment.text}
          </p>
        }
      >
        <Editing comment={props.comment} onDone={() => setEditing(false)} />
      </Show>
    </div>
  )
}

function Editing(props: { readonly comment: ReviewComment; readonly onDone: () => void }) {
  const { review } = useReviewScene()
  // One form for one comment. What others do meanwhile doesn't overwrite what is typed.
  // oxlint-disable-next-line solid/reactivity
  const { id, text: before } = props.comment
  const draft = useTextDraft(`review-edit-comment/${id}`)
  const [emptied, setEmptied] = createSignal(false)
  const done = (): void => {
    void draft.clear()
    props.onDone()
  }
  const save = async (text: string): Promise<boolean> => {
    const isDone = await review.edit(id, text)
    if (isDone) done()
    return isDone
  }
  return (
    <CommentForm
      label={reviewWords.editLabel}
      send={reviewWords.save}
      text={draft.value() === '' && !emptied() ? before : draft.value()}
      onText={(text) => {
        setEmptied(text === '')
        draft.set(text)
      }}
      onSend={save}
      onCancel={done}
      takesFocus
    />
  )
}
