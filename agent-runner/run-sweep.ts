import type { RunId } from '#shared/ids.ts'
import { messageOf, type Log } from './log.ts'
import { SandboxError, type SandboxProvider } from './sandbox/sandbox.ts'

/** Ends what an earlier process left of runs, in every kind of sandbox, and remembers where it could not. */
export interface RunSweep {
  sweep(runId: RunId): Promise<void>
  /** Runs of which something may be left. */
  left(): RunId[]
  /** Tries again where something may be left of a run. */
  retry(runId: RunId): Promise<void>
  /** The same, for a run that goes on: nobody else may work in its folder. @throws SandboxError when something may still be left. */
  clear(runId: RunId): Promise<void>
}

export function createRunSweep({ sandboxes, log }: { sandboxes: readonly SandboxProvider[]; log: Log }): RunSweep {
  const left = new Map<RunId, Set<SandboxProvider>>()

  async function sweepIn(runId: RunId, providers: Iterable<SandboxProvider>): Promise<void> {
    const failed = new Set<SandboxProvider>()
    for (const provider of providers) {
      const done = await provider.sweep(runId).catch((error: unknown) => {
        log.error(
          { runId, sandbox: provider.kind, error: messageOf(error) },
          `What an earlier runner left of run ${runId} could not be ended. It is tried again.`,
        )
        return false
      })
      if (!done) failed.add(provider)
    }
    if (failed.size === 0) left.delete(runId)
    else left.set(runId, failed)
  }

  const retry = (runId: RunId): Promise<void> => sweepIn(runId, left.get(runId) ?? [])

  return {
    sweep: (runId) => sweepIn(runId, sandboxes),
    left: () => [...left.keys()],
    retry,
    clear: async (runId) => {
      await retry(runId)
      const kinds = [...(left.get(runId) ?? [])].map(({ kind }) => kind)
      if (kinds.length > 0)
        throw new SandboxError('sandbox_failed', `What is left of this run in ${kinds.join(', ')} could not be ended.`)
    },
  }
}
