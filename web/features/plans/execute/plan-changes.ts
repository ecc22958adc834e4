import { structuredPatch } from 'diff'
import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { readBody } from '#sync/core/plan/body.ts'
import { writePlan } from '#sync/core/plan/markdown.ts'

export function markdownOf(document: PlanDocument): string {
  return writePlan(readBody(document.doc))
}

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
