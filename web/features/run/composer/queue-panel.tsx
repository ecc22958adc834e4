import { ArrowDown, ArrowUp, ChevronDown, ChevronRight, Ellipsis, GripVertical, Lock, Pencil, X, Zap } from 'lucide'
import { For, Show, createEffect, createMemo, createSignal, createUniqueId, on, onMount } from 'solid-js'
import type { Attachment } from '#shared/domain/attachment.ts'
import { canChangePrompt } from '#shared/domain/policies.ts'
import { plainMentions } from '#shared/domain/plan-mention.ts'
import { promptLimit, type Prompt } from '#shared/domain/prompt.ts'
import { hasEnded, isHeld } from '#shared/domain/run.ts'
import { Attachments } from '../../../ui/attachments/attachments.tsx'
import { Button, IconButton } from '../../../ui/button.tsx'
import { Mentions } from '../../../ui/mentions.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { Menu, MenuItem } from '../../../ui/menu.tsx'
import type { PromptId } from '#shared/ids.ts'
import { useTextDraft } from '../../../state/draft.ts'
import { isKey } from '../../../state/keyboard.ts'
import { useIds } from '../../../state/platform.ts'
import type { MentionFinder } from '../../../state/mentions.ts'
import { useTeamData } from '../../../state/team-data.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { refusalWords } from '../../../words/refusals.ts'
import { runWords } from '../../../words/run.ts'
import { uiWords } from '../../../words/ui.ts'
import { IntentMark } from '../permission/asks-region.tsx'
import { useReadAttachment } from '../read-attachment.ts'
import { useScene } from '../scene.ts'
import { createDragOrder, type DragOrder } from './drag-order.ts'
import { orderAt, type Waiting } from './queue.ts'
import { refusalText } from '../../../state/refusal-text.ts'
import { Problem } from '../../../ui/problem.tsx'
import styles from './queue-panel.module.css'

