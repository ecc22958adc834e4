import { MessageSquarePlus } from 'lucide'
import { For, Show, createSignal } from 'solid-js'
import { Button } from '../../../ui/button.tsx'
import { Sheet } from '../../../ui/dialog.tsx'
import { reviewWords } from '../../../words/review.ts'
import { useReviewScene } from './context.ts'
import { ThreadCard } from './thread-card.tsx'
import styles from './comments.module.css'

/** All that was said of the changes, also where its lines are gone. */
export function CommentsSheet(props: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly onCommentAll: () => void
}) {
  const { review } = useReviewScene()
  const [all, setAll] = createSignal(false)
  const resolved = () => review.threads().filter(({ first }) => first.resolved !== undefined)
  return (
    <Sheet
      open={props.open}
      onOpenChange={(open) => props.onOpenChange(open)}
      title={reviewWords.commentsTitle}
      footer={
        <Show when={review.mayReview()}>
          <Button size="lg" icon={MessageSquarePlus} onClick={() => props.onCommentAll()}>
            {reviewWords.commentOnAll}
          </Button>
        </Show>
      }
    >
      <div class={styles.list}>
        <For each={review.open()} fallback={<p class={styles.empty}>{reviewWords.noComments}</p>}>
          {(thread) => <ThreadCard thread={thread} quoted="list" />}
        </For>
        <Show when={resolved().length > 0}>
          <Button tone="ghost" aria-expanded={all()} onClick={() => setAll((shown) => !shown)}>
            {reviewWords.showResolved(resolved().length)}
          </Button>
          <Show when={all()}>
            <For each={resolved()}>{(thread) => <ThreadCard thread={thread} quoted="list" />}</For>
          </Show>
        </Show>
      </div>
    </Sheet>
  )
}
