import { z } from 'zod'
import { PermissionId } from '#shared/ids.ts'

/** What a run's page shows, kept in its address. */
export const RunSearch = z.object({
  /** The changes lie over the page: `?changes=src/app.ts`. Empty: the first file. */
  changes: z.string().max(1000).optional().catch(undefined),
  /** The question to answer, or where it stands in the transcript. */
  ask: PermissionId.optional().catch(undefined),
  /** With whom it is shared lies over the page. */
  share: z.literal(true).optional().catch(undefined),
  /** Its terminals are shown, with this one; empty: the newest. */
  terminal: z.string().max(60).optional().catch(undefined),
  /** Where this turn ended. */
  turn: z.coerce.number().int().positive().optional().catch(undefined),
})
export type RunSearch = z.infer<typeof RunSearch>

/** `e-12` → 12: the entry that an address names. */
export function entryOfHash(hash: string): number | undefined {
  const match = /^#?e-(\d{1,9})$/.exec(hash)
  return match === null ? undefined : Number(match[1])
}
