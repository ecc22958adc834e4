import type { InspectedRepositories } from '#shared/domain/environment-proposal.ts'
import type { RunnerId, TeamId } from '#shared/ids.ts'
import type { InspectAnswer } from '#shared/protocol/runner-link.ts'
import type { RunnerRegistry } from '../runners/registry.ts'

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
  const open = new Map<string, { readonly runnerId: RunnerId; readonly end: (answer: InspectAnswer) => void }>()
  const no = (text: string): InspectAnswer => ({ ok: false, text })

  return {
    async ask({ teamId, host }, repositories) {
      if (open.size >= maxOpen) return no('The server waits for too many looks already. Try again in a minute.')
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
      const callId = deps.newId()
      return new Promise((resolve) => {
        const end = (answer: InspectAnswer): void => {
          clearTimeout(timer)
          open.delete(callId)
          resolve(answer)
        }
        const timer = setTimeout(() => end(no(`${runner.hostName} did not answer in time.`)), deps.answerMs ?? answerMs)
        open.set(callId, { runnerId: runner.id, end })
        runner.send({ type: 'inspect_call', callId, repositories })
      })
    },
    answered(runnerId, callId, answer) {
      const asked = open.get(callId)
      if (asked?.runnerId === runnerId) asked.end(answer)
    },
    lost(runnerId) {
      for (const asked of [...open.values()])
        if (asked.runnerId === runnerId) asked.end(no('The machine that looked went away. Try again.'))
    },
    close() {
      for (const asked of [...open.values()]) asked.end(no('The server stops.'))
    },
  }
}
