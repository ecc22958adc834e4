import type { ModelApi } from '../../models/endpoints.ts'
import type { HarnessContext } from '../declaration.ts'

/** OpenCode's own names for the providers, and how each of its libraries takes an address. */
const providers: readonly { id: string; api: ModelApi; path: string }[] = [
  { id: 'anthropic', api: 'anthropic', path: '/v1' },
  { id: 'openai', api: 'openai', path: '' },
  { id: 'google', api: 'google', path: '/v1beta' },
]

/**
 * OpenCode's configuration for the endpoints of a run, `undefined` where it has none. A model is `provider/name`; a name that OpenCode does not
 * know is declared, so that servers with models of their own can be used. For such an OpenAI-compatible server the provider `compatible`
 * speaks Chat Completions.
 */
export function openCodeProviders({ models, config }: HarnessContext): Record<string, unknown> | undefined {
  const found = providers.flatMap(({ id, api, path }) => {
    const endpoint = models.endpoint(api)
    if (endpoint === undefined) return []
    const options = { baseURL: `${endpoint.baseUrl}${path}`, apiKey: endpoint.token }
    return [{ id, options }]
  })
  if (found.length === 0) return undefined
  const openai = found.find(({ id }) => id === 'openai')
  const all = openai === undefined ? found : [...found, { ...openai, id: compatible, npm: '@ai-sdk/openai-compatible' }]
  const wanted = partsOf(config.model)
  return {
    ...(config.model === undefined ? {} : { model: config.model, small_model: config.model }),
    enabled_providers: all.map(({ id }) => id),
    provider: Object.fromEntries(
      all.map(({ id, ...provider }) => [
        id,
        { ...provider, ...(wanted?.provider === id ? { models: { [wanted.model]: {} } } : {}) },
      ]),
    ),
  }
}

const compatible = 'compatible'

function partsOf(model: string | undefined): { provider: string; model: string } | undefined {
  const at = model?.indexOf('/') ?? -1
  return model === undefined || at < 1 ? undefined : { provider: model.slice(0, at), model: model.slice(at + 1) }
}
