import type { InspectedRepositories } from '#shared/domain/environment-proposal.ts'
import type { RunnerId, TeamId } from '#shared/ids.ts'
import type { InspectAnswer } from '#shared/protocol/runner-link.ts'
import type { RunnerRegistry } from '../runners/registry.ts'
import { createRunnerCalls } from '../runners/runner-calls.ts'

/** Looks into repositories that people ask for; a runner of their team does it, with the rights of its machine. */
export type Inspections = {
  ask(
    by: { readonly teamId: TeamId; readonly host: string | undefined },
    repositories: InspectedRepositories,
  ): Promise<InspectAnswer>
  /** Only the runner that was asked is heard. */
  answered(runnerId: RunnerId, callId: string, answer: InspectAnswer): void
  lost(runnerId: RunnerId): void
  close(): void
}

/** Longer than a runner takes at the most. */
const answerMs = 120_000
const maxOpen = 20

export function createInspections(deps: {
  readonly runners: RunnerRegistry
  readonly newId: () => string
  readonly answerMs?: number
}): Inspections {
  const no = (text: string): InspectAnswer => ({ ok: false, text })
  const calls = createRunnerCalls<InspectAnswer>({
    newId: deps.newId,
    answerMs: deps.answerMs ?? answerMs,
    maxOpen,
    no: (why, hostName) => {
      switch (why) {
        case 'too_many':
          return no('The server waits for too many looks already. Try again in a minute.')
        case 'late':
          return no(`${hostName} did not answer in time.`)
        case 'lost':
          return no('The machine that looked went away. Try again.')
        case 'closing':
          return no('The server stops.')
      }
    },
  })

  return {
    ...calls,
    async ask({ teamId, host }, repositories) {
      const able = deps.runners
        .all()
        .filter((one) => one.teamId === teamId && one.takesEnvironments && !one.draining)
        .filter((one) => host === undefined || one.hostName === host)
        .toSorted((a, b) => a.runs.size / a.capacity - b.runs.size / b.capacity)
      const [runner] = able
      if (runner === undefined) {
        const which = host === undefined ? 'No machine of the team' : `No runner of ${host}`
        return no(
          `${which} is connected, and one has to look into the repositories. Fill in the form yourself, or connect one.`,
        )
      }
      return calls.ask(runner, (callId) => ({ type: 'inspect_call', callId, repositories }))
    },
  }
}
