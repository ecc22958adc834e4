import { z } from 'zod'
import type { RunSecret, SecretKind } from '#shared/domain/secret.ts'
import { modelApis, type ModelApi, type ModelEndpoint, type ModelGateway, type OwnModel } from './endpoints.ts'

const providers: Readonly<Record<ModelApi, { kind: SecretKind; baseUrl: string }>> = {
  anthropic: { kind: 'anthropic_key', baseUrl: 'https://api.anthropic.com' },
  openai: { kind: 'openai_key', baseUrl: 'https://api.openai.com/v1' },
  google: { kind: 'google_key', baseUrl: 'https://generativelanguage.googleapis.com' },
}

const OwnEndpoint = z.object({
  api: z.enum(['anthropic', 'openai', 'google']),
  baseUrl: z.url({ protocol: /^https?$/ }),
  key: z.string().optional(),
  models: z
    .array(
      z.union([
        z
          .string()
          .min(1)
          .transform((id): OwnModel => ({ id })),
        z
          .object({ id: z.string().min(1), context: z.number().int().positive().optional() })
          .transform(({ id, context }): OwnModel => (context === undefined ? { id } : { id, context })),
      ]),
    )
    .optional(),
})

/** Agents call the providers themselves, with the real keys. */
export function createPlainGateway(): ModelGateway {
  return {
    open: async ({ secrets: given }) => {
      let secrets = given
      return {
        endpoint: (api) => ownEndpoints(secrets).find((one) => one.api === api) ?? providerEndpoint(api, secrets),
        all: () => [...modelApis.flatMap((api) => providerEndpoint(api, secrets) ?? []), ...ownEndpoints(secrets)],
        renew: (next) => {
          secrets = next
        },
        close: () => {},
      }
    },
    close: async () => {},
  }
}

function ownEndpoints(secrets: readonly RunSecret[]): ModelEndpoint[] {
  return secrets.flatMap(({ kind, name, value }) => {
    const parsed = kind === 'model_endpoint' ? OwnEndpoint.safeParse(parseJson(value)) : undefined
    if (parsed?.success !== true) return []
    const { api, baseUrl, key, models = [] } = parsed.data
    return [{ api, baseUrl: baseUrl.replace(/\/+$/, ''), token: key ?? 'none', own: { name, models } }]
  })
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
