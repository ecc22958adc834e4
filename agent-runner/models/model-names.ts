import type { ModelApi } from './endpoints.ts'

interface Asked {
  readonly model: string | undefined
  /** The same request for another model. */
  rename(model: string): { path: string; body: Buffer | undefined }
}

/** The model that a request names: Google's and Amazon's wires have it in the path, the others in the body. */
export function withModel({ api, path, body }: { api: ModelApi; path: string; body: Buffer | undefined }): Asked {
  if (api === 'bedrock') return { model: bedrockModel(path), rename: () => ({ path, body }) }
  return api === 'google' ? inPath(path, body) : inBody(path, body)
}

/** `/model/<id>/converse-stream`; the id may be a whole ARN. */
export function bedrockModel(path: string): string | undefined {
  const name = /^\/model\/([^/?]+)\//.exec(path)?.[1]
  try {
    return name === undefined ? undefined : decodeURIComponent(name)
  } catch {
    return undefined
  }
}

function inPath(path: string, body: Buffer | undefined): Asked {
  const [, before = '', model, after = ''] = /^([^?]*\/models\/)([^:/?]+)([:/?].*)?$/.exec(path) ?? []
  return {
    model: model === undefined ? undefined : decodeURIComponent(model),
    rename: (to) => ({ path: `${before}${encodeURIComponent(to)}${after}`, body }),
  }
}

function inBody(path: string, body: Buffer | undefined): Asked {
  const given = body === undefined ? undefined : objectOf(body)
  const model = given?.['model']
  return {
    model: typeof model === 'string' ? model : undefined,
    rename: (to) => ({ path, body: given === undefined ? body : Buffer.from(JSON.stringify({ ...given, model: to })) }),
  }
}

function objectOf(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    // Its provider says what is wrong with it.
    return undefined
  }
}
