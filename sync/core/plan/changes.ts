import { structuredPatch } from 'diff'

/** Ticks come from the runs themselves, and are no change of what is to be done. */
export function isSamePlan(before: string, now: string): boolean {
  return withoutTicks(before) === withoutTicks(now)
}

function withoutTicks(markdown: string): string {
  return markdown.replace(/^(\s*(?:[-*+]|\d{1,9}[.)]) )\[[xX]\] /gm, '$1[ ] ')
}

/** What is another in it, as the body of a unified diff. */
export function changesBetween(before: string, now: string): string {
  const { hunks } = structuredPatch('plan', 'plan', before, now, undefined, undefined, { context: 2 })
  return hunks
    .map(({ oldStart, oldLines, newStart, newLines, lines }) =>
      [
        `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
        ...lines.filter((line) => !line.startsWith('\\')),
      ].join('\n'),
    )
    .join('\n')
}

/** The changes as far as they fit, with a line that says what is missing. */
export function cutChanges(changes: string, units: number): string {
  if (changes.length <= units) return changes
  const end = changes.lastIndexOf('\n', units - cutRoom)
  const kept = changes.slice(0, Math.max(0, end))
  const left = changes.slice(kept.length).split('\n').length - 1
  return `${kept}\n… ${left} more lines have changed. Read the plan itself.`
}

const cutRoom = 100
