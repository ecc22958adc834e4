import { Check, Reply, RotateCcw } from 'lucide'
import { For, Show, createEffect, createSignal } from 'solid-js'
import { isUnsent, type PlanThread } from '#shared/domain/plan-threads.ts'
import { keys } from '#sync/core/keys.ts'
import { useCallName } from '../../../state/call-name.ts'
import { useTextDraft } from '../../../state/draft.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { Button } from '../../../ui/button.tsx'
import { commentWords } from '../../../words/plan-comments.ts'
import { useAuthorName } from '../author-name.ts'
import type { CommentActs } from './comment-acts.ts'
import { CommentForm } from './comment-form.tsx'
import { CommentItem } from './comment-item.tsx'
import styles from './comments.module.css'
import { SuggestionView } from './suggestion-view.tsx'
import type { Comments } from './use-comments.ts'

/** A thread: what it is about, what was said, and what can be done with it. */
export function ThreadCard(props: {
  readonly thread: PlanThread
  readonly comments: Comments
  readonly acts: CommentActs
  /** Leads to the text; a sheet closes first. */
  readonly onGo: () => void
}) {
  const nameOf = useAuthorName()
  const callName = useCallName()
  const data = useTeamData()
  const first = () => props.thread.first
  /** The agent that has all that was said here. */
  const sentTo = () => {
    const { sent } = first()
    const run = sent === undefined ? undefined : data.runs.get(keys.run(sent.runId))
    return run === undefined || isUnsent(props.thread) ? undefined : data.harness(run.config.harness).name
  }
  const quote = () => first().anchor?.quote
  const isResolved = () => first().resolved !== undefined
  const isGone = () =>
    quote() !== undefined &&
    !isResolved() &&
    props.comments.placed() &&
    props.comments.placeOf(first().id) === undefined
  // One card for one thread.
  // oxlint-disable-next-line solid/reactivity
  const draft = useTextDraft(`plan-comment-reply/${props.thread.first.id}`)
  const [answering, setAnswering] = createSignal(false)
  const isAnswering = () => answering() || draft.value() !== ''
  const isActive = () => props.comments.active() === first().id
  let card!: HTMLElement
  createEffect(() => {
    if (isActive()) card.scrollIntoView?.({ block: 'nearest' })
  })
  const stop = (): void => {
    setAnswering(false)
    void draft.clear()
  }
  const answer = async (text: string): Promise<boolean> => {
    const isDone = await props.acts.answer(first().id, text)
    if (isDone) stop()
    return isDone
  }
  return (
    <article
      ref={card}
      class={styles.thread}
      aria-label={commentWords.thread(nameOf(first().by), quote())}
      data-active={isActive() ? '' : undefined}
      onFocusIn={() => {
        if (!isResolved()) props.comments.setActive(first().id)
      }}
    >
      <Show when={quote()} fallback={<p class={styles.about}>{commentWords.whole}</p>}>
        {(words) => (
          <Show
            when={props.comments.placeOf(first().id) !== undefined && !isResolved()}
            fallback={
              <div class={styles.about} data-gone={isGone() ? '' : undefined}>
                <Show when={isGone()}>
                  <p>{commentWords.gone}</p>
                </Show>
                <blockquote class={styles.quote} dir="auto">
                  {words()}
                </blockquote>
              </div>
            }
          >
            <button
              type="button"
              class={styles.quote}
              aria-label={commentWords.goTo(words())}
              dir="auto"
              onClick={() => props.onGo()}
            >
              {words()}
            </button>
          </Show>
        )}
      </Show>
      <CommentItem comment={first()} acts={props.acts} fixed={isResolved()} />
      <Show when={!first().removed && first().suggestion}>
        {(suggestion) => (
          <SuggestionView
            suggestion={suggestion()}
            onSettle={
              props.comments.mayWrite() && !isResolved() ? (as) => void props.acts.settle(first().id, as) : undefined
            }
          />
        )}
      </Show>
      <For each={props.thread.replies}>
        {(reply) => <CommentItem comment={reply} acts={props.acts} fixed={isResolved()} />}
      </For>
      <Show when={sentTo()}>{(agent) => <p class={styles.note}>{commentWords.sentTo(agent())}</p>}</Show>
      <Show when={first().resolved}>
        {(resolved) => <p class={styles.note}>{commentWords.resolvedBy(callName(resolved().by))}</p>}
      </Show>
      <Show when={props.comments.mayWrite()}>
        <Show
          when={isAnswering() && !isResolved()}
          fallback={
            <span class={styles.acts}>
              <Show
                when={!isResolved()}
                fallback={
                  <Button
                    size="sm"
                    tone="ghost"
                    icon={RotateCcw}
                    onClick={() => void props.acts.resolve(first().id, false)}
                  >
                    {commentWords.reopen}
                  </Button>
                }
              >
                <Button size="sm" tone="ghost" icon={Reply} onClick={() => setAnswering(true)}>
                  {commentWords.reply}
                </Button>
                <span class={styles.grow} />
                <Button size="sm" icon={Check} onClick={() => void props.acts.resolve(first().id, true)}>
                  {commentWords.resolve}
                </Button>
              </Show>
            </span>
          }
        >
          <CommentForm
            label={commentWords.replyLabel}
            send={commentWords.reply}
            text={draft.value()}
            onText={draft.set}
            onSend={answer}
            onCancel={stop}
          />
        </Show>
      </Show>
    </article>
  )
}
