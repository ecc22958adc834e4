import type { HTTPRequestInfo } from 'replicache'
import type { UserId } from '#shared/ids.ts'
import type { SpaceId } from '#shared/protocol/sync.ts'
import { fetchText } from './fetch-text.ts'
import type { SocketAnswer } from './socket-requests.ts'
import type { Failure } from './status.ts'

export type SpaceRequestsDeps = {
  readonly space: SpaceId
  /** Whose store this is: the session of the request may be somebody else's by now. */
  readonly userId: UserId
  readonly baseUrl: string
  readonly fetch: typeof fetch
  /** A faster way than HTTP, which is taken where this one gives no answer. */
  readonly ask?: (kind: 'push' | 'pull', body: unknown) => Promise<SocketAnswer | undefined>
  readonly isClosed: () => boolean
  /** Whether a status is no failure, but an answer that the asker understands. */
  readonly isExpected: (status: number) => boolean
  readonly onFailure: (why: Failure) => void
}

/** `json` is the body of a success; the rest is what Replicache wants to know of a request. */
export type Answered = { readonly info: HTTPRequestInfo; readonly json: unknown }

export const closing: HTTPRequestInfo = { httpStatusCode: 0, errorMessage: 'closed' }

export function syncPath(kind: 'push' | 'pull', of: { readonly space: SpaceId; readonly userId: UserId }): string {
  return `/api/sync/${kind}?space=${encodeURIComponent(of.space)}&user=${encodeURIComponent(of.userId)}`
}

/** Asks the server for one space, and tells what went wrong. */
export function createSpaceRequests(deps: SpaceRequestsDeps) {
  async function byHttp(kind: 'push' | 'pull', body: unknown): Promise<Answered> {
    try {
      const url = `${deps.baseUrl}${syncPath(kind, deps)}`
      const { status, text } = await fetchText(deps.fetch, url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        credentials: 'include',
        body: JSON.stringify(body),
      })
      return judge(status, parseJson(text), () => text)
    } catch (error) {
      if (!deps.isClosed()) deps.onFailure('unreachable')
      return { info: { httpStatusCode: 0, errorMessage: String(error) }, json: undefined }
    }
  }

  function judge(status: number, json: unknown, text: () => string): Answered {
    const isOk = status >= 200 && status < 300
    if (isOk && json !== undefined) return { info: { httpStatusCode: status, errorMessage: '' }, json }
    const httpStatusCode = isOk ? 502 : status
    if (!deps.isClosed() && !deps.isExpected(httpStatusCode)) deps.onFailure(failureOf(status, json))
    const errorMessage = (isOk ? '' : text().slice(0, 500)) || 'not an answer of Drover'
    return { info: { httpStatusCode, errorMessage }, json: undefined }
  }

  return {
    /** `isShort`: the answer most likely fits the socket. */
    async ask(kind: 'push' | 'pull', body: unknown, isShort: boolean): Promise<Answered> {
      const answered = isShort ? await deps.ask?.(kind, body) : undefined
      if (answered !== undefined) return judge(answered.status, answered.body, () => JSON.stringify(answered.body))
      // A page that closes leaves what is not answered to the next one.
      if (deps.isClosed()) return { info: closing, json: undefined }
      return byHttp(kind, body)
    },
  }
}

/** What networks with a sign-in page of their own answer, where they don't answer with the page itself. */
const networkSignIn = 511

/**
 * Every answer of the server is JSON, a refusal too: what isn't comes from something in between. That may still be the server's
 * own gateway, which says that there is nobody behind it.
 */
function failureOf(status: number, json: unknown): Failure {
  if (json === undefined) return status >= 500 && status !== networkSignIn ? 'server' : 'stranger'
  if (status === 401) return 'signed_out'
  return status === 403 ? 'not_allowed' : 'server'
}

type SyncError = { error: 'ClientStateNotFound' } | { error: 'VersionNotSupported'; versionType: 'schema' }

/** The words with which Replicache's protocol refuses. */
export function syncError(json: unknown): SyncError | undefined {
  if (typeof json !== 'object' || json === null || !('error' in json)) return undefined
  if (json.error === 'ClientStateNotFound') return { error: 'ClientStateNotFound' }
  if (json.error === 'VersionNotSupported') return { error: 'VersionNotSupported', versionType: 'schema' }
  return undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
