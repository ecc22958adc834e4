import type { ReviewThread } from '#shared/domain/review-threads.ts'
import type { DiffSide } from '#shared/domain/review-comment.ts'
import type { KnownLine } from '#shared/domain/review-anchor.ts'
import { sideBySide, type DiffLine } from '../diff/parse.ts'
import type { Hunk } from './read-patch.ts'
import type { CommentDraft } from './use-comment-drafts.ts'

/** What stands under each other in a file's diff. Keys stay the same while the lines do. */
export type FileRow =
  | { readonly kind: 'hunk'; readonly key: string; readonly hunk: Hunk; readonly index: number }
  | { readonly kind: 'gap'; readonly key: string; readonly gap: Gap }
  | { readonly kind: 'line'; readonly key: string; readonly line: DiffLine; readonly hunk: number | undefined }
  | {
      readonly kind: 'pair'
      readonly key: string
      readonly left: DiffLine | undefined
      readonly right: DiffLine | undefined
      readonly hunk: number | undefined
    }
  | { readonly kind: 'thread'; readonly key: string; readonly thread: ReviewThread }
  | { readonly kind: 'form'; readonly key: string; readonly draft: CommentDraft }

/** Lines that are the same on both sides and not in the diff. `to` is the last one; absent: until the end of the file, unknown here. */
export type Gap = { readonly oldFrom: number; readonly newFrom: number; readonly count: number | undefined }

/** Lines of a gap that were asked for, by their numbers of before: those stay the same while the agent goes on. */
export type Opened = readonly { readonly from: number; readonly to: number }[]

export type RowsInput = {
  readonly hunks: readonly Hunk[]
  readonly split: boolean
  /** All lines of the new side, where they are here. */
  readonly text: readonly string[] | undefined
  /** Whether they can be asked for. */
  readonly canOpen: boolean
  readonly opened: Opened
  /** Threads and drafts by the line that they follow. */
  readonly after: (side: DiffSide, line: number) => readonly (ReviewThread | CommentDraft)[]
}

export function fileRows(input: RowsInput): readonly FileRow[] {
  const rows: FileRow[] = []
  let oldNext = 1
  let newNext = 1
  input.hunks.forEach((hunk, index) => {
    const oldStart = hunk.oldLines === 0 ? hunk.oldStart + 1 : hunk.oldStart
    gapRows(rows, input, { oldFrom: oldNext, newFrom: newNext, count: oldStart - oldNext })
    rows.push({ kind: 'hunk', key: `h${hunk.name}-${hunk.oldStart}`, hunk, index })
    lineRows(rows, input, hunk.lines, index)
    oldNext = oldStart + hunk.oldLines
    newNext = (hunk.newLines === 0 ? hunk.newStart + 1 : hunk.newStart) + hunk.newLines
  })
  if (input.hunks.length > 0) {
    const count = input.text === undefined ? undefined : input.text.length - newNext + 1
    gapRows(rows, input, { oldFrom: oldNext, newFrom: newNext, count })
  }
  return rows
}

function gapRows(rows: FileRow[], input: RowsInput, gap: Gap): void {
  const { text, opened } = input
  if (gap.count !== undefined && gap.count <= 0) return
  if (text === undefined || gap.count === undefined) {
    if (input.canOpen) rows.push({ kind: 'gap', key: `g${gap.oldFrom}`, gap })
    return
  }
  let closedFrom: number | undefined
  const close = (until: number): void => {
    if (closedFrom === undefined) return
    const skipped = closedFrom - gap.oldFrom
    const rest = { oldFrom: closedFrom, newFrom: gap.newFrom + skipped, count: until - closedFrom }
    rows.push({ kind: 'gap', key: `g${closedFrom}`, gap: rest })
    closedFrom = undefined
  }
  for (let at = 0; at < gap.count; at++) {
    const oldNumber = gap.oldFrom + at
    const newNumber = gap.newFrom + at
    if (!opened.some(({ from, to }) => oldNumber >= from && oldNumber <= to)) {
      closedFrom ??= oldNumber
      continue
    }
    close(oldNumber)
    lineRows(rows, input, [{ kind: 'same', text: text[newNumber - 1] ?? '', oldNumber, newNumber }], undefined)
  }
  close(gap.oldFrom + gap.count)
}

function lineRows(rows: FileRow[], input: RowsInput, lines: readonly DiffLine[], hunk: number | undefined): void {
  if (input.split) {
    for (const { left, right } of sideBySide(lines)) {
      rows.push({ kind: 'pair', key: `p${left?.oldNumber ?? ''}-${right?.newNumber ?? ''}`, left, right, hunk })
      followers(rows, input, left, right)
    }
    return
  }
  for (const line of lines) {
    rows.push({ kind: 'line', key: keyOf(line), line, hunk })
    followers(rows, input, line, line)
  }
}

function followers(rows: FileRow[], input: RowsInput, left: DiffLine | undefined, right: DiffLine | undefined): void {
  const found = [
    ...(left?.oldNumber === undefined ? [] : input.after('old', left.oldNumber)),
    ...(right?.newNumber === undefined ? [] : input.after('new', right.newNumber)),
  ]
  for (const one of found)
    rows.push(
      'first' in one
        ? { kind: 'thread', key: `t${one.first.id}`, thread: one }
        : { kind: 'form', key: `f${one.id}`, draft: one },
    )
}

function keyOf(line: DiffLine): string {
  return line.newNumber === undefined ? `o${line.oldNumber ?? ''}` : `n${line.newNumber}`
}

/** The lines of one side that are known here, in order. */
export function knownLines(
  hunks: readonly Hunk[],
  side: DiffSide,
  text: readonly string[] | undefined,
): readonly KnownLine[] {
  if (side === 'new' && text !== undefined) return text.map((line, index) => ({ number: index + 1, text: line }))
  return hunks.flatMap(({ lines }) =>
    lines.flatMap((line) => {
      const number = side === 'old' ? line.oldNumber : line.newNumber
      return number === undefined ? [] : [{ number, text: line.text }]
    }),
  )
}

/** The line that stands beside a changed one, where as many were added as were taken away: their words are compared. */
export function counterparts(lines: readonly DiffLine[]): ReadonlyMap<DiffLine, DiffLine> {
  const found = new Map<DiffLine, DiffLine>()
  for (let at = 0; at < lines.length;) {
    const start = at
    while (lines[at]?.kind === 'del') at++
    const middle = at
    while (lines[at]?.kind === 'add') at++
    if (at === start) at++
    else if (middle - start === at - middle)
      for (let index = 0; index < middle - start; index++) {
        const [before, after] = [lines[start + index], lines[middle + index]]
        if (before === undefined || after === undefined) continue
        found.set(before, after)
        found.set(after, before)
      }
  }
  return found
}
