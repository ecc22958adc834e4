import { Plan } from '#shared/domain/plan.ts'
import { PlanId } from '#shared/ids.ts'
import { keys } from '#sync/core/keys.ts'
import type { ReadTransaction } from '#sync/core/transaction.ts'
import type { RowsChange } from '../rows-feed.ts'

/** Of a plan's row, what a device needs to know which documents to have. */
const PlanFacts = Plan.pick({ id: true, title: true, updatedAt: true, archivedAt: true, words: true })
export type PlanFacts = Pick<Plan, 'id' | 'title' | 'updatedAt' | 'archivedAt' | 'words'>

export type PlanRowsDeps = {
  readonly feed: (prefix: string, onChange: (change: RowsChange) => void) => () => void
  readonly query: <T>(query: (tx: ReadTransaction) => Promise<T>) => Promise<T>
}

/** The plans of the team as this device knows them; calls back when they have changed. */
export function followPlanRows(deps: PlanRowsDeps, onChange: (changed: readonly PlanId[]) => void) {
  const facts = new Map<PlanId, PlanFacts>()
  const stop = deps.feed(keys.plans, ({ puts, dels }) => {
    const changed: PlanId[] = []
    for (const [, value] of puts) {
      const row = PlanFacts.safeParse(value)
      if (!row.success) continue
      facts.set(row.data.id, row.data)
      changed.push(row.data.id)
    }
    for (const key of dels) {
      const planId = PlanId.safeParse(key.slice(keys.plans.length))
      if (!planId.success) continue
      facts.delete(planId.data)
      changed.push(planId.data)
    }
    onChange(changed)
  })
  return {
    facts,
    /** There is no such plan any more, for this person: the server has told everything, and it was not among it. Read at one moment, so a first answer can't come in between. */
    isGone: (planId: PlanId): Promise<boolean> =>
      deps.query(
        async (tx) =>
          (await tx.get(keys.cookie)) !== undefined &&
          (await tx.get(keys.team)) !== undefined &&
          (await tx.get(keys.plan(planId))) === undefined,
      ),
    stop,
  }
}

export type PlanRows = ReturnType<typeof followPlanRows>
