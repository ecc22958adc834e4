import type { EntryBody, TranscriptEntry } from '#shared/domain/transcript.ts'
import { commandLine } from '#shared/domain/permission.ts'
import { hasEnded } from '#shared/domain/run.ts'
import type { EntryOf } from './entry-of.ts'
import { opensByItself } from './tool-target.ts'

/** What is drawn at one place of the list. `key` is stable while the row is; `n` is the place its link names. */
export type Row = {
  readonly key: string
  readonly first: number
  readonly last: number
  readonly gap: Gap
} & (
  | { readonly kind: 'entry'; readonly entry: TranscriptEntry }
  /** Steps of the set-up that follow each other. */
  | { readonly kind: 'setup'; readonly steps: readonly EntryOf<'step'>[] }
  /** A short edit and the short command after it, side by side where there is room. */
  | { readonly kind: 'pair'; readonly left: EntryOf<'tool'>; readonly right: EntryOf<'tool'> }
)

/**
 * Space above: a little between lines of one group, more between groups. The first row at hand has what it would most
 * likely have below another, so that it keeps its size when older ones are loaded above it.
 */
export type Gap = 'line' | 'block'

/**
 * The rows of a transcript. Entries that say nothing to a reader are left out: changes of state that other rows show
 * already. Rows whose content and gap did not change are the same objects as in `before`.
 */
export function toRows(
  entries: readonly TranscriptEntry[],
  before: readonly Row[] = [],
  pairs = false,
): readonly Row[] {
  const known = new Map(before.map((row) => [row.key, row]))
  const rows: Row[] = []
  let steps: EntryOf<'step'>[] = []
  const flush = (): void => {
    const [first] = steps
    const last = steps.at(-1)
    if (first === undefined || last === undefined) return
    const gap = gapBetween(rows.at(-1), 'block')
    rows.push(kept(known, { key: `setup-${first.id}`, kind: 'setup', steps, first: first.n, last: last.n, gap }))
    steps = []
  }
  for (const entry of entries) {
    if (isStep(entry)) {
      if (steps.length > 0 && steps[0]?.turn !== entry.turn) flush()
      steps.push(entry)
      continue
    }
    if (!isShown(entry.body)) continue
    flush()
    const above = rows.at(-1)
    if (
      pairs &&
      above?.kind === 'entry' &&
      isTool(above.entry) &&
      isTool(entry) &&
      arePair(above.entry.body, entry.body)
    ) {
      const left = above.entry
      rows[rows.length - 1] = kept(known, {
        key: left.id,
        kind: 'pair',
        left,
        right: entry,
        first: left.n,
        last: entry.n,
        gap: above.gap,
      })
      continue
    }
    if (above?.kind === 'entry' && isLeaveFor(entry.body, above.entry.body)) {
      rows.pop()
      push(entry)
      push(above.entry)
      continue
    }
    push(entry)
  }
  flush()
  return rows

  function push(entry: TranscriptEntry): void {
    const weight = isLine(entry.body) ? 'line' : 'block'
    const gap = gapBetween(rows.at(-1), weight)
    rows.push(kept(known, { key: entry.id, kind: 'entry', entry, first: entry.n, last: entry.n, gap }))
  }
}

/** One-line entries: they stand close together. */
export function isLine(body: EntryBody): boolean {
  return (
    body.kind === 'thought' ||
    body.kind === 'tool' ||
    body.kind === 'tasks' ||
    body.kind === 'permission' ||
    body.kind === 'artifact' ||
    body.kind === 'state'
  )
}

export function isShown(body: EntryBody): boolean {
  if (body.kind === 'state') return hasEnded(body.state) || (body.reason !== undefined && body.state !== 'BLOCKED')
  // A question that is open is shown by its card.
  if (body.kind === 'permission') return body.outcome !== undefined
  return true
}

/** The row that shows entry `n`: its own, or the one that stands for a left-out entry before it. */
export function rowIndexOf(rows: readonly Row[], n: number): number {
  const own = rows.findIndex((row) => row.first <= n && row.last >= n)
  if (own !== -1) return own
  const at = rows.findIndex((row) => row.last >= n)
  return at === -1 ? rows.length - 1 : at
}

/** Words that only hands hear: what a screen reader is told of text that streams. Sentences that ended since `from`. */
export function finishedSentences(text: string, from: number): { readonly text: string; readonly to: number } {
  const fresh = text.slice(from)
  let end = 0
  for (const match of fresh.matchAll(/[.!?…:](?=\s)|\n/g)) end = match.index + match[0].length
  return { text: fresh.slice(0, end).trim(), to: from + end }
}

function isStep(entry: TranscriptEntry): entry is TranscriptEntry & EntryOf<'step'> {
  return entry.body.kind === 'step'
}

function isTool(entry: TranscriptEntry): entry is TranscriptEntry & EntryOf<'tool'> {
  return entry.body.kind === 'tool'
}

/** Leave is asked for after the call is announced, but what it allowed ran after it: it is read above the output. */
function isLeaveFor(body: EntryBody, tool: EntryBody): boolean {
  return (
    body.kind === 'permission' &&
    tool.kind === 'tool' &&
    tool.command !== undefined &&
    commandLine(tool.command) === body.line
  )
}

function arePair(left: EntryOf<'tool'>['body'], right: EntryOf<'tool'>['body']): boolean {
  return (
    left.toolKind === 'edit' &&
    right.toolKind === 'execute' &&
    left.status === 'completed' &&
    right.status === 'completed' &&
    opensByItself(left, true) &&
    opensByItself(right, true)
  )
}

function gapBetween(above: Row | undefined, weight: 'line' | 'block'): Gap {
  if (above === undefined) return weight
  return weight === 'line' && (above.kind === 'pair' || (above.kind === 'entry' && isLine(above.entry.body)))
    ? 'line'
    : 'block'
}

function kept(known: ReadonlyMap<string, Row>, row: Row): Row {
  const old = known.get(row.key)
  if (old === undefined || old.gap !== row.gap || old.kind !== row.kind) return row
  if (old.kind === 'entry' && row.kind === 'entry') return old.entry === row.entry ? old : row
  if (old.kind === 'pair' && row.kind === 'pair') return old.left === row.left && old.right === row.right ? old : row
  if (old.kind === 'setup' && row.kind === 'setup')
    return old.steps.length === row.steps.length && old.steps.every((step, index) => step === row.steps[index])
      ? old
      : row
  return row
}
