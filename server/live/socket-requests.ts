import type { Json } from '#shared/json.ts'
import { maxAnswerUnits, type BrowserUp } from '#shared/protocol/browser-socket.ts'
import { refusal } from '#shared/refusal.ts'
import type { SocketAnswer } from '#sync/server/browser-connection.ts'
import type { Actor } from '../auth/actor.ts'
import { signedOut, toFailure, toProblem, type Answer, type FailureDeps } from '../middleware/errors.ts'
import type { RefusalLog } from '../refusal-log.ts'
import type { PullAnswer } from '../routes/answer-pull.ts'
import type { PushAnswer } from '../routes/answer-push.ts'

type Push = Extract<BrowserUp, { type: 'push' }>
type Pull = Extract<BrowserUp, { type: 'pull' }>

export type SocketRequestsDeps = {
  /** Who holds this socket now: asked for each request, as by HTTP. */
  readonly getActor: () => Promise<Actor | undefined>
  readonly push: (actor: Actor, push: Push) => Promise<PushAnswer>
  readonly pull: (actor: Actor, pull: Pull) => Promise<PullAnswer>
  readonly address: string
  readonly refusals: RefusalLog
} & FailureDeps

/** The pushes and pulls of one socket. */
export type SocketRequests = {
  take(request: Push | Pull, onAnswer: (answer: SocketAnswer) => void): void
  /** What waits is dropped: its device asks again. Resolves when what is under way has ended. */
  close(): Promise<void>
}

/** One push and one pull are under way at a time, in the order in which they came; so many more wait, and what comes beyond them is refused. */
export const maxRequestsWaiting = 64

const tooMany = toProblem(refusal('rate_limited', 'Too many requests at once.'))

/** Takes what comes over a socket as the routes take it: the same authority, the same answers, the same lines in the log. */
export function createSocketRequests(deps: SocketRequestsDeps): SocketRequests {
  let unanswered = 0
  let closed = false
  const last: Record<'push' | 'pull', Promise<void>> = { push: Promise.resolve(), pull: Promise.resolve() }

  async function answer(request: Push | Pull): Promise<PushAnswer | PullAnswer> {
    try {
      const actor = await deps.getActor()
      if (actor === undefined) return signedOut
      return request.type === 'push' ? await deps.push(actor, request) : await deps.pull(actor, request)
    } catch (error) {
      return toFailure(deps, whatOf(request), error)
    }
  }

  function noted(request: Push | Pull, { status, body }: Answer<object>): SocketAnswer {
    if (status >= 400 && status < 500) {
      const why = 'error' in body ? String(body.error) : ''
      deps.refusals.note({ ...whatOf(request), status, address: deps.address, why })
    }
    // The routes' answers are made to be written as JSON.
    return { status, body: body as Json }
  }

  return {
    take(request, onAnswer) {
      if (unanswered > maxRequestsWaiting) return onAnswer(noted(request, tooMany))
      unanswered++
      last[request.type] = last[request.type]
        .then(async () => {
          if (closed) return
          const found = await answer(request)
          if (request.type === 'pull' && isLong(found)) onAnswer('use_http')
          else onAnswer(noted(request, found))
        })
        .catch((error: unknown) => void toFailure(deps, whatOf(request), error))
        .finally(() => unanswered--)
    },
    async close() {
      closed = true
      await Promise.all([last.push, last.pull])
    },
  }
}

const whatOf = ({ type }: Push | Pull) => ({ method: 'SOCKET', path: `/api/sync/${type}` })

function isLong({ body }: Answer<object>): boolean {
  return JSON.stringify(body).length > maxAnswerUnits
}
