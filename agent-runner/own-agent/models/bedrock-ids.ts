import { catalogue, type KnownModel } from './catalogue.ts'

/** How Amazon Bedrock calls models of the catalogue, by the list in `@ai-sdk/amazon-bedrock`. */
const names: Readonly<Record<string, string>> = {
  'claude-opus-4-8': 'anthropic.claude-opus-4-8',
  'claude-opus-4-7': 'anthropic.claude-opus-4-7',
  'claude-sonnet-5': 'anthropic.claude-sonnet-5',
  'claude-sonnet-4-6': 'anthropic.claude-sonnet-4-6-v1',
  'claude-haiku-4-5': 'anthropic.claude-haiku-4-5-20251001-v1:0',
}

/**
 * What is to be asked for in a region: newer models are called by an inference profile alone, whose name begins with where requests may be worked on. In
 * Europe and the United States they stay there. `undefined`: it is not known there.
 */
export function bedrockId({ api, id }: KnownModel, region = ''): string | undefined {
  const name = api === 'anthropic' ? names[id] : undefined
  if (name === undefined) return undefined
  const part = /^(us-gov|us|eu)-/.exec(region)?.[1]
  return `${part ?? 'global'}.${name}`
}

/** The model of the catalogue behind a name of Bedrock, with a profile before it or without. */
export function onBedrock(wireId: string): KnownModel | undefined {
  return catalogue.find(({ api, id }) => {
    const name = api === 'anthropic' ? names[id] : undefined
    return name !== undefined && (wireId === name || wireId.endsWith(`.${name}`))
  })
}
