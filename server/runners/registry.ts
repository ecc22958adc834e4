import type { HarnessOffer } from '#shared/domain/harness.ts'
import type { RunId, RunnerId, TeamId } from '#shared/ids.ts'
import type { RunnerDown } from '#shared/protocol/runner-link.ts'

/** A runner that is connected to this process. */
export type ConnectedRunner = {
  readonly id: RunnerId
  readonly teamId: TeamId
  readonly keyId: string
  readonly name: string
  readonly hostName: string
  readonly capacity: number
  readonly sandboxes: readonly string[]
  readonly harnesses: readonly HarnessOffer[]
  /** Reads `context` of a message. */
  readonly takesContext: boolean
  /** Gives the agent the files of a message. */
  readonly takesAttachments: boolean
  /** Makes environments ready, and looks into repositories. */
  readonly takesEnvironments: boolean
  /** Takes changes of files. */
  readonly takesFiles: boolean
  readonly publishes: boolean
  /** Works under the profile that it is given. */
  readonly takesProfiles: boolean
  /** Knows secrets of this kind. */
  readonly takesRegistryLogins: boolean
  readonly looksAtPulls: boolean
  /** Why it takes nothing new now, such as a full disk; it will again by itself. */
  readonly short?: string | undefined
  /** Has terminals. */
  readonly takesTerminals: boolean
  readonly takesSnapshots: boolean
  /** Takes nothing new. */
  readonly draining: boolean
  /** Runs it was given or claims, so that its capacity is kept while commits are under way. */
  readonly runs: ReadonlySet<RunId>
  send(message: RunnerDown): void
  hold(runId: RunId): void
  release(runId: RunId): void
  close(reason: string): void
}

export type RunnerRegistry = {
  add(runner: ConnectedRunner): void
  remove(runner: ConnectedRunner): void
  get(id: RunnerId): ConnectedRunner | undefined
  all(): readonly ConnectedRunner[]
}

export function createRunnerRegistry(): RunnerRegistry {
  const runners = new Map<RunnerId, ConnectedRunner>()
  return {
    add(runner) {
      runners.get(runner.id)?.close('the same runner connected again')
      runners.set(runner.id, runner)
    },
    remove(runner) {
      if (runners.get(runner.id) === runner) runners.delete(runner.id)
    },
    get: (id) => runners.get(id),
    all: () => [...runners.values()],
  }
}
