import { z } from 'zod'
import { RunId } from '#shared/ids.ts'
import type { Accessor } from 'solid-js'
import type { DeviceStore } from './device-store.ts'
import { createDraft } from './draft.ts'

const kept = 12
const RecentRuns = z.array(RunId).max(kept)

/** The runs that were opened last on this device, newest first. Needs an owner. */
export function createRecentRuns(deps: { readonly store: DeviceStore; readonly key: string }): {
  readonly ids: Accessor<readonly RunId[]>
  /** `false` until what was kept is back; before that nothing may be added to it. */
  readonly loaded: Accessor<boolean>
  readonly opened: (id: RunId) => void
} {
  const list = createDraft<readonly RunId[]>({
    ...deps,
    initial: [],
    parse: (value) => RecentRuns.safeParse(value).data,
  })
  return {
    ids: list.value,
    loaded: list.loaded,
    opened: (id) => list.set([id, ...list.value().filter((other) => other !== id)].slice(0, kept)),
  }
}
