import { z } from 'zod'
import type { RunSecret, SecretKind } from '#shared/domain/secret.ts'
import type { ModelApi, ModelEndpoint, ModelGateway } from './endpoints.ts'

const providers: Readonly<Record<ModelApi, { kind: SecretKind; baseUrl: string }>> = {
  anthropic: { kind: 'anthropic_key', baseUrl: 'https://api.anthropic.com' },
  openai: { kind: 'openai_key', baseUrl: 'https://api.openai.com/v1' },
  google: { kind: 'google_key', baseUrl: 'https://generativelanguage.googleapis.com' },
}

const OwnEndpoint = z.object({
  api: z.enum(['anthropic', 'openai', 'google']),
  baseUrl: z.url({ protocol: /^https?$/ }),
  key: z.string().optional(),
})

/** Agents call the providers themselves, with the real keys. */
export function createPlainGateway(): ModelGateway {
  return {
    open: async ({ secrets: given }) => {
      let secrets = given
      return {
        endpoint: (api) => ownEndpoint(api, secrets) ?? providerEndpoint(api, secrets),
        renew: (next) => {
          secrets = next
        },
        close: () => {},
      }
    },
    close: async () => {},
  }
}

function ownEndpoint(api: ModelApi, secrets: readonly RunSecret[]): ModelEndpoint | undefined {
  for (const { value } of secrets.filter(({ kind }) => kind === 'model_endpoint')) {
    const parsed = OwnEndpoint.safeParse(parseJson(value))
    if (parsed.success && parsed.data.api === api)
      return { api, baseUrl: parsed.data.baseUrl.replace(/\/+$/, ''), token: parsed.data.key ?? 'none' }
  }
  return undefined
}

function providerEndpoint(api: ModelApi, secrets: readonly RunSecret[]): ModelEndpoint | undefined {
  const { kind, baseUrl } = providers[api]
  const key = secrets.find((secret) => secret.kind === kind)
  return key === undefined ? undefined : { api, baseUrl, token: key.value }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
