import { z } from 'zod'

/** US dollars for a million tokens. */
const Price = z.number().nonnegative().max(100_000)

/** What a model costs. */
export const ModelPrice = z.object({
  /** As the harness or the provider names it; a `*` at its end takes every name that begins so. */
  model: z.string().min(1).max(200),
  inputUsd: Price,
  outputUsd: Price,
  /** Of input that the provider had in its cache; absent: as other input. */
  cachedUsd: Price.optional(),
})
export type ModelPrice = z.infer<typeof ModelPrice>

/** Prices that a team may have of its own. */
export const ownPricesLimit = 200

/** The day on which the list below was last compared with what the providers publish. */
export const listPricesOf = '2026-10-09'

const million = 1_000_000
const price = (model: string, inputUsd: number, outputUsd: number, cachedUsd: number): ModelPrice => ({
  model,
  inputUsd,
  outputUsd,
  cachedUsd,
})

/**
 * Published prices for calls of the usual length, without batches and without reserved capacity. Where a model costs more above a length that agents
 * often reach, what it costs there, so that a budget is not overrun.
 */
export const listPrices: readonly ModelPrice[] = [
  price('claude-fable-5-1', 10, 50, 0.25),
  price('claude-fable-5', 10, 50, 1),
  price('claude-opus-5-5', 4, 20, 0.2),
  price('claude-opus-5', 5, 25, 0.5),
  price('claude-opus-4-8', 5, 25, 0.5),
  price('claude-opus-4-7', 5, 25, 0.5),
  price('claude-opus-4-6', 5, 25, 0.5),
  price('claude-opus-4-5', 5, 25, 0.5),
  price('claude-opus-4-1', 15, 75, 1.5),
  price('claude-opus-4', 15, 75, 1.5),
  price('claude-sonnet-5-5', 2, 10, 0.1),
  price('claude-sonnet-5', 2, 10, 0.2),
  price('claude-sonnet-4-6', 3, 15, 0.3),
  price('claude-sonnet-4-5', 3, 15, 0.3),
  price('claude-sonnet-4', 3, 15, 0.3),
  price('claude-3-7-sonnet', 3, 15, 0.3),
  // Above 100,000 tokens; a fifth of it below.
  price('claude-haiku-5-5', 0.5, 2.5, 0.05),
  price('claude-haiku-4-5', 1, 5, 0.1),
  price('claude-3-5-haiku', 0.8, 4, 0.08),
  price('gpt-6.1-sol', 2, 10, 0.1),
  price('gpt-6-sol', 2, 10, 0.2),
  price('gpt-6-astra', 10, 50, 1),
  price('gpt-6-luna', 0.1, 0.5, 0.01),
  price('gpt-5.6-sol', 4, 20, 0.4),
  price('gpt-5.6-terra', 2, 12, 0.2),
  price('gpt-5.6-luna', 0.2, 1.2, 0.02),
  price('gpt-5.5', 5, 30, 0.5),
  price('gpt-5.4', 2.5, 15, 0.25),
  price('gpt-5.4-mini', 0.75, 4.5, 0.075),
  price('gpt-5.4-nano', 0.2, 1.25, 0.02),
  price('gpt-5.3-codex', 1.75, 14, 0.175),
  price('gpt-5.2', 1.75, 14, 0.175),
  price('gpt-5.2-codex', 1.75, 14, 0.175),
  price('gpt-5.1', 1.25, 10, 0.125),
  price('gpt-5.1-codex', 1.25, 10, 0.125),
  price('gpt-5.1-codex-mini', 0.25, 2, 0.025),
  price('gpt-5', 1.25, 10, 0.125),
  price('gpt-5-codex', 1.25, 10, 0.125),
  price('gpt-5-mini', 0.25, 2, 0.025),
  price('gpt-5-nano', 0.05, 0.4, 0.005),
  price('gpt-4.1', 2, 8, 0.5),
  price('gpt-4.1-mini', 0.4, 1.6, 0.1),
  price('gpt-4.1-nano', 0.1, 0.4, 0.025),
  price('gpt-4o', 2.5, 10, 1.25),
  price('gpt-4o-mini', 0.15, 0.6, 0.075),
  price('o3', 2, 8, 0.5),
  price('o4-mini', 1.1, 4.4, 0.275),
  // Twice as much from 2027 on.
  price('gemini-3.8-flash', 0.75, 3.75, 0.075),
  price('gemini-3.7-flash', 0.75, 3.75, 0.075),
  price('gemini-3.6-flash', 0.75, 3.75, 0.075),
  price('gemini-3.5-flash', 1.5, 9, 0.15),
  price('gemini-3.5-flash-lite', 0.3, 2.5, 0.03),
  price('gemini-3.1-pro-preview', 2, 12, 0.2),
  price('gemini-3-flash-preview', 0.5, 3, 0.05),
  price('gemini-3-pro-preview', 2, 12, 0.2),
  price('gemini-2.5-pro', 1.25, 10, 0.125),
  price('gemini-2.5-flash', 0.3, 2.5, 0.03),
  price('gemini-2.5-flash-lite', 0.1, 0.4, 0.01),
]

/** What stands after a model's name where a provider names one build of it. */
const build = /^(?:[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|latest))?(?:-v\d+(?::\d+)?)?$/

/** The team's own price before the published one; `undefined` where neither knows the model. */
export function priceOf(model: string, own: readonly ModelPrice[] = []): ModelPrice | undefined {
  const asked = model.toLowerCase()
  const exact = own.find((one) => one.model.toLowerCase() === asked)
  if (exact !== undefined) return exact
  const open = own
    .filter((one) => one.model.endsWith('*') && asked.startsWith(one.model.slice(0, -1).toLowerCase()))
    .toSorted((a, b) => b.model.length - a.model.length)
  if (open[0] !== undefined) return open[0]
  // Gateways put the provider before the name: `anthropic/…`, `eu.anthropic.…`.
  const name = asked.slice(asked.lastIndexOf('/') + 1).replace(/^(?:[a-z]{2,6}\.)?anthropic\./, '')
  return listPrices.find((one) => name.startsWith(one.model) && build.test(name.slice(one.model.length)))
}

/** US dollars for these tokens. `inputTokens` are those that came from no cache. */
export function costOfTokens(
  tokens: { readonly inputTokens?: number; readonly outputTokens?: number; readonly cachedTokens?: number },
  { inputUsd, outputUsd, cachedUsd = inputUsd }: ModelPrice,
): number {
  const { inputTokens = 0, outputTokens = 0, cachedTokens = 0 } = tokens
  return (inputTokens * inputUsd + outputTokens * outputUsd + cachedTokens * cachedUsd) / million
}
