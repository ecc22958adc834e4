import { createEffect, on, untrack, type Accessor } from 'solid-js'
import { anchorAt, placeOf, type KnownLine } from '#shared/domain/review-anchor.ts'
import type { DiffSide } from '#shared/domain/review-comment.ts'
import type { FileRow } from './file-rows.ts'
import type { Hunk } from './read-patch.ts'
import type { RowsList } from './rows-list.ts'

export type KnownLines = { readonly [Side in DiffSide]: readonly KnownLine[] }

/** The agent goes on: the line at the top of the window stays there, wherever it stands now. */
export function keepTopLine(input: {
  readonly path: Accessor<string>
  readonly hunks: Accessor<readonly Hunk[]>
  readonly rows: Accessor<readonly FileRow[]>
  readonly known: Accessor<KnownLines>
  readonly list: RowsList
  readonly scroller: () => HTMLElement
}): { readonly onScroll: () => void } {
  const { path, hunks, rows, known, list, scroller } = input
  let top: { readonly line: Line; readonly of: KnownLines; readonly below: number } | undefined
  createEffect(
    on(
      hunks,
      () => {
        const kept = top
        if (kept === undefined || scroller().scrollTop === 0) return
        const { side, number } = kept.line
        // Worked out when it is wanted: at each step of scrolling it would cost more than the rows.
        const anchor = anchorAt(kept.of[side], { path: untrack(path), side, from: number, to: number })
        const place = anchor === undefined ? undefined : untrack(() => placeOf(anchor, known()[side]))
        const index = untrack(rows).findIndex((row) => {
          const line = lineOf(row)
          return line?.side === side && line.number === place?.from
        })
        if (index < 0) return
        const [offset] = list.getOffsetForIndex(index, 'start') ?? []
        if (offset !== undefined) list.scrollToOffset(offset + kept.below)
      },
      { defer: true },
    ),
  )
  return {
    onScroll() {
      const at = scroller().scrollTop
      const first = list.getVirtualItems().find((item) => item.end > at && lineOf(rows()[item.index]) !== undefined)
      const line = first === undefined ? undefined : lineOf(rows()[first.index])
      top =
        at <= 0 || line === undefined || first === undefined
          ? undefined
          : { line, of: known(), below: at - first.start }
    },
  }
}

type Line = { readonly side: DiffSide; readonly number: number }

function lineOf(row: FileRow | undefined): Line | undefined {
  if (row?.kind !== 'line' && row?.kind !== 'pair') return undefined
  const line = row.kind === 'line' ? row.line : (row.right ?? row.left)
  if (line?.newNumber !== undefined) return { side: 'new', number: line.newNumber }
  return line?.oldNumber === undefined ? undefined : { side: 'old', number: line.oldNumber }
}
