import {
  reviewNeighbourLimit,
  reviewNeighbours,
  reviewQuoteLimit,
  type DiffSide,
  type ReviewAnchor,
} from './review-comment.ts'
import type { ObjectId } from './transcript.ts'

/** A line of one side of a file, as far as it is known here. */
export type KnownLine = { readonly number: number; readonly text: string }

/** Where the lines of an anchor stand now; `undefined`: they are not there as they were, or can't be told from others. */
export type AnchorPlace = { readonly from: number; readonly to: number } | undefined

/** An anchor at the lines `from` to `to`, both known. `lines`: those of its side, in order; there may be gaps between them. */
export function anchorAt(
  lines: readonly KnownLine[],
  at: {
    readonly path: string
    readonly side: DiffSide
    readonly from: number
    readonly to: number
    readonly version?: ObjectId | undefined
  },
): ReviewAnchor | undefined {
  const first = lines.findIndex(({ number }) => number === at.from)
  const run = first === -1 ? [] : runFrom(lines, first, at.to - at.from + 1)
  if (run.length === 0) return undefined
  const whole = run.map(({ text }) => text).join('\n')
  const isCut = whole.length > reviewQuoteLimit
  return {
    path: at.path,
    side: at.side,
    from: at.from,
    to: at.from + run.length - 1,
    quote: isCut ? beginning(whole, reviewQuoteLimit) : whole,
    ...(isCut ? { cut: true } : {}),
    above: neighbours(lines, first, -1).toReversed(),
    below: neighbours(lines, first + run.length - 1, 1),
    ...(at.version === undefined ? {} : { version: at.version }),
  }
}

/**
 * Finds an anchor's lines by their words. Where the same words stand more than once, the lines around them decide, and where
 * those don't, nothing does: a comment is rather shown as outdated than at a line that it is not about.
 */
export function placeOf(anchor: ReviewAnchor, lines: readonly KnownLine[], version?: ObjectId): AnchorPlace {
  // The content is the very one in which the numbers were given.
  if (version !== undefined && version === anchor.version) return { from: anchor.from, to: anchor.to }
  const quoted = anchor.quote.split('\n')
  const count = anchor.to - anchor.from + 1
  const found: { index: number; score: number; number: number }[] = []
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]
    if (line === undefined || !isQuotedAt(lines, index, quoted, anchor.cut === true)) continue
    found.push({ index, number: line.number, score: scoreAt(anchor, lines, index, count) })
  }
  const best = Math.max(0, ...found.map(({ score }) => score))
  const fitting = found.filter(({ score }) => score === best)
  const [only] = fitting
  if (only === undefined || fitting.length > 1) return undefined
  const around = anchor.above.length + anchor.below.length
  // Alone among its likes and with nothing around that fits: another line with the same few signs.
  if (best === 0 && around > 0 && !isTelling(anchor.quote)) return undefined
  // One of several likes: more of what was around it must be there than not.
  if (found.length > 1 && best * 2 <= around) return undefined
  return { from: only.number, to: only.number + count - 1 }
}

/** Words enough that a second line with them is hardly there by chance. */
function isTelling(quote: string): boolean {
  return (quote.match(/[\p{L}\p{N}]/gu)?.length ?? 0) >= 12
}

function isQuotedAt(lines: readonly KnownLine[], index: number, quoted: readonly string[], isCut: boolean): boolean {
  const start = lines[index]
  if (start === undefined) return false
  return quoted.every((words, at) => {
    const line = lines[index + at]
    if (line === undefined || line.number !== start.number + at) return false
    return isCut && at === quoted.length - 1 ? line.text.startsWith(words) : line.text === words
  })
}

/** How many of the lines around it are there as they were. */
function scoreAt(anchor: ReviewAnchor, lines: readonly KnownLine[], index: number, count: number): number {
  const above = neighbours(lines, index, -1)
  const below = neighbours(lines, index + count - 1, 1)
  const before = anchor.above.toReversed()
  return (
    before.filter((text, at) => above[at] === text).length +
    anchor.below.filter((text, at) => below[at] === text).length
  )
}

/** The beginnings of the lines next to `index`, nearest first, up to a gap. */
function neighbours(lines: readonly KnownLine[], index: number, step: 1 | -1): string[] {
  const found: string[] = []
  let last = lines[index]
  for (let at = index + step; found.length < reviewNeighbours; at += step) {
    const line = lines[at]
    if (line === undefined || last === undefined || line.number !== last.number + step) break
    found.push(beginning(line.text, reviewNeighbourLimit))
    last = line
  }
  return found
}

/** At most `count` lines that follow each other without a gap. */
function runFrom(lines: readonly KnownLine[], first: number, count: number): KnownLine[] {
  const run: KnownLine[] = []
  for (let at = first; run.length < count; at++) {
    const line = lines[at]
    const last = run.at(-1)
    if (line === undefined || (last !== undefined && line.number !== last.number + 1)) break
    run.push(line)
  }
  return run
}

function beginning(text: string, units: number): string {
  return text.length <= units ? text : text.slice(0, units).replace(/[\ud800-\udbff]$/, '')
}
