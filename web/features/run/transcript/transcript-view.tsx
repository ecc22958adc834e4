import { createVirtualizer } from '@tanstack/solid-virtual'
import { ArrowDown, Clock } from 'lucide'
import { For, Show, createEffect, createMemo, createSignal, on, onCleanup, onMount, untrack } from 'solid-js'
import { CreateRunArgs } from '#sync/core/mutators/create-run.ts'
import { Button } from '../../../ui/button.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { Kbd } from '../../../ui/kbd.tsx'
import { useKeptFocus } from '../../../ui/kept-focus.ts'
import { SkeletonRows } from '../../../ui/skeleton.tsx'
import { isKey, isTyping, useKeyboard } from '../../../state/keyboard.ts'
import { usePending } from '../../../state/sync-status.ts'
import { useWorkspace } from '../../../state/workspace.ts'
import { runWords } from '../../../words/run.ts'
import { intentWord } from '../../../words/states.ts'
import { useScene } from '../scene.ts'
import { Markdown } from '../text/markdown-view.tsx'
import { follow, initialFollow, type FollowEvent } from './follow.ts'
import { EntryRow } from './entry-row.tsx'
import { UserText } from './prose-entries.tsx'
import { rowIndexOf, type Row } from './rows.ts'
import type { TranscriptModel } from './transcript-model.ts'
import styles from './transcript-view.module.css'

/** Room above the first row, where the older entries are asked for. Pixels. */
const topSpace = 56
/** How near the end counts as the end, and how near the top asks for older entries. Pixels. */
const endThreshold = 40
/** Below any transcript. Pixels. */
const farDown = 10_000_000
const olderThreshold = 600
/** Entries that a page which follows holds at most, and those it goes back to then. */
const mostHeld = 3000
const heldAgain = 1000

export type TranscriptHandle = {
  readonly toEnd: () => void
  readonly focus: () => void
  readonly log: HTMLElement
}

