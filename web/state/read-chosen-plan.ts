import type { Node } from '@tiptap/pm/model'
import { Plan, PlanText } from '#shared/domain/plan.ts'
import type { Workspace } from '#sync/client/workspace.ts'
import { keys } from '#sync/core/keys.ts'
import { readBody } from '#sync/core/plan/body.ts'
import { planFacts } from '#sync/core/plan/facts.ts'
import { parsePlan, writePlan } from '#sync/core/plan/markdown.ts'
import { partOf } from '#sync/core/plan/scope.ts'
import { getRow } from '#sync/core/transaction.ts'
import type { PlanChoice, ReadChoice } from './plan-choice.ts'

export async function readChosenPlan(workspace: Workspace, { planId, scope }: PlanChoice): Promise<ReadChoice> {
  const [row, text] = await workspace.query(async (tx) => [
    await getRow(tx, keys.plan(planId), Plan),
    await getRow(tx, keys.planText(planId), PlanText),
  ])
  if (row === undefined) return { outcome: 'plan' }
  const node = (await bodyHere(workspace, planId)) ?? (text?.whole === true ? parsePlan(text.markdown) : undefined)
  if (node === undefined) return { outcome: 'text' }
  const part = partOf(node, scope)
  if (part === undefined) return { outcome: 'part' }
  const title = planFacts(node).title
  return {
    outcome: 'read',
    plan: {
      title: title === '' ? row.title : title,
      part: part.name,
      chosen: writePlan(part.node),
      markdown: writePlan(node),
      steps: { open: part.steps.filter(({ checked }) => !checked).length, total: part.steps.length },
    },
  }
}

/** The document, if this device has it. */
async function bodyHere(workspace: Workspace, planId: PlanChoice['planId']): Promise<Node | undefined> {
  const document = await workspace.openPlan(planId)
  try {
    let here = false
    document.subscribeState((state) => (here = state.here))()
    return here ? readBody(document.doc) : undefined
  } finally {
    document.close()
  }
}
