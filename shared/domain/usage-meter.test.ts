import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addToModels, sumOfModels, type ModelUsage, type Spent } from './cost.ts'
import { UsageMeter, emptyMeter, readGateway, readHarness, startPrompt, type Metered } from './usage-meter.ts'

const model = 'claude-sonnet-4-5'
const tokens = fc.record({
  inputTokens: fc.nat(100_000),
  outputTokens: fc.nat(20_000),
  cachedTokens: fc.nat(100_000),
})

/** What a runner does: every step's state may be read back from what was sent. */
function follow(steps: readonly ((meter: UsageMeter) => Metered)[]): {
  meter: UsageMeter
  models: readonly ModelUsage[]
} {
  let meter: UsageMeter = emptyMeter
  let models: readonly ModelUsage[] = []
  for (const step of steps) {
    const next = step(meter)
    meter = UsageMeter.parse(JSON.parse(JSON.stringify(next.meter)))
    for (const spent of next.spent) models = addToModels(models, spent)
  }
  return { meter, models }
}

const begin = (meter: UsageMeter): Metered => ({ meter: startPrompt(meter), spent: [] })

describe('usage', () => {
  test('of a counter that is a sum over its session is never counted twice, over repeats and new sessions', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(1_000_000), { maxLength: 8 }), { maxLength: 6 }), (sessions) => {
        const sums = sessions.map((added) =>
          added.map((_, at) => added.slice(0, at + 1).reduce((a, b) => a + b, 0) / 1e6),
        )
        const steps = sums.flatMap((readings, at) =>
          readings.flatMap((costUsd) => {
            const step = (meter: UsageMeter): Metered => readHarness(meter, { session: `s${at}`, model, costUsd })
            return [step, step]
          }),
        )
        const expected = sums.reduce((all, readings) => all + (readings.at(-1) ?? 0), 0)
        expect(sumOfModels(follow(steps).models).costUsd).toBeCloseTo(expected, 6)
      }),
    )
  })

  test('of tokens is the same whether they are told for each prompt or as sums', () => {
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 10 }), (prompts) => {
        const sum = (at: number, key: 'inputTokens' | 'outputTokens' | 'cachedTokens') =>
          prompts.slice(0, at + 1).reduce((all, one) => all + one[key], 0)
        const each = prompts.flatMap((one) => [
          begin,
          (meter: UsageMeter) => readHarness(meter, { session: 's', model, tokens: one, counts: 'prompt' }),
        ])
        const sums = prompts.flatMap((_, at) => [
          begin,
          (meter: UsageMeter) =>
            readHarness(meter, {
              session: 's',
              model,
              counts: 'session',
              tokens: {
                inputTokens: sum(at, 'inputTokens'),
                outputTokens: sum(at, 'outputTokens'),
                cachedTokens: sum(at, 'cachedTokens'),
              },
            }),
        ])
        expect(follow(sums).models).toEqual(follow(each).models)
      }),
    )
  })

  test('is the gateway’s alone in a prompt where it counted, whenever it began, and the harness’ in the others', () => {
    const told = fc.record({ at: fc.nat(5), costUsd: fc.option(fc.nat(1000)), tokens: fc.option(tokens) })
    const prompt = fc.record({ harness: fc.array(told, { maxLength: 5 }), gateway: fc.array(tokens, { maxLength: 4 }) })
    fc.assert(
      fc.property(fc.array(prompt, { maxLength: 5 }), fc.boolean(), (prompts, tellsCost) => {
        let sum = 0
        const expected = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
        const steps = prompts.flatMap(({ harness, gateway }) => {
          const counted = gateway.some((one) => one.inputTokens + one.outputTokens + one.cachedTokens > 0)
          for (const one of counted ? gateway : harness.flatMap((each) => each.tokens ?? []))
            for (const key of ['inputTokens', 'outputTokens', 'cachedTokens'] as const) expected[key] += one[key]
          const readings = harness.map((one) => {
            const more = tellsCost && one.costUsd !== null ? (sum += one.costUsd / 1e4) : undefined
            return (meter: UsageMeter) =>
              readHarness(meter, { session: 's', model, costUsd: more, tokens: one.tokens ?? undefined })
          })
          const calls = (counted ? gateway : []).map(
            (one) => (meter: UsageMeter) => readGateway(meter, { model: 'own/model', ...one }, model),
          )
          const at = harness[0]?.at ?? 0
          return [begin, ...readings.slice(0, at), ...calls, ...readings.slice(at)]
        })
        const all = sumOfModels(follow(steps).models)
        expect({ ...all, costUsd: 0, unpricedTokens: 0 }).toEqual({ ...expected, costUsd: 0, unpricedTokens: 0 })
      }),
    )
  })

  test('is priced once where a harness tells tokens first and the cost of its session after', () => {
    const { models } = follow([
      begin,
      (meter) => readHarness(meter, { session: 's', model, tokens: { inputTokens: 1_000_000 } }),
      (meter) => readHarness(meter, { session: 's', model, costUsd: 2.5 }),
      (meter) => readHarness(meter, { session: 's', model, tokens: { inputTokens: 10 }, costUsd: 2.6 }),
    ])
    expect(models).toEqual([{ model, inputTokens: 1_000_010, outputTokens: 0, cachedTokens: 0, costUsd: 2.6 }])
  })

  test('of a model without a price is told as such', () => {
    const spent: Spent = { source: 'gateway', model: 'my-own', inputTokens: 700, outputTokens: 50 }
    expect(addToModels([], spent)).toEqual([
      { model: 'my-own', inputTokens: 700, outputTokens: 50, cachedTokens: 0, costUsd: 0, unpricedTokens: 750 },
    ])
    const own = [{ model: 'my-*', inputUsd: 10, outputUsd: 20 }]
    expect(addToModels([], spent, own)[0]).toMatchObject({ costUsd: 0.008 })
  })
})
