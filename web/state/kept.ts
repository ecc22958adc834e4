import { createMemo, createSignal, onCleanup, type Accessor } from 'solid-js'
import type { RunId } from '#shared/ids.ts'
import type { KeptRun } from '#sync/client/workspace.ts'
import { useDeviceStorage } from './storage.ts'
import { useWorkspace } from './workspace.ts'

/** The runs whose transcripts this device has. */
export function useKept(): Accessor<ReadonlyMap<RunId, KeptRun>> {
  const [kept, setKept] = createSignal<ReadonlyMap<RunId, KeptRun>>(new Map())
  onCleanup(useWorkspace().subscribeKept(setKept))
  return kept
}

export type Pin = {
  /** `coming`: not all of it is here yet. */
  readonly state: Accessor<'no' | 'coming' | 'here'>
  /** Keeps the run offline, or lets it make room again. Rejects where this device can't note it. */
  readonly toggle: () => Promise<void>
}

/** Whether this device keeps the run. */
export function usePin(runId: RunId): Pin {
  const workspace = useWorkspace()
  const storage = useDeviceStorage()
  const kept = useKept()
  const state = createMemo(() => {
    const run = kept().get(runId)
    if (run?.pinned !== true) return 'no'
    return run.whole ? 'here' : 'coming'
  })
  return {
    state,
    async toggle() {
      const wanted = state() === 'no'
      // A press is the moment at which browsers may ask their person.
      if (wanted) void storage.persist()
      await workspace.pinRun(runId, wanted)
    },
  }
}
