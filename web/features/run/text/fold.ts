import { omittedUnits, type BoundedText } from '#shared/domain/bounded-text.ts'
import { parseAnsi, type AnsiLine } from './ansi.ts'

/** Output as it is shown: the first lines, what is left out, the last lines. */
export type FoldedOutput = {
  readonly head: readonly AnsiLine[]
  readonly tail: readonly AnsiLine[]
  /** Lines that are at hand and not shown. */
  readonly hiddenLines: number
  /** UTF-16 units that are not on this device. */
  readonly missingUnits: number
}

export type FoldLimits = { readonly head: number; readonly tail: number }

/** Folds what has more lines than both limits and a few: hiding three lines would cost as much as showing them. */
export function foldOutput(text: BoundedText, limits: FoldLimits): FoldedOutput {
  const missingUnits = omittedUnits(text)
  if (missingUnits > 0) {
    const head = withoutLastLine(parseAnsi(text.head))
    const tail = parseAnsi(afterFirstLine(text.tail))
    const shownHead = head.slice(0, limits.head)
    const shownTail = tail.slice(-limits.tail)
    return {
      head: shownHead,
      tail: shownTail,
      hiddenLines: head.length - shownHead.length + tail.length - shownTail.length,
      missingUnits,
    }
  }
  return foldLines(parseAnsi(text.head + text.tail), limits)
}

export function foldLines(lines: readonly AnsiLine[], limits: FoldLimits): FoldedOutput {
  if (lines.length <= limits.head + limits.tail + 3) return { head: lines, tail: [], hiddenLines: 0, missingUnits: 0 }
  return {
    head: lines.slice(0, limits.head),
    tail: lines.slice(-limits.tail),
    hiddenLines: lines.length - limits.head - limits.tail,
    missingUnits: 0,
  }
}

/** Lines of a text, without parsing it; an end of line at the end adds none. */
export function countLines(text: string): number {
  if (text === '') return 0
  let count = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++
  return text.endsWith('\n') ? count - 1 : count
}

/** The cut falls inside a line and, for the tail, perhaps inside an escape: broken lines at the cut are left out. */
function withoutLastLine(lines: readonly AnsiLine[]): readonly AnsiLine[] {
  return lines.length > 1 ? lines.slice(0, -1) : lines
}

function afterFirstLine(text: string): string {
  const at = text.indexOf('\n')
  return at === -1 ? text : text.slice(at + 1)
}
