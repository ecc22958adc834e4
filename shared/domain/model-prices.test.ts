import { expect, test } from 'vitest'
import { costOfTokens, listPrices, priceOf } from './model-prices.ts'

test.each([
  ['claude-sonnet-4-5', 'claude-sonnet-4-5'],
  ['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5'],
  ['anthropic/claude-opus-4-1', 'claude-opus-4-1'],
  ['eu.anthropic.claude-haiku-4-5-20251001-v1:0', 'claude-haiku-4-5'],
  ['gpt-5-2025-08-07', 'gpt-5'],
  ['models/gemini-2.5-pro', 'gemini-2.5-pro'],
])('%s has the price of %s', (asked, listed) => {
  expect(priceOf(asked)).toEqual(listPrices.find(({ model }) => model === listed))
})

test('a name that only begins like a listed one has no price', () => {
  expect(priceOf('gpt-5-pro')).toBeUndefined()
  expect(priceOf('my-model')).toBeUndefined()
})

test('a team’s own price comes first, and the longest pattern of several', () => {
  const own = [
    { model: 'GPT-5', inputUsd: 1, outputUsd: 2 },
    { model: 'local/*', inputUsd: 0, outputUsd: 0 },
    { model: 'local/big*', inputUsd: 3, outputUsd: 4 },
  ]
  expect(priceOf('gpt-5', own)).toBe(own[0])
  expect(priceOf('local/small', own)).toBe(own[1])
  expect(priceOf('local/big-7b', own)).toBe(own[2])
})

test('input from a cache costs what it costs there, or as other input', () => {
  const tokens = { inputTokens: 1_000_000, outputTokens: 100_000, cachedTokens: 2_000_000 }
  expect(costOfTokens(tokens, { model: 'm', inputUsd: 3, outputUsd: 15, cachedUsd: 0.3 })).toBeCloseTo(5.1)
  expect(costOfTokens(tokens, { model: 'm', inputUsd: 3, outputUsd: 15 })).toBeCloseTo(10.5)
})
