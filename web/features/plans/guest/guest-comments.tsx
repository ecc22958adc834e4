import { MessageSquarePlus, X } from 'lucide'
import { For, Show, createMemo, createSignal } from 'solid-js'
import { GuestName } from '#shared/domain/plan-guest.ts'
import type { PlanCommentId } from '#shared/ids.ts'
import type { SharedComment } from '#shared/protocol/shared-plan.ts'
import type { GuestComments, ShownComment } from '../../../state/guest-comments.ts'
import { AgentTile, Avatar } from '../../../ui/avatar.tsx'
import { Button, IconButton } from '../../../ui/button.tsx'
import { TextInput } from '../../../ui/field.tsx'
import { Time } from '../../../ui/time.tsx'
import { SuggestedWords } from '../comments/suggested-words.tsx'
import { commentWords } from '../../../words/plan-comments.ts'
import { planShareWords } from '../../../words/plan-share.ts'
import { uiWords } from '../../../words/ui.ts'
import { CommentForm } from '../comments/comment-form.tsx'
import comments from '../comments/comments.module.css'
import { useGuestDraft, type NewGuestComment } from './guest-draft.ts'
import type { Quote } from './quote.ts'
import styles from './guest-plan.module.css'

const words = planShareWords.page

/** What is said about the plan, and where a guest says something of their own. */
export function GuestCommentsPanel(props: {
  readonly comments: readonly SharedComment[]
  readonly guest: GuestComments
  readonly mayWrite: boolean
  readonly draft: ReturnType<typeof useGuestDraft>
  readonly onGo: (quote: string) => void
}) {
  const [withResolved, setWithResolved] = createSignal(false)
  const all = createMemo(() => props.guest.merged(props.comments))
  const threads = createMemo(() => all().filter(({ thread }) => thread === undefined))
  // By id: a comment that changes must not take away what is being written.
  const openIds = createMemo(() => threads().flatMap(({ id, resolved }) => (resolved ? [] : [id])))
  const resolvedIds = createMemo(() => threads().flatMap(({ id, resolved }) => (resolved ? [id] : [])))
  const card = (id: PlanCommentId) => (
    <Show when={all().find((one) => one.id === id)}>
      {(first) => (
        <Thread
          first={first()}
          replies={all().filter(({ thread }) => thread === id)}
          guest={props.guest}
          mayWrite={props.mayWrite}
          draft={props.draft}
          onGo={props.onGo}
        />
      )}
    </Show>
  )
  const draft = () => {
    const known = props.draft.value()
    return known?.thread === undefined ? known : undefined
  }
  return (
    <section class={styles.comments} aria-labelledby="shared-comments">
      <header class={styles.commentsHead}>
        <h2 id="shared-comments" class={comments.title}>
          {commentWords.title}
        </h2>
        <Show when={props.mayWrite && draft() === undefined}>
          <Button icon={MessageSquarePlus} onClick={() => props.draft.begin({})}>
            {commentWords.onPlan}
          </Button>
        </Show>
      </header>
      <Show when={props.mayWrite && draft()}>
        {(written) => (
          <div class={comments.thread} data-active="">
            <Show when={written().about} fallback={<p class={comments.about}>{commentWords.newOnPlan}</p>}>
              {(about) => (
                <blockquote class={comments.quote} dir="auto">
                  {about().quote}
                </blockquote>
              )}
            </Show>
            <GuestForm
              guest={props.guest}
              label={commentWords.newLabel}
              send={commentWords.send}
              written={written()}
              draft={props.draft}
            />
          </div>
        )}
      </Show>
      <For
        each={openIds()}
        fallback={
          <Show when={draft() === undefined}>
            <p class={comments.note}>{props.mayWrite ? words.noneYet : words.none}</p>
          </Show>
        }
      >
        {card}
      </For>
      <Show when={resolvedIds().length > 0}>
        <Button size="sm" tone="ghost" onClick={() => setWithResolved((shown) => !shown)}>
          {withResolved() ? words.hideResolved : words.showResolved(resolvedIds().length)}
        </Button>
        <Show when={withResolved()}>
          <For each={resolvedIds()}>{card}</For>
        </Show>
      </Show>
    </section>
  )
}

