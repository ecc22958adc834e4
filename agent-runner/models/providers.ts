import { z } from 'zod'
import type { RunSecret, SecretKind } from '#shared/domain/secret.ts'
import { BedrockAccessKey, BedrockKey } from '#shared/domain/secret-value.ts'
import { modelApis, type ModelApi, type OwnModel } from './endpoints.ts'

/** Where requests of one wire go, and with which key. */
export interface Upstream {
  readonly api: ModelApi
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly key: string | undefined
  /** Those that it is said to have; empty: whatever it is asked for. */
  readonly models: readonly OwnModel[]
  /** Of Amazon Bedrock. Without `key`, requests are signed by these. */
  readonly aws?: { readonly region: string; readonly pair?: AwsPair }
  /** The secret of a server of one's own, that speaks as the provider does; `undefined`: the provider itself. */
  readonly own: string | undefined
}

/** An access key of Amazon's cloud. */
export interface AwsPair {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

interface Provider {
  readonly name: string
  readonly kinds: readonly SecretKind[]
  readonly baseUrl: string
  /** What its base address has behind the host, as its libraries take it. */
  readonly prefix: string
}

export const providers: Readonly<Record<ModelApi, Provider>> = {
  anthropic: { name: 'Anthropic', kinds: ['anthropic_key'], baseUrl: 'https://api.anthropic.com', prefix: '' },
  openai: { name: 'OpenAI', kinds: ['openai_key'], baseUrl: 'https://api.openai.com/v1', prefix: '/v1' },
  google: { name: 'Google', kinds: ['google_key'], baseUrl: 'https://generativelanguage.googleapis.com', prefix: '' },
  // Its address names the region.
  bedrock: { name: 'Amazon Bedrock', kinds: ['bedrock_key', 'bedrock_access_key'], baseUrl: '', prefix: '' },
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
          .max(200)
          .transform((id): OwnModel => ({ id })),
        z
          .object({ id: z.string().min(1).max(200), context: z.number().int().positive().optional() })
          .transform(({ id, context }): OwnModel => ({ id, ...(context === undefined ? {} : { context }) })),
      ]),
    )
    .max(200)
    .optional(),
})

/** Best first: a server that somebody put in is meant to be used, also where the provider's own key is there. */
export function upstreamsOf(secrets: readonly RunSecret[]): Upstream[] {
  const own = secrets.flatMap((secret): Upstream[] => {
    const parsed = secret.kind === 'model_endpoint' ? OwnEndpoint.safeParse(parseJson(secret.value)) : undefined
    if (parsed?.success !== true) return []
    const { api, key, models = [] } = parsed.data
    const address = new URL(parsed.data.baseUrl)
    // Names and passwords in an address are nothing that a request may carry; `key` is for that.
    const baseUrl = `${address.origin}${address.pathname}`.replace(/\/+$/, '')
    return [{ api, baseUrl, key: key === '' ? undefined : key, models, own: secret.name }]
  })
  const ofProviders = modelApis.flatMap((api): Upstream[] => {
    if (api === 'bedrock') return bedrockOf(secrets).slice(0, 1)
    const { kinds, baseUrl } = providers[api]
    const given = secrets.find(({ kind }) => kinds.includes(kind))
    return given === undefined ? [] : [{ api, baseUrl, key: given.value.trim(), models: [], own: undefined }]
  })
  return [...own, ...ofProviders]
}

/** An API key goes before an access key: it is meant for nothing else. */
function bedrockOf(secrets: readonly RunSecret[]): Upstream[] {
  const at = ({ region, baseUrl }: { region: string; baseUrl?: string | undefined }) => ({
    api: 'bedrock' as const,
    baseUrl: (baseUrl ?? `https://bedrock-runtime.${region}.amazonaws.com`).replace(/\/+$/, ''),
    models: [],
    own: undefined,
  })
  const keys = secrets.flatMap((secret): Upstream[] => {
    const read = secret.kind === 'bedrock_key' ? BedrockKey.safeParse(parseJson(secret.value)).data : undefined
    return read === undefined ? [] : [{ ...at(read), key: read.key, aws: { region: read.region } }]
  })
  const pairs = secrets.flatMap((secret): Upstream[] => {
    const given = secret.kind === 'bedrock_access_key' ? secret.value : ''
    const read = BedrockAccessKey.safeParse(parseJson(given)).data
    if (read === undefined) return []
    const { accessKeyId, secretAccessKey, sessionToken, region } = read
    // Of these only the token goes out, so only that could come back.
    return [{ ...at(read), key: sessionToken, aws: { region, pair: { accessKeyId, secretAccessKey, sessionToken } } }]
  })
  return [...keys, ...pairs]
}

/** Which of them takes a request for this model, and what it calls it: a server that lists models is asked for one of those. */
export function routeModel(
  upstreams: readonly Upstream[],
  asked: string | undefined,
): { upstream: Upstream; model: string | undefined } | undefined {
  const [first] = upstreams
  if (first === undefined) return undefined
  if (asked === undefined) return { upstream: first, model: undefined }
  const listing = upstreams.find(({ models }) => models.some(({ id }) => id === asked))
  if (listing !== undefined) return { upstream: listing, model: asked }
  return { upstream: first, model: first.models[0]?.id ?? asked }
}

/** The headers by which each wire knows who asks. */
export function keyHeaders({ api, key, own, baseUrl, aws }: Upstream): Record<string, string> {
  // Those are signed: see `sign-aws.ts`.
  if (key === undefined || aws?.pair !== undefined) return {}
  const bearer = { authorization: `Bearer ${key}` }
  switch (api) {
    case 'anthropic':
      // A token of a sign-in goes as such; servers that only speak as Anthropic does look here or there.
      if (key.startsWith('sk-ant-oat')) return bearer
      return own !== undefined ? { 'x-api-key': key, ...bearer } : { 'x-api-key': key }
    case 'openai':
      return new URL(baseUrl).hostname.endsWith('.azure.com') ? { 'api-key': key } : bearer
    case 'google':
      return { 'x-goog-api-key': key }
    case 'bedrock':
      return bearer
  }
}

/** An answer of our own as the provider would give it, so that the agent shows its sentence. */
export function errorBody(api: ModelApi, status: number, text: string): string {
  switch (api) {
    case 'anthropic':
      return JSON.stringify({ type: 'error', error: { type: anthropicTypes[status] ?? 'api_error', message: text } })
    case 'openai':
      return JSON.stringify({
        error: { message: text, type: openAiTypes[status] ?? 'server_error', param: null, code: codes[status] ?? null },
      })
    case 'google':
      return JSON.stringify({ error: { code: status, message: text, status: googleStatuses[status] ?? 'UNAVAILABLE' } })
    case 'bedrock':
      return JSON.stringify({ message: text })
  }
}

const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
}
const openAiTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'invalid_request_error',
  403: 'invalid_request_error',
  404: 'invalid_request_error',
  413: 'invalid_request_error',
  429: 'requests',
}
const codes: Readonly<Record<number, string>> = { 401: 'invalid_api_key', 429: 'rate_limit_exceeded' }
const googleStatuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  413: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  504: 'DEADLINE_EXCEEDED',
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
