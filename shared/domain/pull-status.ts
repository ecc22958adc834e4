import { z } from 'zod'

export const PullState = z.enum(['open', 'draft', 'merged', 'closed'])
export type PullState = z.infer<typeof PullState>

/** What its host's checks say together: one that fails outweighs those that go on, and those the ones that passed. */
export const PullChecks = z.enum(['passing', 'failing', 'running'])
export type PullChecks = z.infer<typeof PullChecks>

/** How a pull request stood at its host. */
export const PullStatus = z.object({
  state: PullState,
  /** Absent: there are none, or the token may not read them. */
  checks: PullChecks.optional(),
  /** When the host was asked; absent: it stands as it was opened. */
  at: z.number().optional(),
})
export type PullStatus = z.infer<typeof PullStatus>

/** What was found out once stays so: nobody takes a merge back. */
export function isSettled(status: PullStatus | undefined): boolean {
  return status?.state === 'merged'
}
