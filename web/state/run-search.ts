import { z } from 'zod'

/** What lies over a run's page, kept in its address: `/runs/<id>?changes=src/app.ts`. Empty: the first file. */
export const RunSearch = z.object({
  changes: z.string().max(1000).optional().catch(undefined),
})
export type RunSearch = z.infer<typeof RunSearch>

/** `e-12` → 12: the entry that an address names. */
export function entryOfHash(hash: string): number | undefined {
  const match = /^#?e-(\d{1,9})$/.exec(hash)
  return match === null ? undefined : Number(match[1])
}
