import type { SandboxKind } from '#shared/domain/harness.ts'
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
  /**
   * The same, for a run that goes on in a sandbox of this kind. What may be left in another kind does not hold it up: that kind may never
   * have been there, such as Docker. @throws SandboxError when something may still be left in this one.
   */
  clear(runId: RunId, kind: SandboxKind): Promise<void>
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
    clear: async (runId, kind) => {
      await retry(runId)
      const blocked = [...(left.get(runId) ?? [])].some((provider) => provider.kind === kind)
      if (blocked) throw new SandboxError('sandbox_failed', `What is left of this run in ${kind} could not be ended.`)
    },
  }
}