/** The log of a run: only what is near the window is in the page, whatever the length. */
export function TranscriptView(props: {
  readonly model: TranscriptModel
  /** `n` of the entry that the address names. */
  readonly entry: number | undefined
  readonly handle?: ((handle: TranscriptHandle) => void) | undefined
}) {
  const scene = useScene()
  const keyboard = useKeyboard()
  const [scroller, setScroller] = createSignal<HTMLDivElement>()
  const [state, setState] = createSignal(initialFollow)
  const [active, setActive] = createSignal<string>()
  /** The row that the keyboard goes to, until it is in the page and has the focus. */
  const [goal, setGoal] = createSignal<string>()
  const send = (event: FollowEvent): void => void setState((before) => follow(before, event))
  const rows = (): readonly Row[] => props.model.rows()
  const byKey = createMemo(() => new Map(rows().map((row, index) => [row.key, { row, index }])))

  const list = createVirtualizer<HTMLDivElement, HTMLElement>({
    get count() {
      return rows().length
    },
    getScrollElement: () => scroller() ?? null,
    estimateSize: (index) => (rows()[index]?.gap === 'line' ? 28 : 84),
    getItemKey: (index) => rows()[index]?.key ?? index,
    anchorTo: 'end',
    // Its end is what shows first: from the top, as many rows would be made only to go.
    initialOffset: farDown,
    scrollEndThreshold: endThreshold,
    overscan: 8,
    paddingStart: topSpace,
    paddingEnd: 16,
  })
  // A row above the window that changes its size must not push what is read, whichever way one scrolls: after a page of
  // older entries the row that was first gets its space above.
  list.shouldAdjustScrollPositionOnItemSizeChange = (item, _delta, instance) => {
    const at = instance.scrollOffset ?? 0
    return instance.itemSizeCache.has(item.key) ? item.start + item.size <= at : item.start < at
  }
  const visible = createMemo(() => {
    const known = byKey()
    return list
      .getVirtualItems()
      .map((item) => String(item.key))
      .filter((key) => known.has(key))
  })
  const offset = (): number => list.getVirtualItems()[0]?.start ?? 0

  // Through the list, which keeps its own account of the position: writing scrollTop beside it would be undone.
  const pin = (): void => {
    if (untrack(scroller) !== undefined && untrack(state).following && untrack(rows).length > 0) list.scrollToEnd()
  }
  const toEnd = (): void => {
    send({ type: 'toEnd', last: props.model.last() })
    pin()
  }
  let log!: HTMLDivElement
  // A row that scrolls away with the focus leaves it to the log.
  useKeptFocus(
    () => log,
    () => log.focus({ preventScroll: true }),
  )
  onMount(() => {
    // Not before it is in the page: a node fresh from its template belongs to no window, and the list would watch nothing.
    setScroller(log)
    props.handle?.({ toEnd, focus: () => log.focus(), log })
  })
  createEffect(
    on(
      () => props.model.last(),
      (last) => send({ type: 'grew', last }),
    ),
  )
  createEffect(() => {
    const held = props.model.view()?.entries.length ?? 0
    if (held > mostHeld && state().following) props.model.source.keepNewest(heldAgain)
  })
  // After the page took the new sizes: keep the end in view while following.
  createEffect(on([() => list.getTotalSize(), visible], pin))
  createEffect(() => {
    const element = scroller()
    if (element === undefined) return
    // The composer grows, a question arrives, the keyboard opens: the end stays the end.
    const observer = new ResizeObserver(pin)
    observer.observe(element)
    onCleanup(() => observer.disconnect())
  })

  let byPerson = false
  let seenTop = 0
  let seenHeight = 0
  const person = (): void => void (byPerson = true)
  const isAtEnd = (element: HTMLElement): boolean =>
    element.scrollHeight - element.scrollTop - element.clientHeight <= endThreshold
  const wantOlder = (isNear: () => boolean): void => {
    const view = props.model.view()
    // What streams may be here before the rows that stand above it.
    if (view === undefined || !view.loaded || !view.hasOlder || props.model.older() !== 'idle') return
    if ((view.olderIsHere || scene.online()) && isNear()) void props.model.loadOlder()
  }
  const handleScroll = (): void => {
    const element = scroller()
    if (element === undefined) return
    // A jump up that nothing in the list explains: find in page, a screen reader, the history.
    const jumped = element.scrollTop < seenTop - element.clientHeight / 2 && element.scrollHeight >= seenHeight
    seenTop = element.scrollTop
    seenHeight = element.scrollHeight
    send({ type: 'moved', atEnd: isAtEnd(element), byPerson: byPerson || jumped, last: props.model.last() })
    wantOlder(() => element.scrollTop < olderThreshold)
  }
  const handleKeyDown = (event: KeyboardEvent): void => {
    if (isKey(event, 'End')) {
      event.preventDefault()
      toEnd()
      return
    }
    if (keyboard.lettersOn() && isKey(event, 'j', 'k') && !isTyping(event.target)) {
      event.preventDefault()
      focusRow(isKey(event, 'j') ? 1 : -1)
      return
    }
    person()
  }
  /** Moves among entries, for those who read by keyboard. */
  const focusRow = (step: number): void => {
    const now = active()
    const from = now === undefined ? -1 : (byKey().get(now)?.index ?? -1)
    const start = from === -1 ? rowAtTop() : from + step
    const row = rows()[Math.max(0, Math.min(rows().length - 1, start))]
    if (row === undefined) return
    setActive(row.key)
    setGoal(row.key)
    person()
    list.scrollToIndex(byKey().get(row.key)?.index ?? 0, { align: 'auto' })
  }
  const rowAtTop = (): number => list.getVirtualItemForOffset(scroller()?.scrollTop ?? 0)?.index ?? 0

  // A first window that doesn't fill the page asks for more at once.
  createEffect(
    on([() => props.model.view(), () => list.getTotalSize()], () => {
      const element = scroller()
      if (element !== undefined) wantOlder(() => element.scrollHeight <= element.clientHeight + olderThreshold)
    }),
  )

  // A link to an entry: load back to it, show it, mark it.
  createEffect(
    on([() => props.entry, () => props.model.view()?.loaded === true], ([n, ready]) => {
      if (n === undefined || !ready) return
      let current = true
      onCleanup(() => (current = false))
      send({ type: 'toEntry', last: props.model.last() })
      const show = async (): Promise<void> => {
        while (current && (rows()[0]?.first ?? 0) > n && props.model.view()?.hasOlder === true) {
          if (!(await props.model.loadOlder())) break
        }
        if (!current || rows().length === 0) return
        const index = rowIndexOf(rows(), n)
        setActive(rows()[index]?.key)
        list.scrollToIndex(index, { align: 'center' })
      }
      void show()
    }),
  )

  return (
    <div class={styles.viewport}>
      <div
        ref={log}
        class={styles.scroller}
        role="log"
        aria-live="off"
        aria-label={runWords.transcript.label}
        tabindex="0"
        onScroll={handleScroll}
        on:scrollend={() => (byPerson = false)}
        on:wheel={{ handleEvent: person, passive: true }}
        on:touchmove={{ handleEvent: person, passive: true }}
        onPointerDown={(event) => event.target === event.currentTarget && person()}
        onKeyDown={handleKeyDown}
        onFocusIn={() => setGoal(undefined)}
      >
        <Show
          when={props.model.view()}
          fallback={
            <div class={styles.column}>
              <SkeletonRows waitsFor={runWords.transcript.loading} rows={6} />
            </div>
          }
        >
          {(view) => (
            <Show when={view().entries.length > 0} fallback={<Nothing loaded={view().loaded} />}>
              <div class={styles.column} style={{ 'block-size': `${list.getTotalSize()}px` }}>
                <div class={styles.top}>
                  <Top model={props.model} />
                </div>
                <div class={styles.rows} style={{ transform: `translateY(${offset()}px)` }}>
                  <For each={visible()}>
                    {(key) => {
                      const found = createMemo<{ readonly row: Row; readonly index: number } | undefined>(
                        (before) => byKey().get(key) ?? before,
                      )
                      return (
                        <Show when={found()}>
                          {(at) => (
                            <EntryRow
                              row={at().row}
                              index={at().index}
                              isActive={active() === key}
                              isMarked={
                                props.entry !== undefined &&
                                at().row.first <= props.entry &&
                                at().row.last >= props.entry
                              }
                              takesFocus={goal() === key}
                              onActive={() => setActive(key)}
                              measure={(element) => list.measureElement(element)}
                            />
                          )}
                        </Show>
                      )
                    }}
                  </For>
                </div>
              </div>
            </Show>
          )}
        </Show>
      </div>
      <Show when={!state().following}>
        <button type="button" class={styles.below} data-new={state().below > 0 ? '' : undefined} onClick={toEnd}>
          <Icon of={ArrowDown} size="sm" />
          {runWords.transcript.below(state().below)}
          <Kbd>End</Kbd>
        </button>
      </Show>
    </div>
  )
}

