import { createVirtualizer } from '@tanstack/solid-virtual'
import { For, Match, Show, Switch, createEffect, createMemo, on, onMount, type Accessor } from 'solid-js'
import { displayState } from '#shared/domain/run.ts'
import type { RunId } from '#shared/ids.ts'
import { isKey } from '../../state/keyboard.ts'
import { useTeamData } from '../../state/team-data.ts'
import { Count } from '../../ui/chip.tsx'
import { useKeptFocus } from '../../ui/kept-focus.ts'
import { runsWords } from '../../words/runs.ts'
import type { ListEntry } from './list-model.ts'
import type { HeldOrder } from './held-order.ts'
import { PhoneRunRow, RunRow } from './run-row.tsx'
import styles from './runs-grid.module.css'

export type GridProps = {
  readonly entries: readonly ListEntry[]
  /** Filter and search: another one starts at the top. */
  readonly basis: string
  readonly handlers: HeldOrder['handlers']
  readonly phone: boolean
  /** The row that the keyboard is on; it alone takes the focus. */
  readonly cursor: RunId | undefined
  readonly selected: RunId | undefined
  readonly localRuns: ReadonlySet<string>
  readonly onCursor: (runId: RunId) => void
  readonly onPick: (runId: RunId) => void
  readonly onOpen: (runId: RunId) => void
  /** Hands out the way to move the cursor, for keys that are bound elsewhere. */
  readonly onMover: (move: (step: 1 | -1) => void) => void
}

/**
 * The list as a treegrid: headings at level 1, runs at level 2. Only what is near the window is in the page, so its cost
 * does not grow with history. A row keeps its element while it moves, and with it focus and open tooltips.
 */
export function RunsGrid(props: GridProps) {
  const place = useTeamData().runsPlace
  let root!: HTMLDivElement
  const places = createMemo(() => new Map(props.entries.map((entry, index) => [entry.key, { entry, index }])))
  const virtualizer = createVirtualizer<HTMLDivElement, HTMLDivElement>({
    get count() {
      return props.entries.length
    },
    getScrollElement: () => root ?? null,
    estimateSize: (index) => estimate(props.entries[index], props.phone),
    getItemKey: (index) => props.entries[index]?.key ?? index,
    overscan: 12,
    initialOffset: place.scrollTop,
    // Before the first measure, and where nothing is laid out, a screenful is assumed.
    initialRect: { width: 800, height: 900 },
  })
  const shown = createMemo(() => virtualizer.getVirtualItems().flatMap((item) => props.entries[item.index]?.key ?? []))
  const starts = createMemo(() => new Map(virtualizer.getVirtualItems().map((item) => [item.key, item.start])))
  const runIds = createMemo(() => props.entries.flatMap((entry) => (entry.type === 'run' ? [entry.run.id] : [])))
  const first = () => (props.cursor !== undefined && places().has(props.cursor) ? props.cursor : runIds()[0])

  const focusRow = (runId: RunId) => {
    const place = places().get(runId)
    if (place === undefined) return
    virtualizer.scrollToIndex(place.index, { align: 'auto' })
    const focus = () => root.querySelector<HTMLElement>(`[data-run="${runId}"]`)?.focus({ preventScroll: true })
    focus()
    if (document.activeElement?.getAttribute('data-run') !== runId) requestAnimationFrame(focus)
  }
  const move = (step: 1 | -1) => {
    const ids = runIds()
    const at = props.cursor === undefined ? -1 : ids.indexOf(props.cursor)
    const next = ids[at === -1 ? (step === 1 ? 0 : ids.length - 1) : Math.min(ids.length - 1, Math.max(0, at + step))]
    if (next === undefined) return
    props.onCursor(next)
    focusRow(next)
  }
  // oxlint-disable-next-line solid/reactivity
  props.onMover(move)

  createEffect(
    on(
      () => props.basis,
      () => {
        root.scrollTop = 0
      },
      { defer: true },
    ),
  )
  onMount(() => {
    root.scrollTop = place.scrollTop
  })

  const handleKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return
    const ids = runIds()
    if (isKey(event, 'ArrowDown')) move(1)
    else if (isKey(event, 'ArrowUp')) move(-1)
    else if (isKey(event, 'Home', 'End')) {
      const end = isKey(event, 'Home') ? ids[0] : ids.at(-1)
      if (end !== undefined) {
        props.onCursor(end)
        focusRow(end)
      }
    } else if (isKey(event, 'Enter')) {
      // A button or link of the row acts for itself.
      const row = event.target instanceof HTMLElement ? event.target.getAttribute('data-run') : null
      const runId = ids.find((id) => id === row)
      if (runId === undefined) return
      props.onOpen(runId)
    } else return
    event.preventDefault()
  }

  // A button that its press took away leaves the focus to its row; a row that scrolled away leaves it to the list, which
  // must not be pulled back to it.
  let focused: RunId | undefined
  useKeptFocus(
    () => root,
    () => {
      const row = focused === undefined ? null : root.querySelector<HTMLElement>(`[data-run="${focused}"]`)
      ;(row ?? root).focus({ preventScroll: true })
    },
  )
  return (
    // The grid takes keys for its rows, which have the focus.
    <div
      ref={root}
      class={styles.scroller}
      data-phone={props.phone ? '' : undefined}
      role="treegrid"
      aria-label={runsWords.list}
      aria-rowcount={props.entries.length}
      tabIndex={-1}
      onKeyDown={handleKey}
      onScroll={(event) => (place.scrollTop = event.currentTarget.scrollTop)}
      onFocusIn={(event) => {
        const row = event.target.closest('[data-run]')?.getAttribute('data-run')
        focused = runIds().find((id) => id === row)
      }}
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
                  style={{ transform: `translateY(${starts().get(key) ?? 0}px)` }}
                >
                  <Entry {...props} entry={place().entry} index={place().index} first={first} />
                </div>
              )}
            </Show>
          )}
        </For>
      </div>
    </div>
  )
}

