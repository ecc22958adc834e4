import { Show, type JSX } from 'solid-js'
import type { PlanId } from '#shared/ids.ts'
import { Sheet } from '../../../ui/dialog.tsx'
import { commentWords } from '../../../words/plan-comments.ts'
import { CommentsPanel } from '../comments/comments-panel.tsx'
import type { Comments } from '../comments/use-comments.ts'
import styles from './plan-view.module.css'

/** What people think of the plan: beside the text where there is room, over the page elsewhere. */
export function CommentsSide(props: {
  readonly planId: PlanId
  readonly comments: Comments
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly beside: boolean
  readonly children?: JSX.Element
}) {
  return (
    <>
      <Show when={props.open && props.beside}>
        <aside class={styles.notes} aria-label={commentWords.title}>
          <CommentsPanel
            planId={props.planId}
            comments={props.comments}
            onClose={() => props.onOpenChange(false)}
            onLeave={() => undefined}
          >
            {props.children}
          </CommentsPanel>
        </aside>
      </Show>
      <Sheet
        open={props.open && !props.beside}
        onOpenChange={(open) => props.onOpenChange(open)}
        title={commentWords.title}
      >
        <CommentsPanel planId={props.planId} comments={props.comments} flush onLeave={() => props.onOpenChange(false)}>
          {props.children}
        </CommentsPanel>
      </Sheet>
    </>
  )
}
