import { createVirtualizer } from '@tanstack/solid-virtual'
import { For, Show, createEffect, createMemo, on, onMount, type Accessor, type JSX } from 'solid-js'
import { Count } from './chip.tsx'
import type { HeldOrder } from './held-order.ts'
import { useKeptFocus } from './kept-focus.ts'
import { measuredByBrowser } from './measured-by-browser.ts'
import styles from './row-grid.module.css'

/** A line between rows, with how many follow where that matters. */
export type Heading = { readonly label: string; readonly count: number | undefined }

export type RowGridProps<Entry extends { readonly key: string }> = {
  readonly label: string
  readonly entries: readonly Entry[]
  /** Present for headings; everything else is a row. */
  readonly heading: (entry: Entry) => Heading | undefined
  /** The cells of a row, made once and kept while its entry changes. */
  readonly children: (entry: Accessor<Entry>) => JSX.Element
  /** What the list shows: another one starts at the top. */
  readonly basis: string
  /** Where the list was left. A plain field: nothing follows it. */
  readonly place: { scrollTop: number }
  readonly handlers: HeldOrder<Entry>['handlers']
  readonly phone: boolean
  /** Key of the row that the keyboard is on; it alone takes the focus. */
  readonly cursor: string | undefined
  /** Present where a row can be chosen without being opened. */
  readonly selected?: { readonly key: string | undefined }
  /** Height of a row before it is measured, in pixels. */
  readonly estimate: (entry: Entry) => number
  readonly onCursor: (entry: Entry) => void
  readonly onPick: (entry: Entry) => void
  readonly onOpen: (entry: Entry) => void
  /** Keys of a row beside those that every list has. `true`: it was meant. */
  readonly onKey?: (event: KeyboardEvent, entry: Entry | undefined) => boolean
  /** Hands out the ways to move the cursor, for keys that are bound elsewhere. */
  readonly onMover?: (mover: Mover) => void
}

export type Mover = {
  readonly move: (step: 1 | -1) => void
  /** Puts the focus on this row, or on the one that has it now. */
  readonly focus: (key: string | undefined) => void
}

/**
 * A list as a treegrid: headings at level 1, rows at level 2. Only what is near the window is in the page, so its cost
 * does not grow with history. A row keeps its element while it moves, and with it focus and open tooltips.
 */
