import type { PlanDocument } from '#sync/client/plans/plan-document.ts'
import { readBody } from '#sync/core/plan/body.ts'
import { writePlan } from '#sync/core/plan/markdown.ts'

export function markdownOf(document: PlanDocument): string {
  return writePlan(readBody(document.doc))
}