function Nothing(props: { readonly loaded: boolean }) {
  const scene = useScene()
  const workspace = useWorkspace()
  const pending = usePending()
  /** What was asked for, whole, while only this device knows of the run. */
  const unsent = createMemo(() => {
    for (const mutation of pending()) {
      const args = mutation.name === 'createRun' ? CreateRunArgs.safeParse(mutation.args).data : undefined
      if (args?.runId === scene.runId) return { prompt: args.prompt, at: mutation.at }
    }
    return undefined
  })
  return (
    <Show when={unsent()} fallback={<NotHere loaded={props.loaded} />}>
      {(run) => (
        <div class={`${styles.column} ${styles.unsent}`}>
          <UserText by={workspace.userId} at={run().at}>
            <Markdown text={run().prompt} />
          </UserText>
          <p class={styles.note}>
            <Icon of={Clock} size="sm" />
            {intentWord('local', scene.phone())} · {runWords.transcript.notSent}
          </p>
        </div>
      )}
    </Show>
  )
}

/** A transcript without entries: nothing has happened, or this device has not heard of it. */
function NotHere(props: { readonly loaded: boolean }) {
  const scene = useScene()
  return (
    <div class={styles.column}>
      <Show
        when={props.loaded}
        fallback={
          <Show when={scene.online()} fallback={<p class={styles.note}>{runWords.transcript.notHere}</p>}>
            <SkeletonRows waitsFor={runWords.transcript.loading} rows={6} />
          </Show>
        }
      >
        <p class={styles.note}>{runWords.transcript.empty}</p>
      </Show>
    </div>
  )
}

function Top(props: { readonly model: TranscriptModel }) {
  const scene = useScene()
  return (
    <Show when={props.model.view()?.hasOlder} fallback={<span>{runWords.transcript.start}</span>}>
      <Show
        when={scene.online() || props.model.view()?.olderIsHere}
        fallback={<span>{runWords.transcript.olderOffline}</span>}
      >
        <Show
          when={props.model.older() !== 'loading'}
          fallback={<span role="status">{runWords.transcript.loadingOlder}</span>}
        >
          <Button size="sm" tone="ghost" onClick={() => void props.model.loadOlder()}>
            {runWords.transcript.older}
          </Button>
        </Show>
      </Show>
    </Show>
  )
}
