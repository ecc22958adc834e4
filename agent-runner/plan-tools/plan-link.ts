import type { RunId } from '#shared/ids.ts'
import type { PlanToolAnswer, PlanToolCall } from '#shared/protocol/plan-tools.ts'
import type { RunnerUp } from '#shared/protocol/runner-link.ts'

/** Calls of plan tools over the link. An agent waits for each, so every one is answered, if need be by this side; nothing is sent twice. */
export interface PlanLink {
  /** Whether the server answers such calls, as far as it was heard. */
  offered(): boolean
  ask(runId: RunId, call: PlanToolCall): Promise<PlanToolAnswer>
  connected(offers: boolean): void
  answered(callId: string, answer: PlanToolAnswer): void
  lost(): void
  close(): void
}

export interface PlanLinkTimes {
  /** How long a call waits for a connection, and then for its answer. Together less than the minute that agents wait for a tool. */
  connectMs: number
  answerMs: number
}

const usual: PlanLinkTimes = { connectMs: 10_000, answerMs: 40_000 }
const maxOpen = 64

const unreachable = 'Drover’s server can’t be reached at the moment, so nothing was done. Try again in a minute.'
const older = 'This server of Drover has no tools for plans, so nothing was done.'
const unknown = 'Whether this was done is not known. Read the plan to see how it is before you try again.'

export function createPlanLink(
  deps: { send: (message: RunnerUp) => void; ready: () => boolean; newId: () => string },
  times: PlanLinkTimes = usual,
): PlanLink {
  const open = new Map<string, (answer: PlanToolAnswer) => void>()
  let waiters: (() => void)[] = []
  let waiting = 0
  let offers = false
  let closed = false

  function no(text: string): PlanToolAnswer {
    return { ok: false, text }
  }

  /** Resolves when there is a connection, or after the time for it. */
  function connection(): Promise<void> {
    if (deps.ready() || closed) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        waiters = waiters.filter((one) => one !== done)
        resolve()
      }
      const timer = setTimeout(done, times.connectMs)
      waiters.push(done)
    })
  }

  function wakeAll(): void {
    for (const wake of waiters) wake()
  }

  function endAll(text: string): void {
    for (const answer of [...open.values()]) answer(no(text))
  }

  return {
    offered: () => offers,
    async ask(runId, call) {
      if (open.size + waiting >= maxOpen) return no('Too many calls at once. Wait for the answers to those before.')
      waiting++
      await connection()
      waiting--
      if (closed || !deps.ready()) return no(unreachable)
      if (!offers) return no(older)
      const callId = deps.newId()
      return new Promise((resolve) => {
        const answer = (given: PlanToolAnswer): void => {
          clearTimeout(timer)
          open.delete(callId)
          resolve(given)
        }
        const timer = setTimeout(() => answer(no(`Drover’s server did not answer in time. ${unknown}`)), times.answerMs)
        open.set(callId, answer)
        deps.send({ type: 'plan_call', callId, runId, call })
      })
    },
    connected(now) {
      offers = now
      wakeAll()
    },
    answered: (callId, answer) => open.get(callId)?.(answer),
    lost: () => endAll(`The connection to Drover’s server was lost. ${unknown}`),
    close() {
      closed = true
      wakeAll()
      endAll(`The runner stops. ${unknown}`)
    },
  }
}
