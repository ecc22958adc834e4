import { z } from 'zod'
import type { ModelEndpoint, OwnModel } from '../../models/endpoints.ts'

const List = z.object({ data: z.array(z.object({ id: z.string().min(1).max(200) })) })
const askMs = 5_000

/**
 * What servers of one's own have: as their secrets say, else as they answer to OpenAI's `GET /models`, asked once. One that can't be
 * asked is asked again the next time.
 */
export function createOwnModels(): (endpoint: ModelEndpoint) => Promise<readonly OwnModel[]> {
  const known = new Map<string, readonly OwnModel[]>()

  return async (endpoint) => {
    const said = endpoint.own?.models ?? []
    if (said.length > 0 || endpoint.api !== 'openai') return said
    const asked = known.get(endpoint.baseUrl) ?? (await ask(endpoint))
    if (asked.length > 0) known.set(endpoint.baseUrl, asked)
    return asked
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
