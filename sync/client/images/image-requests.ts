import { z } from 'zod'
import { imageBytesLimit } from '#shared/domain/plan-image.ts'
import type { BlobHash, TeamId } from '#shared/ids.ts'
import { planImagePath } from '#shared/protocol/plan-images.ts'
import { Refusal } from '#shared/refusal.ts'
import { fetchText } from '../fetch-text.ts'

export type ImageRequestsDeps = {
  readonly teamId: TeamId
  readonly baseUrl: string
  readonly fetch: typeof fetch
  /** Where they are handed in. */
  readonly pathOf?: (teamId: TeamId, hash: string) => string
}

/** `later`: nobody answered, or nobody who could say. */
export type Sent =
  | { readonly type: 'stored' }
  | { readonly type: 'later' }
  | { readonly type: 'refused'; readonly refusal: Refusal }
/** `missing`: the server has none of this hash, or not yet. */
export type Fetched =
  | { readonly type: 'image'; readonly content: Uint8Array<ArrayBuffer> }
  | { readonly type: 'missing' | 'unreachable' }

const Problem = z.object({ refusal: Refusal })
/** Ten megabytes on a slow line. */
const sendMs = 5 * 60_000
/** Answers that another try can change by itself: whoever is signed out, too fast, or has a server that fails. */
const passing = new Set([401, 408, 429, 500, 502, 503, 504, 511])

export function createImageRequests({ teamId, baseUrl, fetch: doFetch, pathOf = planImagePath }: ImageRequestsDeps) {
  const urlOf = (hash: BlobHash): string => `${baseUrl}${pathOf(teamId, hash)}`
  return {
    async send(hash: BlobHash, content: Uint8Array<ArrayBuffer>): Promise<Sent> {
      try {
        const init = { method: 'PUT', body: content, credentials: 'include' } as const
        const { ok, status, text } = await fetchText(doFetch, urlOf(hash), init, sendMs)
        const answer = parseJson(text)
        if (answer === undefined || passing.has(status)) return { type: 'later' }
        if (ok) return { type: 'stored' }
        const problem = Problem.safeParse(answer)
        return problem.success ? { type: 'refused', refusal: problem.data.refusal } : { type: 'later' }
      } catch {
        return { type: 'later' }
      }
    },
    async fetch(hash: BlobHash, signal: AbortSignal): Promise<Fetched> {
      try {
        const response = await doFetch(urlOf(hash), { credentials: 'include', signal })
        const type = response.headers.get('content-type') ?? ''
        // A page of something in between is no word of the server's.
        if (response.status === 404 && type.startsWith('application/json')) return { type: 'missing' }
        if (!response.ok || !type.startsWith('image/')) return { type: 'unreachable' }
        const content = new Uint8Array(await response.arrayBuffer())
        return content.byteLength <= imageBytesLimit ? { type: 'image', content } : { type: 'unreachable' }
      } catch {
        return { type: 'unreachable' }
      }
    },
  }
}

export type ImageRequests = ReturnType<typeof createImageRequests>

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
