import type { PlanAuthor } from '#shared/domain/plan.ts'

/** A change that waits. `settle` is called once, when it is stored or will never be. */
export type PendingChange = {
  readonly update: Uint8Array
  readonly author: PlanAuthor
  /** Who sent it, and is not told of it. */
  readonly member: object | undefined
  /** When it was first tried and built on what was not there. */
  waitsSince?: number
  readonly settle: (outcome: 'stored' | 'malformed' | 'full' | 'failed') => void
}

export type ChangeOutcome = Parameters<PendingChange['settle']>[0]
