import { Json } from '#shared/json.ts'
import type { BrowserUp } from '#shared/protocol/browser-socket.ts'
import { refusal } from '#shared/refusal.ts'
import type { Actor } from '../auth/actor.ts'
import { signedOut, toFailure, toProblem, type FailureDeps } from '../middleware/errors.ts'
import type { RefusalLog } from '../refusal-log.ts'
import type { PushAnswer } from '../routes/answer-push.ts'

type Push = Extract<BrowserUp, { type: 'push' }>

export type SocketPushesDeps = {
  /** Who holds this socket now: asked for each push, as for each request. */
  readonly getActor: () => Promise<Actor | undefined>
  readonly answer: (actor: Actor, push: Push) => Promise<PushAnswer>
  readonly address: string
  readonly refusals: RefusalLog
} & FailureDeps

/** The pushes of one socket. */
export type SocketPushes = {
  take(push: Push, onAnswer: (answer: { readonly status: number; readonly body: Json }) => void): void
  /** What waits is dropped: its device sends it again. Resolves when what is under way has ended. */
  close(): Promise<void>
}

/** One push is under way at a time, in the order in which they came; so many more wait, and what comes beyond them is refused. */
export const maxPushesWaiting = 32

const tooMany = toProblem(refusal('rate_limited', 'Too many pushes at once.'))
const request = { method: 'SOCKET', path: '/api/sync/push' }

/** Takes the pushes that come over a socket as the route takes them: the same authority, the same answers, the same lines in the log. */
export function createSocketPushes(deps: SocketPushesDeps): SocketPushes {
  let unanswered = 0
  let closed = false
  let last: Promise<void> = Promise.resolve()

  async function answer(push: Push): Promise<PushAnswer> {
    try {
      const actor = await deps.getActor()
      return actor === undefined ? signedOut : await deps.answer(actor, push)
    } catch (error) {
      return toFailure(deps, request, error)
    }
  }

  function noted({ status, body }: PushAnswer): { status: number; body: Json } {
    if (status >= 400 && status < 500)
      deps.refusals.note({ ...request, status, address: deps.address, why: body.error ?? '' })
    return { status, body: Json.parse(body) }
  }

  return {
    take(push, onAnswer) {
      if (unanswered > maxPushesWaiting) return onAnswer(noted(tooMany))
      unanswered++
      last = last
        .then(async () => {
          if (!closed) onAnswer(noted(await answer(push)))
        })
        .catch((error: unknown) => void toFailure(deps, request, error))
        .finally(() => unanswered--)
    },
    close() {
      closed = true
      return last
    },
  }
}
