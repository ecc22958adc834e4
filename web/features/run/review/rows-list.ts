import { createVirtualizer, defaultRangeExtractor, type Range } from '@tanstack/solid-virtual'
import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from 'solid-js'
import { whenIdle } from '../../../state/platform.ts'
import { measuredByBrowser } from '../../../ui/measured-by-browser.ts'
import type { FileRow } from './file-rows.ts'
import { rowsOf, type LineRoom } from './line-room.ts'

/** A line of code until one is in the page. Pixels. */
const lineHeight = 20
const partHeight = 44
const cardHeight = 150
/** Rows beyond the window, once the page has time for them. */
const around = 8

/** The rows of a file's changes that are near the window, and where each stands. */
export function createRowsList(input: {
  readonly rows: Accessor<readonly FileRow[]>
  readonly room: Accessor<LineRoom | undefined>
  readonly scroller: Accessor<HTMLElement | undefined>
  /** What stands above the rows and scrolls with them. Pixels. */
  readonly above: Accessor<number>
}) {
  const { rows, room, scroller, above } = input
  // What shows first is the first screenful.
  const [ready, setReady] = createSignal(false)
  let current = true
  onCleanup(() => (current = false))
  whenIdle(() => current && setReady(true))
  const forms = createMemo(() => rows().flatMap((row, index) => (row.kind === 'form' ? [index] : [])))
  const list = createVirtualizer<HTMLElement, HTMLElement>({
    get count() {
      return rows().length
    },
    getScrollElement: () => scroller() ?? null,
    get scrollMargin() {
      return above()
    },
    estimateSize: (index) => sizeOf(rows()[index], room()),
    getItemKey: (index) => rows()[index]?.key ?? index,
    get overscan() {
      return ready() ? around : 1
    },
    measureElement: measuredByBrowser,
    // What is written in is not taken out of the page, however far one scrolls.
    rangeExtractor: (range: Range) =>
      [...new Set([...defaultRangeExtractor(range), ...forms()])].toSorted((a, b) => a - b),
  })
  // Another width breaks lines elsewhere.
  createEffect(on(room, () => list.measure(), { defer: true }))
  /** By key, in order. Pixels from the top of the scroller's content. */
  const starts = createMemo(() => new Map(list.getVirtualItems().map(({ key, start }) => [String(key), start])))
  return { list, starts, keys: createMemo(() => [...starts().keys()]) }
}

export type RowsList = ReturnType<typeof createRowsList>['list']

function sizeOf(row: FileRow | undefined, room: LineRoom | undefined): number {
  if (row?.kind === 'line' || row?.kind === 'pair') {
    if (room === undefined) return lineHeight
    const lines = row.kind === 'line' ? [row.line] : [row.left, row.right]
    return room.height * Math.max(...lines.map((line) => rowsOf(line?.text ?? '', room.columns)))
  }
  return row?.kind === 'thread' || row?.kind === 'form' ? cardHeight : partHeight
}
