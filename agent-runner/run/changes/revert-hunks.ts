import type { HunkPlace } from '#shared/domain/review-change.ts'

/** The places of all hunks in git's diff of two contents. */
export function hunkPlaces(diff: string): HunkPlace[] {
  return [...diff.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)].map(
    ([, oldStart, oldLines = '1', newStart, newLines = '1']) => ({
      oldStart: Number(oldStart),
      oldLines: Number(oldLines),
      newStart: Number(newStart),
      newLines: Number(newLines),
    }),
  )
}

export function isSamePlace(a: HunkPlace, b: HunkPlace): boolean {
  return (
    a.oldStart === b.oldStart && a.oldLines === b.oldLines && a.newStart === b.newStart && a.newLines === b.newLines
  )
}

/** `after` with the lines of `before` at these hunks, byte by byte. The hunks are those of their diff. */
export function revertHunks(before: Buffer, after: Buffer, hunks: readonly HunkPlace[]): Buffer {
  const old = linesOf(before)
  const now = linesOf(after)
  // From the end, so that the places above stay right.
  for (const { oldStart, oldLines, newStart, newLines } of hunks.toSorted((a, b) => b.newStart - a.newStart)) {
    const from = firstIndex(oldStart, oldLines)
    now.splice(firstIndex(newStart, newLines), newLines, ...old.slice(from, from + oldLines))
  }
  return Buffer.concat(now)
}

/** A side without lines names the line before it. */
function firstIndex(start: number, lines: number): number {
  return lines === 0 ? start : start - 1
}

/** Each with its end of line, the last one perhaps without. */
function linesOf(content: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let start = 0; start < content.length;) {
    const end = content.indexOf(10, start)
    const next = end === -1 ? content.length : end + 1
    lines.push(content.subarray(start, next))
    start = next
  }
  return lines
}
