import { z } from 'zod'
import { BudgetScope, Budgets, noBudgets, personBudgetsLimit, withLimit } from '#shared/domain/budget.ts'
import { ModelPrice, ownPricesLimit } from '#shared/domain/model-prices.ts'
import { canManageTeam } from '#shared/domain/policies.ts'
import { BudgetUsd } from '#shared/domain/run.ts'
import { Member } from '#shared/domain/team.ts'
import { TeamPrices } from '#shared/domain/team-prices.ts'
import { refusal } from '#shared/refusal.ts'
import { err, ok } from '#shared/result.ts'
import { keys } from '../keys.ts'
import { defineMutator } from '../mutator.ts'
import { getRow, putRow } from '../transaction.ts'

export const SetBudgetArgs = z.object({ scope: BudgetScope, usd: BudgetUsd.nullable() })
export type SetBudgetArgs = z.infer<typeof SetBudgetArgs>

/** Sets a limit, or takes it away (`null`). Who did it stays written down. */
export const setBudget = defineMutator({
  name: 'setBudget',
  args: SetBudgetArgs,
  async run(tx, { scope, usd }, context) {
    if (!canManageTeam(context.role)) return err(refusal('not_allowed'))
    if (scope.kind === 'person' && scope.userId !== undefined) {
      const member = await getRow(tx, keys.member(scope.userId), Member)
      // Of somebody who has left, a limit can still be taken away.
      if (member === undefined && usd !== null) return err(refusal('not_found', 'person'))
    }
    const known = (await getRow(tx, keys.budgets, Budgets)) ?? noBudgets
    const next = withLimit(known, scope, usd ?? undefined, { by: context.userId, at: context.now })
    if ((next.people?.length ?? 0) > personBudgetsLimit)
      return err(refusal('too_many', `${personBudgetsLimit} people have a limit of their own already`))
    await putRow(tx, keys.budgets, next)
    return ok()
  },
})

export const SetModelPriceArgs = z.object({
  model: ModelPrice.shape.model,
  price: ModelPrice.omit({ model: true }).nullable(),
})
export type SetModelPriceArgs = z.infer<typeof SetModelPriceArgs>

/** A price of the team's own, from now on; `null`: what is published holds again. */
export const setModelPrice = defineMutator({
  name: 'setModelPrice',
  args: SetModelPriceArgs,
  async run(tx, { model, price }, context) {
    if (!canManageTeam(context.role)) return err(refusal('not_allowed'))
    const known = (await getRow(tx, keys.prices, TeamPrices))?.prices ?? []
    const others = known.filter((one) => one.model !== model)
    const prices = price === null ? others : [...others, { ...price, model }]
    if (prices.length > ownPricesLimit) return err(refusal('too_many', `${ownPricesLimit} prices are set already`))
    await putRow(tx, keys.prices, { prices, by: context.userId, at: context.now } satisfies TeamPrices)
    return ok()
  },
})
