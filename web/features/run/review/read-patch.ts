import type { HunkPlace } from '#shared/domain/review-change.ts'
import { hunkName } from '#shared/domain/review-marks.ts'
import type { DiffLine } from '../diff/parse.ts'

/** A part of a file's changes. */
export type Hunk = HunkPlace & {
  /** By its words, wherever it stands. */
  readonly name: string
  readonly lines: readonly DiffLine[]
}

/** Lines that are read before the page has its turn again. */
const slice = 4_000

/**
 * The hunks of git's diff of one file, a slice at a time: the library's parser holds the page up for a quarter of a second with
 * fifty thousand lines, on a phone for one. `undefined`: it can't be read as one.
 */
export async function readPatch(
  patch: string,
  pause: () => Promise<void>,
  isWanted: () => boolean = () => true,
): Promise<readonly Hunk[] | undefined> {
  const hunks: Hunk[] = []
  let open: { place: HunkPlace; lines: DiffLine[]; oldNumber: number; newNumber: number } | undefined
  let read = 0
  for (let start = 0; start < patch.length; read++) {
    if (read % slice === slice - 1) {
      await pause()
      if (!isWanted()) return undefined
    }
    const end = patch.indexOf('\n', start)
    const line = patch.slice(start, end === -1 ? patch.length : end)
    start = end === -1 ? patch.length : end + 1
    if (open === undefined) {
      if (!line.startsWith('@@')) continue
      const place = placeOf(line)
      if (place === undefined) return undefined
      open = {
        place,
        lines: [],
        oldNumber: firstOf(place.oldStart, place.oldLines),
        newNumber: firstOf(place.newStart, place.newLines),
      }
    } else if (!take(open, line)) return undefined
    const { place, oldNumber, newNumber, lines } = open
    if (
      oldNumber - firstOf(place.oldStart, place.oldLines) === place.oldLines &&
      newNumber - firstOf(place.newStart, place.newLines) === place.newLines
    ) {
      hunks.push({ ...place, name: hunkName(lines), lines })
      open = undefined
    }
  }
  return open === undefined ? hunks : undefined
}

/** @returns whether the line can stand there. */
function take(open: { lines: DiffLine[]; oldNumber: number; newNumber: number }, line: string): boolean {
  const text = line.slice(1)
  switch (line[0]) {
    case '+':
      open.lines.push({ kind: 'add', text, oldNumber: undefined, newNumber: open.newNumber++ })
      return true
    case '-':
      open.lines.push({ kind: 'del', text, oldNumber: open.oldNumber++, newNumber: undefined })
      return true
    case '\\':
      return true
    case ' ':
    case undefined:
      open.lines.push({ kind: 'same', text, oldNumber: open.oldNumber++, newNumber: open.newNumber++ })
      return true
    default:
      return false
  }
}

function placeOf(header: string): HunkPlace | undefined {
  const found = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(header)
  if (found === null) return undefined
  const [, oldStart, oldLines = '1', newStart, newLines = '1'] = found
  return {
    oldStart: Number(oldStart),
    oldLines: Number(oldLines),
    newStart: Number(newStart),
    newLines: Number(newLines),
  }
}

/** A side without lines names the line before it. */
function firstOf(start: number, lines: number): number {
  return lines === 0 ? start + 1 : start
}
