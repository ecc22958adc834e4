import type { LanguageModelUsage } from 'ai'
import type { Price } from '../models/catalogue.ts'

/** Tokens of one turn, over all its requests. */
export interface Spent {
  inputTokens: number
  outputTokens: number
}

/** US dollars of one request; `undefined` where the price is not known. */
export function costOf(usage: LanguageModelUsage, price: Price | undefined): number | undefined {
  if (price === undefined) return undefined
  const { cacheReadTokens = 0, cacheWriteTokens = 0 } = usage.inputTokenDetails
  const plain = Math.max(0, (usage.inputTokens ?? 0) - cacheReadTokens - cacheWriteTokens)
  const dollars =
    plain * price.input +
    cacheReadTokens * price.cacheRead +
    cacheWriteTokens * (price.cacheWrite ?? price.input) +
    (usage.outputTokens ?? 0) * price.output
  return dollars / 1_000_000
}
