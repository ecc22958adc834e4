import { z } from 'zod'
import { PushAnswer } from '#shared/protocol/push.ts'
import { pushWords } from '../../words/push.ts'

/** An answer that was pressed on a notification, until the server has it. */
const Waiting = PushAnswer.extend({
  /** Of the notification, and what it was about: what became of the answer takes its place. */
  tag: z.string(),
  title: z.string(),
  what: z.string(),
  url: z.string(),
  /** ms since epoch. */
  at: z.number(),
})
export type WaitingAnswer = z.infer<typeof Waiting>

/** `kept`: no server could be reached, so it is sent later. `taken` or not: the server's word. */
export type AnswerOutcome =
  | { readonly status: 'kept' | 'taken'; readonly answer: WaitingAnswer }
  | { readonly status: 'refused'; readonly answer: WaitingAnswer; readonly why: string }

export type AnswerStore = {
  get(): Promise<unknown>
  /** Replaces all that waits. */
  set(waiting: readonly WaitingAnswer[]): Promise<void>
}

const patienceMs = 15_000
/** More than a person can press while a phone is offline. */
const limit = 100

export type PushAnswers = {
  /** Keeps the answer on the device, then sends it. */
  give(answer: WaitingAnswer): Promise<AnswerOutcome>
  /** Sends what waits, in order, until there is no network. */
  flush(): Promise<readonly AnswerOutcome[]>
}

/**
 * Answers go to the device's store before they are sent, and leave it when the server has said what became of them. The token makes a
 * repeat harmless. Only JSON of the server counts: a sign-in page of the network in between changes nothing.
 */
export function createPushAnswers(deps: { readonly store: AnswerStore; readonly fetch: typeof fetch }): PushAnswers {
  let last: Promise<unknown> = Promise.resolve()
  /** One at a time: two that read and write the list at once would lose one. */
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = last.then(act, act)
    last = done.catch(() => undefined)
    return done
  }

  async function waiting(): Promise<WaitingAnswer[]> {
    const kept = await deps.store.get()
    return (Array.isArray(kept) ? kept : []).flatMap((one) => Waiting.safeParse(one).data ?? [])
  }

  async function send(answer: WaitingAnswer): Promise<AnswerOutcome> {
    try {
      const response = await deps.fetch('/api/v1/push/answer', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ token: answer.token, answer: answer.answer } satisfies PushAnswer),
        signal: AbortSignal.timeout(patienceMs),
      })
      const body: unknown = await response.json()
      if (response.ok) return { status: 'taken', answer }
      // The server is there but can't say yet: overloaded, starting, without its database.
      if (response.status >= 500 || response.status === 429) return { status: 'kept', answer }
      return { status: 'refused', answer, why: Problem.safeParse(body).data?.error ?? pushWords.unknownWhy }
    } catch {
      return { status: 'kept', answer }
    }
  }

  async function settle(all: readonly WaitingAnswer[]): Promise<readonly AnswerOutcome[]> {
    const outcomes: AnswerOutcome[] = []
    for (const answer of all) {
      const outcome = await send(answer)
      if (outcome.status === 'kept') break
      outcomes.push(outcome)
      await deps.store.set((await waiting()).filter((one) => one.token !== answer.token))
    }
    return outcomes
  }

  return {
    give: (answer) =>
      inTurn(async () => {
        await deps.store.set([...(await waiting()).filter((one) => one.token !== answer.token), answer].slice(-limit))
        const [outcome] = await settle([answer])
        return outcome ?? { status: 'kept', answer }
      }),
    flush: () => inTurn(async () => settle(await waiting())),
  }
}

const Problem = z.object({ error: z.string() })
