import type { PullChecks, PullState } from '#shared/domain/pull-status.ts'

/** Words for how a pull request stands at its host. */
export const pullWords = {
  state: {
    open: 'Open',
    draft: 'Draft',
    merged: 'Merged',
    closed: 'Closed',
  } satisfies Record<PullState, string>,
  checks: {
    passing: 'checks pass',
    failing: 'checks fail',
    running: 'checks run',
  } satisfies Record<PullChecks, string>,
} as const
