import type { PlanId } from '#shared/ids.ts'
import type { PlanNote } from './plan-note.ts'

export type PlanRecord = {
  readonly note: PlanNote
  /** Changes of the document, in the order in which they were kept. */
  readonly changes: readonly Uint8Array[]
}

/**
 * Documents of plans on this device: load and store, for all pages of one person and team. A note and the changes beside it are written in one step, so
 * that a change which the server does not have is never here without the mark that says so. https://github.com/yjs/y-indexeddb has neither.
 */
export type PlanStore = {
  /** What is kept behind the place `after`; all of it without one. */
  read(planId: PlanId, after?: number): Promise<PlanRecord | undefined>
  /** `false`: there is no such plan here (any more), and nothing was kept. Rejects where this device can't keep it. */
  append(planId: PlanId, changes: readonly Uint8Array[], change: (note: PlanNote) => PlanNote): Promise<boolean>
  /** Changes what is noted of a plan, or begins one. `undefined` removes it with its document. */
  change(planId: PlanId, change: (note: PlanNote | undefined) => PlanNote | undefined): Promise<void>
  /** Makes one of all its changes, if there are more than `most`. */
  compact(planId: PlanId, most: number, merge: (changes: readonly Uint8Array[]) => Uint8Array): Promise<void>
  notes(): Promise<readonly PlanNote[]>
  /** Hears when notes have changed in more than their counts, also those of other pages. */
  subscribe(onChange: () => void): () => void
  close(): void
}