/** Messages that wait: in their order, to be changed, moved, sent now or taken back. */
export function QueuePanel(props: {
  readonly waiting: readonly Waiting[]
  readonly announce: (text: string) => void
  /** Puts the text where it can be sent again; what it gives undoes that. */
  readonly onTakeBack: (text: string, attachments: readonly Attachment[]) => Promise<() => Promise<void>>
  readonly mentions: () => Promise<MentionFinder>
}) {
  const scene = useScene()
  const workspace = useWorkspace()
  const [problem, setProblem] = createSignal<string>()
  const [folded, setFolded] = createSignal(false)
  const queued = createMemo(() => props.waiting.filter((one) => one.place === 'queued'))
  const keys = createMemo(() => props.waiting.map((one) => one.prompt.id))
  let list!: HTMLOListElement
  /** Whether it is durable. */
  const tryTo = async (act: () => Promise<void>): Promise<boolean> => {
    setProblem(undefined)
    try {
      await act()
      return true
    } catch (error) {
      setProblem(refusalText(error))
      return false
    }
  }
  const move = (prompt: Prompt, to: number): void => {
    const all = queued()
    const from = all.findIndex((one) => one.prompt.id === prompt.id)
    const order = orderAt(
      all.map((one) => one.prompt.order),
      from,
      to,
    )
    if (order === undefined) return
    void tryTo(() => workspace.mutate.movePrompt({ runId: scene.runId, promptId: prompt.id, order }))
    props.announce(runWords.queue.moved(Math.max(0, Math.min(all.length - 1, to)) + 1, all.length))
  }
  const drag = createDragOrder({
    rows: () => [...list.querySelectorAll<HTMLElement>(':scope > [data-queued]')],
    onDrop: (id, place) => {
      const moving = queued().find((known) => known.prompt.id === id)
      if (moving !== undefined) move(moving.prompt, place)
    },
  })
  /** The first message is the agent's already: nothing can be done with it but to wait. */
  const isSettingUp = () => {
    const { state, turn } = scene.run()
    return turn === 1 && (state === 'QUEUED' || state === 'PENDING' || state === 'CLAIMED')
  }
  const when = (): string => {
    const state = scene.run().state
    if (hasEnded(state)) return runWords.queue.paused
    return isHeld(state) ? runWords.queue.whenTurnEnds : runWords.queue.whenStarts
  }
  return (
    <Show when={props.waiting.length > 0}>
      <section class={styles.queue} aria-label={runWords.queue.label}>
        <Show when={queued().length > 0}>
          <h2 class={styles.head}>
            <button
              type="button"
              class={styles.fold}
              aria-expanded={!folded()}
              aria-label={`${runWords.queue.title(queued().length)}. ${runWords.queue.fold(!folded())}`}
              onClick={() => setFolded(!folded())}
            >
              <Icon of={folded() ? ChevronRight : ChevronDown} size="sm" />
              {runWords.queue.title(queued().length)}
            </button>{' '}
            <span>{when()}</span>
          </h2>
        </Show>
        <ol ref={list} class={styles.list} hidden={folded()}>
          <Show when={isSettingUp() && queued().length > 0}>
            <li class={styles.item} data-locked="">
              <Icon of={Lock} size="sm" />
              <span class={styles.text} title={scene.run().prompt} dir="auto">
                {scene.run().prompt}
              </span>
              <span class={styles.from}>{runWords.queue.first}</span>
            </li>
          </Show>
          <For each={keys()}>
            {(id) => {
              const one = createMemo<Waiting | undefined>(
                (before) => props.waiting.find((known) => known.prompt.id === id) ?? before,
              )
              const place = createMemo(() => queued().findIndex((known) => known.prompt.id === id))
              return (
                <Show when={one()}>
                  {(waiting) => (
                    <QueueItem
                      waiting={waiting()}
                      place={place()}
                      of={queued().length}
                      drag={drag}
                      onMove={(step) => move(waiting().prompt, place() + step)}
                      onTakeBack={props.onTakeBack}
                      mentions={props.mentions}
                      onTry={tryTo}
                    />
                  )}
                </Show>
              )
            }}
          </For>
        </ol>
        <Problem text={problem()} />
      </section>
    </Show>
  )
}

