import { diffWordsWithSpace, parsePatch } from 'diff'

export type DiffLine = {
  readonly kind: 'same' | 'add' | 'del'
  readonly text: string
  readonly oldNumber: number | undefined
  readonly newNumber: number | undefined
  /** The parts of a changed line; absent: the whole line changed. */
  readonly parts?: readonly { readonly text: string; readonly changed: boolean }[]
}
export type DiffHunk = { readonly oldStart: number; readonly newStart: number; readonly lines: readonly DiffLine[] }

/** Lines above which words are not compared. */
const wordLimit = 400

/** The hunks of a unified diff of one file; `undefined` when it can't be read as one. */
export function parseHunks(patch: string): readonly DiffHunk[] | undefined {
  try {
    const files = parsePatch(patch)
    return files.flatMap((file) => file.hunks.map((hunk) => toHunk(hunk)))
  } catch {
    return undefined
  }
}

function toHunk(hunk: { oldStart: number; newStart: number; lines: string[] }): DiffHunk {
  const lines: DiffLine[] = []
  let oldNumber = hunk.oldStart
  let newNumber = hunk.newStart
  for (const line of hunk.lines) {
    const sign = line[0]
    const text = line.slice(1)
    if (sign === '+') lines.push({ kind: 'add', text, oldNumber: undefined, newNumber: newNumber++ })
    else if (sign === '-') lines.push({ kind: 'del', text, oldNumber: oldNumber++, newNumber: undefined })
    else if (sign !== '\\') lines.push({ kind: 'same', text, oldNumber: oldNumber++, newNumber: newNumber++ })
  }
  return {
    oldStart: hunk.oldStart,
    newStart: hunk.newStart,
    lines: lines.length <= wordLimit ? withWords(lines) : lines,
  }
}

/** Marks the changed words where as many lines were added as were taken away. */
function withWords(lines: readonly DiffLine[]): DiffLine[] {
  const marked = [...lines]
  let at = 0
  while (at < lines.length) {
    if (lines[at]?.kind !== 'del') {
      at++
      continue
    }
    const start = at
    while (lines[at]?.kind === 'del') at++
    const middle = at
    while (lines[at]?.kind === 'add') at++
    if (middle - start !== at - middle) continue
    for (let i = 0; i < middle - start; i++) {
      const before = lines[start + i]
      const after = lines[middle + i]
      if (before === undefined || after === undefined) continue
      const words = compareWords(before.text, after.text)
      if (words === undefined) continue
      marked[start + i] = { ...before, parts: words.before }
      marked[middle + i] = { ...after, parts: words.after }
    }
  }
  return marked
}

type Parts = NonNullable<DiffLine['parts']>

/** The words that two lines have in common, and those that they don't; `undefined`: they read better whole. */
export function compareWords(
  before: string,
  after: string,
): { readonly before: Parts; readonly after: Parts } | undefined {
  if (before.length > 500 || after.length > 500) return undefined
  const changes = diffWordsWithSpace(before, after)
  const same = changes
    .filter((change) => !change.added && !change.removed)
    .reduce((sum, change) => sum + change.value.trim().length, 0)
  // Lines with little in common read better whole.
  if (same < Math.max(before.trim().length, after.trim().length) * 0.4) return undefined
  return {
    before: changes
      .filter((change) => !change.added)
      .map((change) => ({ text: change.value, changed: change.removed })),
    after: changes.filter((change) => !change.removed).map((change) => ({ text: change.value, changed: change.added })),
  }
}

export type SideRow = { readonly left: DiffLine | undefined; readonly right: DiffLine | undefined }

/** The lines of a hunk in two columns: what was taken away beside what came. */
export function sideBySide(lines: readonly DiffLine[]): SideRow[] {
  const rows: SideRow[] = []
  let at = 0
  while (at < lines.length) {
    const line = lines[at]
    if (line === undefined) break
    if (line.kind === 'same') {
      rows.push({ left: line, right: line })
      at++
      continue
    }
    const dels: DiffLine[] = []
    const adds: DiffLine[] = []
    for (let next = lines[at]; next !== undefined && next.kind === 'del'; next = lines[++at]) dels.push(next)
    for (let next = lines[at]; next !== undefined && next.kind === 'add'; next = lines[++at]) adds.push(next)
    for (let i = 0; i < Math.max(dels.length, adds.length); i++) rows.push({ left: dels[i], right: adds[i] })
  }
  return rows
}
