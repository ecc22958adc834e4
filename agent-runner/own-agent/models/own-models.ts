import { z } from 'zod'
import type { ModelEndpoint, OwnModel } from '../../models/endpoints.ts'

const List = z.object({ data: z.array(z.object({ id: z.string().min(1).max(200) })) })
const askMs = 3_000
/** How long a server that tells none is left alone. */
const againMs = 20_000

/**
 * What servers of one's own have: as their secrets say, else as they answer to OpenAI's `GET /models`, asked once. One that can't be
 * asked is asked again later.
 */
export function createOwnModels(now: () => number): (endpoint: ModelEndpoint) => Promise<readonly OwnModel[]> {
  const known = new Map<string, { at: number; models: Promise<readonly OwnModel[]> }>()

  return async (endpoint) => {
    const said = endpoint.own?.models ?? []
    if (said.length > 0 || endpoint.api !== 'openai') return said
    const before = known.get(endpoint.baseUrl)
    if (before !== undefined && ((await before.models).length > 0 || now() - before.at < againMs)) return before.models
    const models = ask(endpoint)
    known.set(endpoint.baseUrl, { at: now(), models })
    return models
  }
}

async function ask({ baseUrl, token }: ModelEndpoint): Promise<readonly OwnModel[]> {
  try {
    const response = await fetch(`${baseUrl}/models`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(askMs),
    })
    if (!response.ok) return []
    const list = List.safeParse(await response.json())
    return list.success ? list.data.data.slice(0, 100).map(({ id }) => ({ id })) : []
  } catch {
    // The first request to the model says what is wrong with it.
    return []
  }
}