function QueueItem(props: {
  readonly waiting: Waiting
  readonly place: number
  readonly of: number
  readonly drag: DragOrder
  readonly onMove: (step: -1 | 1) => void
  readonly onTakeBack: (text: string, attachments: readonly Attachment[]) => Promise<() => Promise<void>>
  readonly onTry: (act: () => Promise<void>) => Promise<boolean>
  readonly mentions: () => Promise<MentionFinder>
}) {
  const scene = useScene()
  const workspace = useWorkspace()
  const ids = useIds()
  const team = useTeamData()
  const [editing, setEditing] = createSignal(false)
  let grip: HTMLButtonElement | undefined
  let keepFocus = false
  const prompt = () => props.waiting.prompt
  const ref = () => ({ runId: scene.runId, promptId: prompt().id })
  const isQueued = () => props.waiting.place === 'queued'
  const mayChange = () => isQueued() && canChangePrompt(team.me()?.role, scene.me, prompt().by)
  const remove = (): void => {
    const target = ref()
    const { text, attachments = [] } = prompt()
    const takeBack = props.onTakeBack
    void props.onTry(async () => {
      const undo = await takeBack(text, attachments)
      try {
        await workspace.mutate.removePrompt(target)
      } catch (error) {
        await undo()
        throw error
      }
    })
  }
  const sendNow = (): void => {
    const target = { ...ref(), deliveryId: ids.deliveryId() }
    void props.onTry(() => workspace.mutate.sendPromptNow(target))
  }
  // A row that changes its place is put elsewhere in the page, and loses the focus that its next key needs.
  createEffect(
    on(
      () => props.place,
      () => {
        if (!keepFocus) return
        keepFocus = false
        // The list puts its rows in order after this.
        queueMicrotask(() => grip?.focus())
      },
      { defer: true },
    ),
  )
  const canSendNow = () => isHeld(scene.run().state) || hasEnded(scene.run().state)
  const nowLabel = () => (hasEnded(scene.run().state) ? runWords.queue.nowEnded : runWords.queue.nowLabel)
  let item!: HTMLLIElement
  /** Back to the button, or the menu, that the form was opened from. */
  const stopEditing = (): void => {
    setEditing(false)
    item.querySelector<HTMLElement>('[data-edit], [aria-haspopup]')?.focus()
  }
  return (
    <li
      ref={item}
      class={styles.item}
      data-queued={isQueued() ? '' : undefined}
      data-over={isQueued() && props.drag.over() === props.place ? '' : undefined}
      data-dragged={props.drag.dragged() === prompt().id ? '' : undefined}
    >
      <Show
        when={!editing()}
        fallback={
          <EditForm
            promptId={prompt().id}
            text={prompt().text}
            attachments={prompt().attachments ?? []}
            mentions={props.mentions}
            onCancel={stopEditing}
            onSave={(text, attachments) => {
              const target = { ...ref(), text, ...(attachments === undefined ? {} : { attachments: [...attachments] }) }
              return props.onTry(() => workspace.mutate.editPrompt(target))
            }}
            onSaved={stopEditing}
          />
        }
      >
        <Show when={mayChange() && !scene.phone() && props.of > 1}>
          <button
            ref={grip}
            type="button"
            class={styles.grip}
            aria-label={runWords.queue.grip(props.place + 1, props.of)}
            title={runWords.queue.drag}
            {...props.drag.grip(prompt().id)}
            onKeyDown={(event) => {
              if (isKey(event, 'Escape') && props.drag.cancel()) return event.stopPropagation()
              if (!isKey(event, 'ArrowUp', 'ArrowDown')) return
              event.preventDefault()
              keepFocus = true
              props.onMove(isKey(event, 'ArrowUp') ? -1 : 1)
            }}
          >
            <Icon of={GripVertical} size="sm" />
          </button>
        </Show>
        <span class={styles.text} title={plainMentions(prompt().text)} dir="auto">
          {plainMentions(prompt().text)}
        </span>
        <Show when={(prompt().attachments ?? []).length > 0 && prompt().attachments}>
          {(files) => (
            <span
              class={styles.from}
              title={files()
                .map(({ name }) => name)
                .join(', ')}
            >
              {runWords.queue.files(files().length)}
            </span>
          )}
        </Show>
        <Show when={prompt().refusal}>
          {(refusal) => <span class={styles.refused}>{refusalWords(refusal().code, refusal().detail)}</span>}
        </Show>
        <Show when={!isQueued() || props.waiting.intent === 'local'}>
          <IntentMark state={props.waiting.intent} />
        </Show>
        <Show when={isQueued() && (prompt().automatic === true || prompt().by !== scene.me)}>
          <span class={styles.from}>
            {prompt().automatic ? runWords.queue.byItself : runWords.queue.notYours(scene.callName(prompt().by))}
          </span>
        </Show>
        <Show when={mayChange()}>
          <Show
            when={scene.phone()}
            fallback={
              <span class={styles.acts}>
                <Show when={canSendNow()}>
                  <IconButton size="sm" icon={Zap} label={nowLabel()} onClick={sendNow} />
                </Show>
                <IconButton
                  size="sm"
                  icon={Pencil}
                  label={runWords.queue.edit}
                  data-edit=""
                  onClick={() => setEditing(true)}
                />
                <IconButton size="sm" icon={X} label={runWords.queue.remove} onClick={remove} />
              </span>
            }
          >
            <Menu icon={Ellipsis} label={runWords.queue.menu} size="sm">
              <MenuItem icon={Pencil} onSelect={() => setEditing(true)}>
                {runWords.queue.edit}
              </MenuItem>
              <MenuItem icon={Zap} disabled={!canSendNow()} onSelect={sendNow}>
                {runWords.queue.now}
              </MenuItem>
              <MenuItem icon={ArrowUp} disabled={props.place <= 0} onSelect={() => props.onMove(-1)}>
                {runWords.queue.up}
              </MenuItem>
              <MenuItem icon={ArrowDown} disabled={props.place >= props.of - 1} onSelect={() => props.onMove(1)}>
                {runWords.queue.down}
              </MenuItem>
              <MenuItem icon={X} onSelect={remove}>
                {runWords.queue.remove}
              </MenuItem>
            </Menu>
          </Show>
        </Show>
      </Show>
    </li>
  )
}

