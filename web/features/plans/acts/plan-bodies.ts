import { PlanText } from '#shared/domain/plan.ts'
import type { PlanId } from '#shared/ids.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { readBody, writeBody } from '#sync/core/plan/body.ts'
import { parsePlan, writePlan } from '#sync/core/plan/markdown.ts'
import { getRow } from '#sync/core/transaction.ts'

/** Writes Markdown into a plan that was only just made. */
export async function fillPlan(workspace: Workspace, planId: PlanId, markdown: string): Promise<void> {
  const document = await workspace.openPlan(planId)
  try {
    writeBody(document.doc, parsePlan(markdown), 'import')
  } finally {
    document.close()
  }
}

/** A plan's text as Markdown, as this device has it; `undefined` where it has less than the whole. */
export async function textOfPlan(workspace: Workspace, planId: PlanId): Promise<string | undefined> {
  const document = await workspace.openPlan(planId)
  try {
    let here = false
    document.subscribeState((state) => (here = state.here))()
    if (here) return writePlan(readBody(document.doc))
  } finally {
    document.close()
  }
  const text = await workspace.query((tx) => getRow(tx, keys.planText(planId), PlanText))
  return text?.whole === true ? text.markdown : undefined
}
