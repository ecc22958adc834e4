import { z } from 'zod'
import { planTitleLimit } from '#shared/domain/plan.ts'
import { PlanId } from '#shared/ids.ts'

/** What a device notes of a plan whose document it has. */
export const PlanNote = z.object({
  planId: PlanId,
  /** As it was called when this device last saw its row: whoever may no longer read it still knows what it was. */
  title: z.string().max(planTitleLimit).default(''),
  /** `updatedAt` of that row. Pages do not know the same at the same time: the newer one stands. */
  titledAt: z.number().default(0),
  /** ms since epoch, of the device: when a person had it open last; 0: never here. */
  openedAt: z.number().default(0),
  pinned: z.boolean().default(false),
  /** `updatedAt` of the plan's row when this device and the server had the same. */
  freshAt: z.number().default(0),
  /**
   * Which pages have written what the server is not known to have stored, and how far each has counted its writing. A page takes back what it
   * read here, when the server has stored everything that was on this device by then; if the page of that name has counted on since, it stays.
   */
  unstored: z.record(z.string(), z.number()).default({}),
  /** The place of the last change, how many there are, and their bytes. */
  last: z.number().int().default(0),
  count: z.number().int().default(0),
  bytes: z.number().default(0),
})
export type PlanNote = z.infer<typeof PlanNote>

export function isStored({ unstored }: PlanNote): boolean {
  return Object.keys(unstored).length === 0
}

export function withChanges(note: PlanNote, changes: readonly Uint8Array[]): PlanNote {
  return {
    ...note,
    last: note.last + changes.length,
    count: note.count + changes.length,
    bytes: note.bytes + changes.reduce((sum, change) => sum + change.byteLength, 0),
  }
}

/** All changes became one, behind the others. */
export function asOne(note: PlanNote, whole: Uint8Array): PlanNote {
  return { ...note, last: note.last + 1, count: 1, bytes: whole.byteLength }
}

export function freshNote(planId: PlanId): PlanNote {
  return PlanNote.parse({ planId })
}