function EditForm(props: {
  readonly promptId: PromptId
  readonly text: string
  readonly attachments: readonly Attachment[]
  /** Whether it is durable: until then the form stays. `attachments`: where they are others now. */
  readonly onSave: (text: string, attachments: readonly Attachment[] | undefined) => Promise<boolean>
  readonly onSaved: () => void
  readonly mentions: () => Promise<MentionFinder>
  readonly onCancel: () => void
}) {
  // The text as it stood when editing began; what others do meanwhile doesn't overwrite it.
  // oxlint-disable-next-line solid/reactivity
  const before = props.text
  // One form for one message.
  // oxlint-disable-next-line solid/reactivity
  const draft = useTextDraft(`edit/${props.promptId}`)
  const [emptied, setEmptied] = createSignal(false)
  const [removed, setRemoved] = createSignal<ReadonlySet<string>>(new Set())
  const left = () => props.attachments.filter(({ blob }) => !removed().has(blob))
  const read = useReadAttachment()
  const [busy, setBusy] = createSignal(false)
  const text = () => (draft.value() === '' && !emptied() ? before : draft.value())
  const over = () => text().trim().length - promptLimit
  const overId = createUniqueId()
  let area!: HTMLTextAreaElement
  onMount(() => area.focus())
  const write = (typed: string): void => {
    setEmptied(typed === '')
    draft.set(typed)
  }
  const save = async (): Promise<void> => {
    const now = text().trim()
    if (now === '' || over() > 0 || busy()) return
    setBusy(true)
    const isDurable = await props.onSave(now, removed().size === 0 ? undefined : left())
    setBusy(false)
    if (!isDurable) return
    await draft.clear()
    props.onSaved()
  }
  const cancel = (): void => {
    void draft.clear()
    props.onCancel()
  }
  return (
    <form
      class={styles.edit}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
      onKeyDown={(event) => {
        if (isKey(event, 'Escape')) {
          event.preventDefault()
          cancel()
        } else if (isKey(event, 'Mod+Enter')) {
          event.preventDefault()
          void save()
        }
      }}
    >
      <textarea
        ref={area}
        class={styles.area}
        rows="2"
        aria-invalid={over() > 0 ? 'true' : undefined}
        aria-describedby={over() > 0 ? overId : undefined}
        aria-label={runWords.queue.editLabel}
        value={text()}
        onInput={(event) => write(event.currentTarget.value)}
      />
      <Mentions area={() => area} finder={() => props.mentions()} />
      <Show when={over() > 0}>
        <p class={styles.over} id={overId} role="alert">
          {uiWords.tooLong(over())}
        </p>
      </Show>
      <Attachments
        attachments={left()}
        read={read}
        onRemove={({ blob }) => setRemoved((known) => new Set([...known, blob]))}
      />
      <span class={styles.editActs}>
        <Button size="sm" type="submit" disabled={text().trim() === '' || over() > 0} aria-busy={busy()}>
          {runWords.queue.save}
        </Button>
        <Button size="sm" tone="ghost" onClick={cancel}>
          {runWords.cancel}
        </Button>
      </span>
    </form>
  )
}
