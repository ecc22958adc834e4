import type { ModelEffort, ModelOffer } from '#shared/domain/harness.ts'
import type { ModelApi } from '../../models/endpoints.ts'

/** What a model is good for among those of its time. */
export type ModelClass = 'genius' | 'responsive' | 'efficient'

export interface KnownModel {
  readonly api: ModelApi
  /** As the provider takes it. */
  readonly id: string
  readonly name: string
  readonly class: ModelClass
  /** Tokens. */
  readonly context: number
  readonly output: number
  readonly price: Price
  readonly efforts: readonly ModelEffort[]
}

/** US dollars for a million tokens, as the provider lists them for requests that are not very long. */
export interface Price {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  /** Where writing to the cache costs more than input. */
  readonly cacheWrite?: number
}

/** When these were read, from the list that the project models.dev keeps. Any other model can be named as well; its cost is then not known. */
export const catalogueDate = '2026-07-02'

const anthropicEfforts = ['low', 'medium', 'high', 'max'] as const
const openaiEfforts = ['low', 'medium', 'high'] as const
const googleEfforts = ['minimal', 'low', 'medium', 'high'] as const

/** Best first, also within a class. */
export const catalogue: readonly KnownModel[] = [
  {
    api: 'anthropic',
    id: 'claude-opus-4-8',
    name: 'Claude Opus 4.8',
    class: 'genius',
    context: 1_000_000,
    output: 128_000,
    price: { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
    efforts: anthropicEfforts,
  },
  {
    api: 'openai',
    id: 'gpt-5.5',
    name: 'GPT-5.5',
    class: 'genius',
    context: 1_050_000,
    output: 128_000,
    price: { input: 5, output: 30, cacheRead: 0.5 },
    efforts: openaiEfforts,
  },
  {
    api: 'google',
    id: 'gemini-3.1-pro-preview',
    name: 'Gemini 3.1 Pro',
    class: 'genius',
    context: 1_048_576,
    output: 65_536,
    price: { input: 2, output: 12, cacheRead: 0.2 },
    efforts: ['low', 'medium', 'high'],
  },
  {
    api: 'anthropic',
    id: 'claude-opus-4-7',
    name: 'Claude Opus 4.7',
    class: 'genius',
    context: 1_000_000,
    output: 128_000,
    price: { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
    efforts: anthropicEfforts,
  },
  {
    api: 'anthropic',
    id: 'claude-sonnet-5',
    name: 'Claude Sonnet 5',
    class: 'responsive',
    context: 1_000_000,
    output: 128_000,
    price: { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 },
    efforts: anthropicEfforts,
  },
  {
    api: 'openai',
    id: 'gpt-5.4',
    name: 'GPT-5.4',
    class: 'responsive',
    context: 1_050_000,
    output: 128_000,
    price: { input: 2.5, output: 15, cacheRead: 0.25 },
    efforts: openaiEfforts,
  },
  {
    api: 'google',
    id: 'gemini-3.5-flash',
    name: 'Gemini 3.5 Flash',
    class: 'responsive',
    context: 1_048_576,
    output: 65_536,
    price: { input: 1.5, output: 9, cacheRead: 0.15 },
    efforts: googleEfforts,
  },
  {
    api: 'openai',
    id: 'gpt-5.3-codex',
    name: 'GPT-5.3 Codex',
    class: 'responsive',
    context: 400_000,
    output: 128_000,
    price: { input: 1.75, output: 14, cacheRead: 0.175 },
    efforts: openaiEfforts,
  },
  {
    api: 'anthropic',
    id: 'claude-sonnet-4-6',
    name: 'Claude Sonnet 4.6',
    class: 'responsive',
    context: 1_000_000,
    output: 64_000,
    price: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
    efforts: anthropicEfforts,
  },
  {
    api: 'anthropic',
    id: 'claude-haiku-4-5',
    name: 'Claude Haiku 4.5',
    class: 'efficient',
    context: 200_000,
    output: 64_000,
    price: { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
    efforts: [],
  },
  {
    api: 'openai',
    id: 'gpt-5.4-mini',
    name: 'GPT-5.4 mini',
    class: 'efficient',
    context: 400_000,
    output: 128_000,
    price: { input: 0.75, output: 4.5, cacheRead: 0.075 },
    efforts: openaiEfforts,
  },
  {
    api: 'google',
    id: 'gemini-3.1-flash-lite',
    name: 'Gemini 3.1 Flash Lite',
    class: 'efficient',
    context: 1_048_576,
    output: 65_536,
    price: { input: 0.25, output: 1.5, cacheRead: 0.025 },
    efforts: googleEfforts,
  },
  {
    api: 'openai',
    id: 'gpt-5.4-nano',
    name: 'GPT-5.4 nano',
    class: 'efficient',
    context: 400_000,
    output: 128_000,
    price: { input: 0.2, output: 1.25, cacheRead: 0.02 },
    efforts: openaiEfforts,
  },
]

/** Which classes an automatic choice looks for, best first. `auto-open` looks for servers of one's own instead. */
export const autoChoices = {
  'auto-responsive': { name: 'Automatic: responsive', classes: ['responsive', 'genius', 'efficient'] },
  'auto-efficient': { name: 'Automatic: efficient', classes: ['efficient', 'responsive', 'genius'] },
  'auto-genius': { name: 'Automatic: genius', classes: ['genius', 'responsive', 'efficient'] },
  'auto-open': { name: 'Automatic: open weights', classes: [] },
} as const satisfies Record<string, { name: string; classes: readonly ModelClass[] }>

export type AutoChoice = keyof typeof autoChoices

export const firstChoice: AutoChoice = 'auto-responsive'

export function isAutoChoice(id: string): id is AutoChoice {
  return Object.hasOwn(autoChoices, id)
}

/** What can be chosen where the credentials are not known yet. */
export function catalogueOffers(): ModelOffer[] {
  return [
    ...Object.entries(autoChoices).map(([id, { name }]) => ({ id, name })),
    ...catalogue.map(({ api, id, name, efforts }) => ({
      id: `${api}/${id}`,
      name,
      ...(efforts.length === 0 ? {} : { efforts: [...efforts] }),
    })),
  ]
}
