import { Ellipsis, Pencil, Trash2 } from 'lucide'
import { Show, createSignal } from 'solid-js'
import type { PlanComment } from '#shared/domain/plan-comment.ts'
import { canRemoveComment } from '#shared/domain/policies.ts'
import { useTextDraft } from '../../../state/draft.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { Menu, MenuItem } from '../../../ui/menu.tsx'
import { Time } from '../../../ui/time.tsx'
import { commentWords } from '../../../words/plan-comments.ts'
import { AuthorMark } from '../author-mark.tsx'
import { useAuthorName } from '../author-name.ts'
import type { CommentActs } from './comment-acts.ts'
import { CommentForm } from './comment-form.tsx'
import styles from './comments.module.css'

/** One comment: whose, when, and what it says. */
export function CommentItem(props: {
  readonly comment: PlanComment
  readonly acts: CommentActs
  /** Those that are settled are left as they are. */
  readonly fixed: boolean
}) {
  const data = useTeamData()
  const { userId } = useWorkspace()
  const nameOf = useAuthorName()
  const [editing, setEditing] = createSignal(false)
  const author = () => (props.comment.by.kind === 'person' ? props.comment.by.userId : undefined)
  const role = () => data.me()?.role
  const mayRemove = () => !props.fixed && !props.comment.removed && canRemoveComment(role(), userId, props.comment.by)
  const mayEdit = () => mayRemove() && author() === userId
  return (
    <div class={styles.comment}>
      <AuthorMark author={props.comment.by} />
      <span class={styles.by}>
        <b>{nameOf(props.comment.by)}</b>
        <Show when={props.comment.by.kind === 'guest'}>
          <span class={styles.guest}>{commentWords.guest}</span>
        </Show>
        <Time at={props.comment.at} form="when" />
        <Show when={props.comment.editedAt !== undefined && !props.comment.removed}>
          <span>{commentWords.edited}</span>
        </Show>
        <span class={styles.grow} />
        <Show when={mayRemove() && !editing()}>
          <Menu icon={Ellipsis} label={commentWords.more} size="sm">
            <Show when={mayEdit()}>
              <MenuItem icon={Pencil} onSelect={() => setEditing(true)}>
                {commentWords.edit}
              </MenuItem>
            </Show>
            <MenuItem icon={Trash2} tone="danger" onSelect={() => void props.acts.remove(props.comment.id)}>
              {commentWords.remove}
            </MenuItem>
          </Menu>
        </Show>
      </span>
      <Show
        when={editing() && mayEdit()}
        fallback={
          <Show when={props.comment.removed || props.comment.text !== ''}>
            <p class={styles.text} dir="auto" data-removed={props.comment.removed ? '' : undefined}>
              {props.comment.removed ? commentWords.removed : props.comment.text}
            </p>
          </Show>
        }
      >
        <Editing comment={props.comment} acts={props.acts} onDone={() => setEditing(false)} />
      </Show>
    </div>
  )
}

function Editing(props: { readonly comment: PlanComment; readonly acts: CommentActs; readonly onDone: () => void }) {
  // One form for one comment. What others do meanwhile doesn't overwrite what is typed.
  // oxlint-disable-next-line solid/reactivity
  const { id, text: before } = props.comment
  const draft = useTextDraft(`plan-comment-edit/${id}`)
  const [emptied, setEmptied] = createSignal(false)
  const done = (): void => {
    void draft.clear()
    props.onDone()
  }
  const save = async (text: string): Promise<boolean> => {
    const isDone = await props.acts.edit(id, text)
    if (isDone) done()
    return isDone
  }
  return (
    <CommentForm
      label={commentWords.editLabel}
      send={commentWords.save}
      text={draft.value() === '' && !emptied() ? before : draft.value()}
      onText={(text) => {
        setEmptied(text === '')
        draft.set(text)
      }}
      onSend={save}
      onCancel={done}
    />
  )
}