function Entry(
  props: GridProps & { readonly entry: ListEntry; readonly index: number; readonly first: Accessor<RunId | undefined> },
) {
  const group = () => (props.entry.type === 'group' ? props.entry : undefined)
  const run = () => (props.entry.type === 'run' ? props.entry.run : undefined)
  return (
    <Switch>
      <Match when={group()}>
        {(heading) => (
          <div class={styles.group} role="row" aria-level="1" aria-rowindex={props.index + 1} aria-expanded="true">
            <span role="rowheader" class={styles.label}>
              {heading().label}
              <Show when={heading().count}>{(count) => <Count of={count()} />}</Show>
            </span>
          </div>
        )}
      </Match>
      <Match when={run()}>
        {(known) => (
          <div
            class={styles.item}
            role="row"
            aria-level="2"
            aria-rowindex={props.index + 1}
            aria-selected={props.selected === known().id}
            data-run={known().id}
            tabIndex={props.first() === known().id ? 0 : -1}
            onFocus={() => props.onCursor(known().id)}
            onClick={() => props.onPick(known().id)}
            onDblClick={() => props.onOpen(known().id)}
            onKeyDown={() => undefined}
          >
            <Show
              when={props.phone}
              fallback={
                <RunRow run={known()} local={props.localRuns.has(known().id)} onPick={() => props.onPick(known().id)} />
              }
            >
              <PhoneRunRow
                run={known()}
                local={props.localRuns.has(known().id)}
                onPick={() => props.onPick(known().id)}
              />
            </Show>
          </div>
        )}
      </Match>
    </Switch>
  )
}

function estimate(entry: ListEntry | undefined, phone: boolean): number {
  if (entry === undefined || entry.type === 'group') return phone ? 40 : 32
  const asks = displayState(entry.run) === 'needs'
  if (phone) return asks ? 148 : 68
  return asks ? 66 : 36
}