function Thread(props: {
  readonly first: ShownComment
  readonly replies: readonly ShownComment[]
  readonly guest: GuestComments
  readonly mayWrite: boolean
  readonly draft: ReturnType<typeof useGuestDraft>
  readonly onGo: (quote: string) => void
}) {
  const reply = () => {
    const known = props.draft.value()
    return known?.thread === props.first.id ? known : undefined
  }
  const mayReply = () => props.mayWrite && !props.first.resolved && !props.first.waits
  return (
    <article class={comments.thread} aria-label={commentWords.thread(props.first.by.name, props.first.quote)}>
      <Show when={props.first.quote} fallback={<p class={comments.about}>{commentWords.whole}</p>}>
        {(quote) => (
          <button
            type="button"
            class={comments.quote}
            aria-label={commentWords.goTo(quote())}
            dir="auto"
            onClick={() => props.onGo(quote())}
          >
            {quote()}
          </button>
        )}
      </Show>
      <Comment comment={props.first} guest={props.guest} mayWrite={props.mayWrite} />
      <Show when={props.first.suggestion}>
        {(suggestion) => (
          <div class={comments.suggestion} role="group" aria-label={commentWords.suggestion}>
            <SuggestedWords from={suggestion().from} to={suggestion().to} />
          </div>
        )}
      </Show>
      <For each={props.replies}>{(one) => <Comment comment={one} guest={props.guest} mayWrite={props.mayWrite} />}</For>
      <Show when={props.first.resolved}>
        <p class={comments.note}>{commentWords.resolved}</p>
      </Show>
      <Show when={mayReply()}>
        <Show
          when={reply()}
          fallback={
            <span class={comments.acts}>
              <Button size="sm" tone="ghost" onClick={() => props.draft.begin({ thread: props.first.id })}>
                {commentWords.reply}
              </Button>
            </span>
          }
        >
          {(written) => (
            <GuestForm
              guest={props.guest}
              label={commentWords.replyLabel}
              send={commentWords.reply}
              written={written()}
              draft={props.draft}
            />
          )}
        </Show>
      </Show>
    </article>
  )
}

function Comment(props: { readonly comment: ShownComment; readonly guest: GuestComments; readonly mayWrite: boolean }) {
  const [editing, setEditing] = createSignal<string>()
  const mayChange = () => props.mayWrite && props.comment.mine && !props.comment.removed && !props.comment.waits
  const by = () => props.comment.by
  const save = async (text: string): Promise<boolean> => {
    const isKept = await props.guest.edit(props.comment.id, text)
    if (isKept) setEditing(undefined)
    return isKept
  }
  return (
    <div class={comments.comment}>
      <Show
        when={by().kind === 'agent'}
        fallback={<Avatar name={by().name} hue={by().hue} guest={by().kind === 'guest'} decorative />}
      >
        <AgentTile letters={by().name.slice(0, 2)} />
      </Show>
      <span class={comments.by}>
        <b>{by().name}</b>
        <Show when={by().kind === 'guest'}>
          <span class={comments.guest}>{commentWords.guest}</span>
        </Show>
        <Time at={props.comment.at} form="when" />
        <Show when={props.comment.editedAt !== undefined && !props.comment.removed}>
          <span>{commentWords.edited}</span>
        </Show>
      </span>
      <Show
        when={editing()}
        fallback={
          <Show when={props.comment.removed || props.comment.text !== ''}>
            <p class={comments.text} dir="auto" data-removed={props.comment.removed ? '' : undefined}>
              {props.comment.removed ? commentWords.removed : props.comment.text}
            </p>
          </Show>
        }
      >
        {(text) => (
          <CommentForm
            label={commentWords.editLabel}
            send={commentWords.save}
            text={text()}
            onText={setEditing}
            onSend={save}
            onCancel={() => setEditing(undefined)}
          />
        )}
      </Show>
      <Show when={props.comment.waits && props.comment.why === undefined}>
        <p class={styles.state} role="status">
          {words.waits}
        </p>
      </Show>
      <Show when={props.comment.why}>
        {(why) => (
          <div class={styles.state} role="alert">
            <p>{words.refused(why())}</p>
            <span class={comments.acts}>
              <Button size="sm" tone="ghost" onClick={() => void props.guest.discard(props.comment.id)}>
                {words.discard}
              </Button>
              <Button size="sm" onClick={() => void props.guest.again(props.comment.id)}>
                {words.again}
              </Button>
            </span>
          </div>
        )}
      </Show>
      <Show when={mayChange() && editing() === undefined}>
        <span class={`${comments.acts} ${styles.own}`}>
          <Button size="sm" tone="ghost" onClick={() => setEditing(props.comment.text)}>
            {commentWords.edit}
          </Button>
          <Button size="sm" tone="ghost" onClick={() => void props.guest.remove(props.comment.id)}>
            {commentWords.remove}
          </Button>
        </span>
      </Show>
    </div>
  )
}

