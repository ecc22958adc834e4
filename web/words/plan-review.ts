import type { PlanVerdict, ReviewCounts } from '#shared/domain/plan-review.ts'
import { numbers } from './count.ts'

/** Words of the reviews of a plan. */
export const reviewWords = {
  label: 'Review',
  title: 'Review of this plan',
  summary: ({ approved, changesRequested }: ReviewCounts): string =>
    [
      approved === 0 ? '' : `${numbers.format(approved)} approved`,
      changesRequested === 0
        ? ''
        : `${numbers.format(changesRequested)} ${changesRequested === 1 ? 'wants' : 'want'} changes`,
    ]
      .filter((part) => part !== '')
      .join(' · '),
  /** How many of those who said something approve. */
  short: ({ approved, changesRequested }: ReviewCounts) =>
    `${numbers.format(approved)}/${numbers.format(approved + changesRequested)}`,
  open: (summary: string) => (summary === '' ? 'Review this plan' : `Review this plan: ${summary}`),
  none: 'Nobody has reviewed this plan yet.',
  people: 'What people said',
  verdict: { approved: 'Approved', changes_requested: 'Wants changes' } satisfies Record<PlanVerdict, string>,
  saw: (version: number) => `saw version ${numbers.format(version)}`,
  changed: 'Changed since',
  changedOf: (name: string) => `Changed since: show what is different from what ${name} saw`,
  same: 'As it is now',
  since: (name: string, version: number) => `What changed since version ${numbers.format(version)}, which ${name} saw`,
  yours: 'Your review',
  yoursHint: 'It is about the text as you see it now. That text becomes a version, and stays in the history.',
  approve: 'Approve',
  approveHint: 'It may be done as it stands.',
  request: 'Request changes',
  requestHint: 'Something has to change before it is done.',
  note: 'Note',
  noteHolder: 'What should the others know?',
  withdraw: 'Withdraw my review',
  withdrawn: 'Your review is withdrawn.',
  approved: 'You approved this plan.',
  requested: 'You asked for changes.',
  setApproved: 'Set to Approved',
  notHere: 'The text of this plan is not on this device yet. Review it once it is here.',
  tooLarge:
    'This plan is too large to be kept as a version, so it can’t be reviewed. Move parts of it into another plan.',
} as const
