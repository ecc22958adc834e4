import { Check, Reply, RotateCcw } from 'lucide'
import { For, Show, createSignal } from 'solid-js'
import { unsentOf, type ReviewThread } from '#shared/domain/review-threads.ts'
import { useTextDraft } from '../../../state/draft.ts'
import { Button } from '../../../ui/button.tsx'
import { reviewWords } from '../../../words/review.ts'
import { useScene } from '../scene.ts'
import { CommentForm } from './comment-form.tsx'
import { CommentItem } from './comment-item.tsx'
import { useReviewScene } from './context.ts'
import styles from './comments.module.css'

/** A thread: what was said, whether the agent has it, and what can be done. */
export function ThreadCard(props: {
  readonly thread: ReviewThread
  /** It does not stand at its lines: they are quoted. */
  readonly quoted?: 'outdated' | 'list' | undefined
}) {
  const scene = useScene()
  const { review, goTo } = useReviewScene()
  const first = () => props.thread.first
  const isResolved = () => first().resolved !== undefined
  const where = (): string => {
    const at = first().anchor
    return at === undefined ? reviewWords.onChanges : reviewWords.about(at.path, at.from, at.to, at.side)
  }
  // One card for one thread.
  // oxlint-disable-next-line solid/reactivity
  const draft = useTextDraft(`review-reply/${props.thread.first.id}`)
  const [answering, setAnswering] = createSignal(false)
  const stop = (): void => {
    setAnswering(false)
    void draft.clear()
  }
  const answer = async (text: string): Promise<boolean> => {
    const done = await review.answer(first().id, text)
    if (done) stop()
    return done
  }
  return (
    <article
      class={styles.thread}
      aria-label={reviewWords.thread(scene.callName(first().by), where())}
      data-resolved={isResolved() ? '' : undefined}
    >
      <Show when={props.quoted !== undefined}>
        <div class={styles.about}>
          <Show when={props.quoted === 'outdated'}>
            <p>{reviewWords.outdated}</p>
          </Show>
          <Show
            when={props.quoted === 'list' && first().anchor !== undefined}
            fallback={<p class={styles.place}>{where()}</p>}
          >
            <button
              type="button"
              class={styles.link}
              aria-label={reviewWords.goTo(where())}
              onClick={() => goTo(props.thread)}
            >
              {where()}
            </button>
          </Show>
          <Show when={first().anchor}>{(anchor) => <pre class={styles.quote}>{anchor().quote}</pre>}</Show>
        </div>
      </Show>
      <CommentItem comment={first()} fixed={isResolved()} />
      <For each={props.thread.replies}>{(reply) => <CommentItem comment={reply} fixed={isResolved()} />}</For>
      <Show
        when={first().resolved}
        fallback={
          <p class={styles.note}>
            {unsentOf(props.thread).length > 0
              ? reviewWords.notSent
              : reviewWords.sent(scene.callName(first().sent?.by ?? first().by))}
          </p>
        }
      >
        {(resolved) => <p class={styles.note}>{reviewWords.resolved(scene.callName(resolved().by))}</p>}
      </Show>
      <Show when={review.mayReview()}>
        <Show
          when={!isResolved() && (answering() || draft.value() !== '')}
          fallback={
            <span class={styles.acts}>
              <Show
                when={!isResolved()}
                fallback={
                  <Button
                    size="sm"
                    tone="ghost"
                    icon={RotateCcw}
                    onClick={() => void review.resolve(first().id, false)}
                  >
                    {reviewWords.reopen}
                  </Button>
                }
              >
                <Button size="sm" tone="ghost" icon={Reply} onClick={() => setAnswering(true)}>
                  {reviewWords.reply}
                </Button>
                <span class={styles.grow} />
                <Button size="sm" icon={Check} onClick={() => void review.resolve(first().id, true)}>
                  {reviewWords.resolve}
                </Button>
              </Show>
            </span>
          }
        >
          <CommentForm
            label={reviewWords.replyLabel}
            send={reviewWords.reply}
            text={draft.value()}
            onText={draft.set}
            onSend={answer}
            onCancel={stop}
            takesFocus={answering()}
          />
        </Show>
      </Show>
    </article>
  )
}
