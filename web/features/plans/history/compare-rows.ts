import type { BlockChange } from '#sync/core/plan/compare.ts'

/** What a comparison shows: changes with a block around them, and what is alike folded away. `at`: where a fold begins, to open it. */
export type CompareRow =
  | { readonly kind: 'change'; readonly change: BlockChange }
  | { readonly kind: 'same'; readonly change: BlockChange }
  | { readonly kind: 'folded'; readonly at: number; readonly count: number }

/** Unchanged blocks shown beside a change. */
const around = 1

export function toRows(changes: readonly BlockChange[], open: ReadonlySet<number>): CompareRow[] {
  const rows: CompareRow[] = []
  for (let index = 0; index < changes.length;) {
    const change = changes[index]
    if (change === undefined) break
    if (change.kind !== 'same') {
      rows.push({ kind: 'change', change })
      index++
      continue
    }
    let end = index
    while (changes[end]?.kind === 'same') end++
    const from = index === 0 ? index : index + around
    const until = end === changes.length ? end : end - around
    for (const [offset, one] of changes.slice(index, end).entries()) {
      const at = index + offset
      // One alone takes no more room than what would stand for it.
      const isFolded = at >= from && at < until && until - from > 1 && !open.has(from)
      if (!isFolded) rows.push({ kind: 'same', change: one })
      else if (at === from) rows.push({ kind: 'folded', at, count: until - from })
    }
    index = end
  }
  return rows
}

/** The text of a block as it is now, or was last. */
export function textOf(change: BlockChange): string {
  return change.kind === 'removed' ? change.before.text : change.after.text
}
