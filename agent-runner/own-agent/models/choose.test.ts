import { describe, expect, test } from 'vitest'
import type { ModelEndpoint, OwnModel } from '../../models/endpoints.ts'
import { autoChoices, catalogue, catalogueOffers } from './catalogue.ts'
import { chooseModels } from './choose.ts'

const way = (api: ModelEndpoint['api']): ModelEndpoint => ({ api, baseUrl: 'http://x', token: 't' })
const own = (name: string, models: OwnModel[]): ModelEndpoint => ({ ...way('openai'), own: { name, models } })
const ollama = own('OLLAMA', [{ id: 'qwen', context: 32_000 }, { id: 'org/other' }])
const all = [way('anthropic'), way('openai'), way('google'), ollama]
const modelsOf = async (endpoint: ModelEndpoint): Promise<readonly OwnModel[]> => endpoint.own?.models ?? []

async function choose(id: string, ways: readonly ModelEndpoint[] = all): Promise<string[] | string> {
  const chosen = await chooseModels(id, ways, modelsOf)
  return chosen.ok ? chosen.value.map((one) => one.id) : chosen.error.text
}

describe('automatic choices', () => {
  test('take the best of their class among what is configured, and others to fall back to', async () => {
    expect(await choose('auto-genius')).toEqual([
      'anthropic/claude-opus-4-8',
      'openai/gpt-5.5',
      'google/gemini-3.1-pro-preview',
      'anthropic/claude-opus-4-7',
    ])
    expect((await choose('auto-efficient', [way('google')]))[0]).toBe('google/gemini-3.1-flash-lite')
    expect((await choose('auto-responsive', [way('openai'), ollama]))[0]).toBe('openai/gpt-5.4')
  })

  test('auto-open stays on servers of one’s own, and where there is nothing else every choice does', async () => {
    expect(await choose('auto-open')).toEqual(['endpoint/OLLAMA/qwen', 'endpoint/OLLAMA/org/other'])
    expect(await choose('auto-genius', [ollama])).toEqual(['endpoint/OLLAMA/qwen', 'endpoint/OLLAMA/org/other'])
    expect(await choose('auto-open', [way('openai')])).toContain('No model with open weights is configured')
  })
})

describe('Amazon Bedrock', () => {
  const bedrock = (region: string): ModelEndpoint => ({ ...way('bedrock'), region })

  test('has the models of the catalogue that it is known to have, by the profile of its region', async () => {
    expect(await choose('auto-efficient', [bedrock('eu-west-1')])).toEqual([
      'bedrock/eu.anthropic.claude-haiku-4-5-20251001-v1:0',
      'bedrock/eu.anthropic.claude-sonnet-5',
      'bedrock/eu.anthropic.claude-sonnet-4-6-v1',
      'bedrock/eu.anthropic.claude-opus-4-8',
    ])
    expect((await choose('auto-genius', [bedrock('ap-south-1')]))[0]).toBe('bedrock/global.anthropic.claude-opus-4-8')
    expect((await choose('auto-genius', [bedrock('us-east-1'), way('anthropic')]))[0]).toBe('anthropic/claude-opus-4-8')
  })

  test('takes any name that it is given, and knows what stands behind one of the catalogue', async () => {
    const ways = [bedrock('us-gov-west-1')]
    expect(await choose('bedrock/arn:aws:bedrock:eu-west-1:1:application-inference-profile/x', ways)).toEqual([
      'bedrock/arn:aws:bedrock:eu-west-1:1:application-inference-profile/x',
    ])
    const known = await chooseModels('bedrock/us.anthropic.claude-sonnet-5', ways, modelsOf)
    // Prices are those of a region.
    const first = known.ok ? known.value[0] : undefined
    expect(first).toMatchObject({ wireId: 'us.anthropic.claude-sonnet-5', context: 1_000_000, price: undefined })
    expect(await choose('bedrock/x', [way('openai')])).toContain('No key for Amazon Bedrock is configured')
  })
})

describe('a named model', () => {
  test('comes first, before comparable ones of any provider', async () => {
    expect(await choose('google/gemini-3.5-flash')).toEqual([
      'google/gemini-3.5-flash',
      'anthropic/claude-sonnet-5',
      'openai/gpt-5.4',
      'openai/gpt-5.3-codex',
    ])
    expect(await choose('claude-opus-9')).toEqual(['anthropic/claude-opus-9'])
  })

  test('of a server of one’s own has nobody in its place, by its name in any case', async () => {
    expect(await choose('endpoint/ollama')).toEqual(['endpoint/OLLAMA/qwen'])
    expect(await choose('endpoint/ollama/org/other')).toEqual(['endpoint/OLLAMA/org/other'])
    const chosen = await chooseModels('endpoint/ollama/qwen', all, modelsOf)
    expect(chosen).toMatchObject({ value: [{ wireId: 'qwen', context: 32_000 }] })
  })

  test('that can’t be had is told in words', async () => {
    expect(await choose('openai/gpt-5.4', [way('google')])).toContain('No key for OpenAI is configured')
    expect(await choose('endpoint/nowhere')).toContain('There is no model endpoint nowhere; there are: OLLAMA')
    expect(await choose('nonsense')).toContain('is no model')
    expect(await choose('auto-genius', [])).toContain('No model is configured')
    expect(await choose('endpoint/empty', [own('EMPTY', [])])).toContain('tells no models')
  })
})

test('the catalogue is one that offers can hold', () => {
  const ids = catalogueOffers().map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.slice(0, 4)).toEqual(Object.keys(autoChoices))
  expect(catalogue.filter(({ context, output }) => output >= context)).toEqual([])
})
