import { Plan } from '#shared/domain/plan.ts'
import type { PlanId } from '#shared/ids.ts'
import { keys } from '../keys.ts'
import { getRow, putRow, type WriteTransaction } from '../transaction.ts'

/** Somebody has to do with the plan: it is nothing that an agent left behind, and is kept. */
export async function touchPlan(tx: WriteTransaction, planId: PlanId): Promise<void> {
  const plan = await getRow(tx, keys.plan(planId), Plan)
  if (plan?.untouched !== undefined) await putRow(tx, keys.plan(planId), { ...plan, untouched: undefined })
}
