import { MessageSquarePlus, X } from 'lucide'
import { For, Match, Show, Switch, createMemo, createSignal, type JSX } from 'solid-js'
import type { PlanThread } from '#shared/domain/plan-threads.ts'
import type { PlanId } from '#shared/ids.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { SkeletonRows } from '../../../ui/skeleton.tsx'
import { commentWords } from '../../../words/plan-comments.ts'
import { useCommentActs } from './comment-acts.ts'
import { CommentForm } from './comment-form.tsx'
import styles from './comments.module.css'
import { ThreadCard } from './thread-card.tsx'
import type { Comments } from './use-comments.ts'

/** Threads drawn at once of those that are settled. */
const resolvedShown = 50

/** What people think of the plan: beside the text, in its order, or in a sheet, which has a head of its own (`flush`). */
export function CommentsPanel(props: {
  readonly planId: PlanId
  readonly comments: Comments
  readonly flush?: boolean
  readonly onClose?: () => void
  /** Leaves a sheet, so that the text is seen. */
  readonly onLeave: () => void
  readonly children?: JSX.Element
}) {
  // One panel for one plan.
  // oxlint-disable-next-line solid/reactivity
  const acts = useCommentActs(props.planId)
  const [withResolved, setWithResolved] = createSignal(false)
  const order = ({ first }: PlanThread): number => {
    const at = props.comments.placeOf(first.id)?.from
    // About the whole first, what lost its place last.
    return at ?? (first.anchor === undefined ? -1 : Number.POSITIVE_INFINITY)
  }
  const open = createMemo(() => {
    const placed = props.comments.open().map((thread) => ({ thread, at: order(thread) }))
    return placed.toSorted((a, b) => compare(a.at, b.at)).map(({ thread }) => thread)
  })
  const resolved = createMemo(() => props.comments.threads().filter(({ first }) => first.resolved !== undefined))
  // By id: a row that changes must not take away what is being written.
  const openIds = createMemo(() => open().map(({ first }) => first.id))
  const threadOf = (id: PlanThread['first']['id']) => props.comments.threads().find(({ first }) => first.id === id)
  const draft = () => props.comments.draft.value()
  const send = async (text: string): Promise<boolean> => {
    const made = await acts.begin(text, draft()?.anchor)
    if (made === undefined) return false
    await props.comments.draft.clear()
    props.comments.setActive(made)
    return true
  }
  const go = (thread: PlanThread): void => {
    props.onLeave()
    // After a sheet has given the focus back.
    requestAnimationFrame(() => props.comments.goTo(thread.first.id))
  }
  const card = (id: PlanThread['first']['id']) => (
    <Show when={threadOf(id)}>
      {(thread) => <ThreadCard thread={thread()} comments={props.comments} acts={acts} onGo={() => go(thread())} />}
    </Show>
  )
  return (
    <section class={styles.panel} aria-label={commentWords.title} data-flush={props.flush ? '' : undefined}>
      <Show when={!props.flush}>
        <header class={styles.head}>
          <h2 class={styles.title}>{commentWords.title}</h2>
          <span class={styles.grow} />
          <Show when={props.comments.mayWrite()}>
            <IconButton
              icon={MessageSquarePlus}
              label={commentWords.onPlan}
              size="sm"
              onClick={() => props.comments.begin('plan')}
            />
          </Show>
          <Show when={props.onClose}>
            {(close) => <IconButton icon={X} label={commentWords.close} size="sm" onClick={() => close()()} />}
          </Show>
        </header>
      </Show>
      <div class={styles.scroll}>
        <Show when={props.flush && props.comments.mayWrite() && draft() === undefined}>
          <Button icon={MessageSquarePlus} wide size="lg" onClick={() => props.comments.begin('plan')}>
            {commentWords.onPlan}
          </Button>
        </Show>
        {props.children}
        <Show when={props.comments.mayWrite() && draft()}>
          {(written) => (
            <div class={styles.thread} data-active="">
              <Show when={written().anchor} fallback={<p class={styles.about}>{commentWords.newOnPlan}</p>}>
                {(anchor) => (
                  <blockquote class={styles.quote} dir="auto">
                    {anchor().quote}
                  </blockquote>
                )}
              </Show>
              <CommentForm
                label={commentWords.newLabel}
                send={commentWords.send}
                text={written().text}
                onText={(text) => props.comments.draft.set({ ...written(), text })}
                onSend={send}
                onCancel={() => void props.comments.draft.clear()}
              />
            </div>
          )}
        </Show>
        <Switch>
          <Match when={!props.comments.loaded()}>
            <SkeletonRows waitsFor={commentWords.waits} />
          </Match>
          <Match when={open().length === 0 && draft() === undefined}>
            <EmptyState
              text={
                resolved().length > 0
                  ? commentWords.noneOpen
                  : props.comments.mayWrite()
                    ? commentWords.none
                    : commentWords.noneRead
              }
            />
          </Match>
        </Switch>
        <For each={openIds()}>{card}</For>
        <Show when={resolved().length > 0}>
          <Button size="sm" tone="ghost" onClick={() => setWithResolved((shown) => !shown)}>
            {withResolved() ? commentWords.hideResolved : commentWords.showResolved(resolved().length)}
          </Button>
          <Show when={withResolved()}>
            <For
              each={resolved()
                .toSorted((a, b) => (b.first.resolved?.at ?? 0) - (a.first.resolved?.at ?? 0))
                .slice(0, resolvedShown)
                .map(({ first }) => first.id)}
            >
              {card}
            </For>
          </Show>
        </Show>
      </div>
    </section>
  )
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b
}
