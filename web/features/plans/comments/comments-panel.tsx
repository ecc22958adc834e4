import { ChevronDown, ChevronRight, MessageSquarePlus, X } from 'lucide'
import { For, Match, Show, Switch, createMemo, createSignal, type JSX } from 'solid-js'
import { suggestionLimit } from '#shared/domain/plan-comment.ts'
import type { PlanThread } from '#shared/domain/plan-threads.ts'
import type { PlanId } from '#shared/ids.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { EmptyState } from '../../../ui/empty-state.tsx'
import { SkeletonRows } from '../../../ui/skeleton.tsx'
import { commentWords } from '../../../words/plan-comments.ts'
import { useCommentActs } from './comment-acts.ts'
import { CommentForm } from './comment-form.tsx'
import styles from './comments.module.css'
import { SuggestionField } from './suggestion-field.tsx'
import { ThreadCard } from './thread-card.tsx'
import type { Comments } from './use-comments.ts'

/** Threads drawn at once of those that nobody has to see to. */
const handledShown = 50

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
  const [withHandled, setWithHandled] = createSignal(false)
  const order = ({ first }: PlanThread): number => {
    const at = props.comments.placeOf(first.id)?.from
    // About the whole first, what lost its place last.
    return at ?? (first.anchor === undefined ? -1 : Number.POSITIVE_INFINITY)
  }
  const open = createMemo(() => {
    const placed = props.comments.inSight().map((thread) => ({ thread, at: order(thread) }))
    return placed.toSorted((a, b) => compare(a.at, b.at)).map(({ thread }) => thread)
  })
  const handled = createMemo(() => {
    const shown = new Set(props.comments.inSight().map(({ first }) => first.id))
    return props.comments.threads().filter(({ first }) => !shown.has(first.id))
  })
  // By id: a row that changes must not take away what is being written.
  const openIds = createMemo(() => open().map(({ first }) => first.id))
  const threadOf = (id: PlanThread['first']['id']) => props.comments.threads().find(({ first }) => first.id === id)
  const draft = () => props.comments.draft.value()
  const suggestion = () => {
    const { words, suggested } = draft() ?? {}
    return words === undefined || suggested === undefined || suggested === words
      ? undefined
      : { from: words, to: suggested }
  }
  const beside = () => {
    const known = suggestion()
    return known === undefined ? undefined : known.to.length > suggestionLimit ? 'wrong' : 'ready'
  }
  const send = async (text: string): Promise<boolean> => {
    const made = await acts.begin({ text, anchor: draft()?.anchor, suggestion: suggestion() })
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
                beside={beside()}
              >
                <Show when={written().words}>
                  {(words) => (
                    <SuggestionField
                      words={words()}
                      value={written().suggested}
                      onChange={(suggested) => props.comments.draft.set({ ...written(), suggested })}
                    />
                  )}
                </Show>
              </CommentForm>
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
                handled().length > 0
                  ? commentWords.noneOpen
                  : props.comments.mayWrite()
                    ? commentWords.none
                    : commentWords.noneRead
              }
            />
          </Match>
        </Switch>
        <For each={openIds()}>{card}</For>
        <Show when={handled().length > 0}>
          <Button
            size="sm"
            tone="ghost"
            icon={withHandled() ? ChevronDown : ChevronRight}
            aria-expanded={withHandled()}
            onClick={() => setWithHandled((shown) => !shown)}
          >
            {commentWords.showHandled(handled().length)}
          </Button>
          <Show when={withHandled()}>
            <For
              each={handled()
                .toSorted((a, b) => handledAt(b) - handledAt(a))
                .slice(0, handledShown)
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

function handledAt({ first }: PlanThread): number {
  return first.resolved?.at ?? first.sent?.at ?? 0
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b
}