/** A comment, and before the first one a name. */
function GuestForm(props: {
  readonly guest: GuestComments
  readonly label: string
  readonly send: string
  readonly written: NewGuestComment
  readonly draft: ReturnType<typeof useGuestDraft>
}) {
  const [naming, setNaming] = createSignal(false)
  const [typed, setTyped] = createSignal<string>()
  const name = () => typed() ?? props.guest.name() ?? ''
  const [wrong, setWrong] = createSignal<string>()
  const [lost, setLost] = createSignal(false)
  const asksName = () => naming() || props.guest.name() === undefined
  const send = async (text: string): Promise<boolean> => {
    if (asksName()) {
      const given = GuestName.safeParse(name())
      if (!given.success) {
        setWrong(words.nameWrong)
        return false
      }
      await props.guest.setName(given.data)
      setNaming(false)
    }
    const { about, thread } = props.written
    const isKept = await props.guest.add({
      text,
      ...(about === undefined ? {} : { about }),
      ...(thread === undefined ? {} : { thread }),
    })
    setLost(!isKept)
    if (isKept) await props.draft.clear()
    return isKept
  }
  return (
    <div class={styles.write}>
      <Show
        when={asksName()}
        fallback={
          <p class={styles.as}>
            {words.as(props.guest.name() ?? '')}{' '}
            <Button size="sm" tone="ghost" onClick={() => setNaming(true)}>
              {words.changeName}
            </Button>
          </p>
        }
      >
        <TextInput
          label={words.name}
          hint={words.nameHint}
          error={wrong()}
          autocomplete="name"
          value={name()}
          onChange={(value) => {
            setWrong(undefined)
            setTyped(value)
          }}
        />
      </Show>
      <CommentForm
        label={props.label}
        send={props.send}
        text={props.written.text}
        onText={(text) => props.draft.set({ ...props.written, text })}
        onSend={send}
        onCancel={() => void props.draft.clear()}
      />
      <Show when={lost()}>
        <p class={comments.over} role="alert">
          {words.notKept}
        </p>
      </Show>
    </div>
  )
}

/** For words that are selected: beside no text, so that it covers none on a phone. */
export function SelectionBar(props: {
  readonly quote: Quote
  readonly onComment: () => void
  readonly onClose: () => void
}) {
  return (
    <div class={styles.selected} role="toolbar" aria-label={words.commentSelected}>
      {/* The press must not take the selection away before it is read. */}
      <Button
        tone="ink"
        icon={MessageSquarePlus}
        onPointerDown={(event) => event.preventDefault()}
        onClick={() => props.onComment()}
      >
        {words.commentSelected}
      </Button>
      <span class={styles.words} dir="auto">
        {props.quote.quote}
      </span>
      <IconButton icon={X} size="sm" label={uiWords.close} onClick={() => props.onClose()} />
    </div>
  )
}
