import { z } from 'zod'

/** What the run's own row says of it. */
export const SnapshotSummary = z.object({
  turn: z.number().int().nonnegative(),
  at: z.number(),
  changed: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  left: z.number().int().nonnegative(),
})
export type SnapshotSummary = z.infer<typeof SnapshotSummary>
