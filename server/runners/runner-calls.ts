import type { RunnerId } from '#shared/ids.ts'
import type { RunnerDown } from '#shared/protocol/runner-link.ts'
import type { ConnectedRunner } from './registry.ts'

/** Questions to runners that somebody waits for: each is asked once, and has an answer in any case. */
export type RunnerCalls<Answer> = {
  /** `message` gets the id by which the answer is known. */
  ask(runner: ConnectedRunner, message: (callId: string) => RunnerDown): Promise<Answer>
  /** Only the runner that was asked is heard. */
  answered(runnerId: RunnerId, callId: string, answer: Answer): void
  lost(runnerId: RunnerId): void
  close(): void
}

export function createRunnerCalls<Answer>(deps: {
  readonly newId: () => string
  readonly answerMs: number
  readonly maxOpen: number
  /** What is said when no runner answers. */
  readonly no: (why: 'too_many' | 'late' | 'lost' | 'closing', hostName: string) => Answer
}): RunnerCalls<Answer> {
  type Open = { readonly runnerId: RunnerId; readonly hostName: string; readonly end: (answer: Answer) => void }
  const open = new Map<string, Open>()

  return {
    async ask({ id: runnerId, hostName, send }, message) {
      if (open.size >= deps.maxOpen) return deps.no('too_many', hostName)
      const callId = deps.newId()
      return new Promise((resolve) => {
        const end = (answer: Answer): void => {
          clearTimeout(timer)
          open.delete(callId)
          resolve(answer)
        }
        const timer = setTimeout(() => end(deps.no('late', hostName)), deps.answerMs)
        open.set(callId, { runnerId, hostName, end })
        send(message(callId))
      })
    },
    answered(runnerId, callId, answer) {
      const asked = open.get(callId)
      if (asked?.runnerId === runnerId) asked.end(answer)
    },
    lost(runnerId) {
      for (const asked of [...open.values()])
        if (asked.runnerId === runnerId) asked.end(deps.no('lost', asked.hostName))
    },
    close() {
      for (const asked of [...open.values()]) asked.end(deps.no('closing', asked.hostName))
    },
  }
}
