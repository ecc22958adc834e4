import { z } from 'zod'
import { costOfTokens, priceOf, type ModelPrice } from './model-prices.ts'

/** Below zero where it takes back what was told too early. */
const change = z.number().int().safe()

/**
 * What was used since it was last told, of one model. The numbers are added up and never replaced; an event is taken once, so nothing is
 * counted twice. `inputTokens` are those that came from no cache, `cachedTokens` those that did.
 */
export const Spent = z.object({
  /** Absent: the harness did not say. */
  model: z.string().min(1).max(200).optional(),
  /** `gateway`: counted where the calls went through; what the harness tells of the same calls is left out. */
  source: z.enum(['harness', 'gateway']),
  inputTokens: change.optional(),
  outputTokens: change.optional(),
  cachedTokens: change.optional(),
  /** As the harness told it; absent: it is worked out by the prices. */
  costUsd: z.number().optional(),
})
export type Spent = z.infer<typeof Spent>

const count = z.number().int().nonnegative()

/** What was used of one model. */
export const ModelUsage = z.object({
  /** Absent: the harness did not say. */
  model: z.string().max(200).optional(),
  inputTokens: count,
  outputTokens: count,
  cachedTokens: count,
  costUsd: z.number().nonnegative(),
  /** Tokens of which no price is known, so that the cost above lacks them. */
  unpricedTokens: count.optional(),
})
export type ModelUsage = z.infer<typeof ModelUsage>

/** Models that a run's row tells apart; what comes after them is put to the last. */
export const modelsLimit = 20

/** What one `Spent` adds, with its cost. */
export type Priced = {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedTokens: number
  readonly costUsd: number
  readonly unpricedTokens: number
}

/** The cost that was told with it, which may be nothing, else that by the prices. */
export function priced(spent: Spent, own: readonly ModelPrice[] = []): Priced {
  const { inputTokens = 0, outputTokens = 0, cachedTokens = 0 } = spent
  const tokens = { inputTokens, outputTokens, cachedTokens }
  if (spent.costUsd !== undefined) return { ...tokens, costUsd: spent.costUsd, unpricedTokens: 0 }
  const price = spent.model === undefined ? undefined : priceOf(spent.model, own)
  if (price === undefined) return { ...tokens, costUsd: 0, unpricedTokens: inputTokens + outputTokens + cachedTokens }
  return { ...tokens, costUsd: costOfTokens(tokens, price), unpricedTokens: 0 }
}

const least = (value: number): number => Math.max(0, value)
/** Sums of many small amounts, without the dust that binary fractions leave. */
export const roundUsd = (usd: number): number => Math.round(usd * 1e9) / 1e9

/** `models` with what `spent` adds. */
export function addToModels(
  models: readonly ModelUsage[],
  spent: Spent,
  own: readonly ModelPrice[] = [],
): readonly ModelUsage[] {
  const added = priced(spent, own)
  const found = models.findIndex(({ model }) => model === spent.model)
  const at = found === -1 && models.length >= modelsLimit ? models.length - 1 : found
  const known = models[at]
  const next: ModelUsage = {
    ...(known?.model === undefined
      ? known === undefined && spent.model !== undefined
        ? { model: spent.model }
        : {}
      : { model: known.model }),
    inputTokens: least((known?.inputTokens ?? 0) + added.inputTokens),
    outputTokens: least((known?.outputTokens ?? 0) + added.outputTokens),
    cachedTokens: least((known?.cachedTokens ?? 0) + added.cachedTokens),
    costUsd: roundUsd(least((known?.costUsd ?? 0) + added.costUsd)),
  }
  const unpriced = least((known?.unpricedTokens ?? 0) + added.unpricedTokens)
  const whole = unpriced === 0 ? next : { ...next, unpricedTokens: unpriced }
  return known === undefined ? [...models, whole] : models.with(at, whole)
}

export const costOfModels = (models: readonly ModelUsage[]): number =>
  roundUsd(models.reduce((sum, { costUsd }) => sum + costUsd, 0))

/** The sums over all models. */
export function sumOfModels(models: readonly ModelUsage[]): Omit<ModelUsage, 'model'> {
  const sum = (of: (one: ModelUsage) => number): number => models.reduce((all, one) => all + of(one), 0)
  const unpricedTokens = sum((one) => one.unpricedTokens ?? 0)
  return {
    inputTokens: sum((one) => one.inputTokens),
    outputTokens: sum((one) => one.outputTokens),
    cachedTokens: sum((one) => one.cachedTokens),
    costUsd: costOfModels(models),
    ...(unpricedTokens === 0 ? {} : { unpricedTokens }),
  }
}