export function RowGrid<Entry extends { readonly key: string }>(props: RowGridProps<Entry>) {
  let root!: HTMLDivElement
  const virtualizer = createVirtualizer<HTMLDivElement, HTMLDivElement>({
    get count() {
      return props.entries.length
    },
    getScrollElement: () => root ?? null,
    estimateSize: (index) => {
      const entry = props.entries[index]
      return entry === undefined || props.heading(entry) !== undefined ? (props.phone ? 34 : 33) : props.estimate(entry)
    },
    getItemKey: (index) => props.entries[index]?.key ?? index,
    overscan: 8,
    measureElement: measuredByBrowser,
    initialOffset: () => props.place.scrollTop,
    // Before the first measure, and where nothing is laid out, a screenful is assumed.
    initialRect: { width: 800, height: 900 },
  })
  // Only of what is in the page: a letter more in a search must not cost what the list is long.
  const places = createMemo(
    () =>
      new Map(
        virtualizer.getVirtualItems().flatMap(({ index, start }) => {
          const entry = props.entries[index]
          return entry === undefined ? [] : [[entry.key, { entry, index, start }] as const]
        }),
      ),
  )
  const shown = createMemo(() => [...places().keys()])
  const rows = (): Entry[] => props.entries.filter((entry) => props.heading(entry) === undefined)
  const first = createMemo(() => {
    const { cursor } = props
    if (cursor !== undefined && props.entries.some((entry) => entry.key === cursor)) return cursor
    return props.entries.find((entry) => props.heading(entry) === undefined)?.key
  })
  const entryAt = (target: EventTarget | null): Entry | undefined => {
    const key = target instanceof HTMLElement ? target.closest('[data-row]')?.getAttribute('data-row') : null
    return key === null || key === undefined ? undefined : places().get(key)?.entry
  }
  const elementOf = (key: string): HTMLElement | undefined =>
    [...root.querySelectorAll<HTMLElement>('[data-row]')].find((row) => row.dataset['row'] === key)

  const focusRow = (key: string) => {
    const index = props.entries.findIndex((entry) => entry.key === key)
    if (index === -1) return
    virtualizer.scrollToIndex(index, { align: 'auto' })
    const focus = () => elementOf(key)?.focus({ preventScroll: true })
    focus()
    if (document.activeElement?.getAttribute('data-row') !== key) requestAnimationFrame(focus)
  }
  const goTo = (entry: Entry | undefined) => {
    if (entry === undefined) return
    props.onCursor(entry)
    focusRow(entry.key)
  }
  const move = (step: 1 | -1) => {
    const all = rows()
    const at = props.cursor === undefined ? -1 : all.findIndex((entry) => entry.key === props.cursor)
    goTo(all[at === -1 ? (step === 1 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))])
  }
  // oxlint-disable-next-line solid/reactivity
  props.onMover?.({
    move,
    focus: (key) => goTo(rows().find((entry) => entry.key === (key ?? first()))),
  })

  createEffect(
    on(
      () => props.basis,
      () => {
        // Setting it makes the browser lay out the page at once, also where it is there already.
        if (props.place.scrollTop !== 0) root.scrollTop = 0
      },
      { defer: true },
    ),
  )
  onMount(() => {
    root.scrollTop = props.place.scrollTop
  })

  const handleKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return
    if (props.onKey?.(event, entryAt(event.target)) === true) {
      event.preventDefault()
      return
    }
    switch (event.key) {
      case 'ArrowDown':
        move(1)
        break
      case 'ArrowUp':
        move(-1)
        break
      case 'Home':
        goTo(rows()[0])
        break
      case 'End':
        goTo(rows().at(-1))
        break
      case 'Enter': {
        // A button or link of the row acts for itself.
        const entry = entryAt(event.target)
        if (entry === undefined || !(event.target instanceof HTMLElement && event.target.hasAttribute('data-row')))
          return
        props.onOpen(entry)
        break
      }
      default:
        return
    }
    event.preventDefault()
  }

  // A button that its press took away leaves the focus to its row; a row that scrolled away leaves it to the list, which
  // must not be pulled back to it.
  let focused: string | undefined
  useKeptFocus(
    () => root,
    () => ((focused === undefined ? undefined : elementOf(focused)) ?? root).focus({ preventScroll: true }),
  )
  return (
    // The grid takes keys for its rows, which have the focus.
    <div
      ref={root}
      class={styles.scroller}
      data-phone={props.phone ? '' : undefined}
      role="treegrid"
      aria-label={props.label}
      aria-rowcount={props.entries.length}
      tabIndex={-1}
      onKeyDown={handleKey}
      onScroll={(event) => (props.place.scrollTop = event.currentTarget.scrollTop)}
      onFocusIn={(event) => (focused = entryAt(event.target)?.key)}
      onPointerMove={(event) => props.handlers.onPointerMove(event)}
      onPointerLeave={() => props.handlers.onPointerLeave()}
    >
      <div class={styles.all} role="presentation" style={{ 'block-size': `${virtualizer.getTotalSize()}px` }}>
        <For each={shown()}>
          {(key) => (
            <Show when={places().get(key)}>
              {(place) => (
                <div
                  ref={(element) => queueMicrotask(() => element.isConnected && virtualizer.measureElement(element))}
                  class={styles.place}
                  role="presentation"
                  data-index={place().index}
                  style={{ transform: `translateY(${place().start}px)` }}
                >
                  <Show
                    when={props.heading(place().entry)}
                    fallback={
                      <div
                        class={styles.item}
                        role="row"
                        aria-level="2"
                        aria-rowindex={place().index + 1}
                        aria-selected={props.selected === undefined ? undefined : props.selected.key === key}
                        data-row={key}
                        tabIndex={first() === key ? 0 : -1}
                        onFocus={() => props.onCursor(place().entry)}
                        onClick={(event) => actsForItself(event.target) || props.onPick(place().entry)}
                        onDblClick={(event) => actsForItself(event.target) || props.onOpen(place().entry)}
                        onKeyDown={() => undefined}
                      >
                        {props.children(() => place().entry)}
                      </div>
                    }
                  >
                    {(heading) => (
                      <div
                        class={styles.group}
                        role="row"
                        aria-level="1"
                        aria-rowindex={place().index + 1}
                        aria-expanded="true"
                      >
                        <span role="rowheader" class={styles.label}>
                          {heading().label}
                          <Show when={heading().count}>{(count) => <Count of={count()} />}</Show>
                        </span>
                      </div>
                    )}
                  </Show>
                </div>
              )}
            </Show>
          )}
        </For>
      </div>
    </div>
  )
}

/** A button, a link or the item of a menu that belongs to a row: pressing it is not pressing the row. */
function actsForItself(target: Element): boolean {
  return target.closest('button, a, [role="menuitem"]') !== null
}
