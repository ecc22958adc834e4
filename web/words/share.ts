import type { AccessWanted } from '#shared/domain/notification.ts'
import type { ShareAccess } from '#shared/domain/share.ts'
import { count } from './count.ts'

/** Words of sharing a run by link: the dialog of those who share, and the page of those who have the link. */
export const shareWords = {
  share: 'Share',
  shareLabel: (requests: number) => (requests === 0 ? 'Share' : `Share, ${count(requests, 'request')}`),
  title: 'Share this run',

  team: 'Your team',
  teamText: 'Everybody in the team can open this run; their role says who steers it.',
  copyTeamLink: 'Copy team link',
  notYours: 'Who started a run, and admins of the team, share it with others.',

  others: 'People outside of the team',
  warning:
    'What the agent wrote and printed is shown as it is, so look through it first. Not shown: the machine, the set-up, messages that wait, and email addresses.',
  anyone: 'Anyone with the link can view',
  anyoneHint: 'Without an account. Read only, with first names.',
  link: 'Link',
  copyLink: 'Copy link',
  linkWaits: 'The link works once the server has this.',
  email: 'Email',
  emailHint: 'Of an account on this server. Drover sends no mail: give them the link yourself.',
  emailWrong: 'This is not an email address.',
  add: 'Add',
  access: { view: 'Can view', steer: 'Can steer' } satisfies Record<ShareAccess, string>,
  accessHint: {
    view: 'Sees the run as it goes on.',
    steer: 'Also writes to the agent, answers its questions, stops it.',
  } satisfies Record<ShareAccess, string>,
  accessOf: (who: string) => `What ${who} may do`,
  remove: 'Remove',
  removeLabel: (who: string) => `Remove ${who}`,
  people: 'People',
  notOpened: 'Has not opened the link yet',
  requests: 'Requests',
  wants: { view: 'wants to see this run', steer: 'wants to steer this run' } satisfies Record<ShareAccess, string>,
  /** How it ended, of a request that nobody waits for any more. */
  settled: (who: string, name: string, answer: NonNullable<AccessWanted['answer']>): string => {
    switch (answer) {
      case 'view':
        return `${who} let ${name} see this run`
      case 'steer':
        return `${who} let ${name} steer this run`
      case 'deny':
        return `${who} did not let ${name} in`
      case 'over':
        return `${name} asked for access; the run is not shared any more`
    }
  },
  allow: 'Allow',
  allowLabel: (who: string) => `Allow ${who}`,
  deny: 'Deny',
  denyLabel: (who: string) => `Deny ${who}`,
  stop: 'Stop sharing',
  stopText: 'The link is dead at once, for everybody, also where it is open. Sharing again makes a new one.',
  keep: 'Go on sharing',

  page: {
    title: 'Shared run',
    by: (name: string) => (name === '' ? 'Shared with you' : `Shared by ${name}`),
    readOnly: 'Shared, read only',
    steers: 'You can steer this run',
    loading: 'Waiting for the shared run',
    slow: 'Changes come every 20 s',
    offline: 'The server can’t be reached. This is the run as it was.',
    offlineSteer: 'The server can’t be reached. What you type stays here; send it once it is back.',
    retry: 'Try again',
    app: 'Your own runs',
    askView: 'Ask for access',
    askSteer: 'Ask to steer',
    asked: { view: 'You asked for access', steer: 'You asked to steer' } satisfies Record<ShareAccess, string>,
    askedText: 'The people who share this run see it. This page follows when they answer.',
    signIn: 'Sign in',
    signInTitle: 'Sign in to see this run',
    signInText: 'It is shared with people by name.',
    notNamedTitle: 'This run is shared with others',
    notNamedText: (email: string) => `You are signed in as ${email}, and not among those it is shared with.`,
    memberTitle: 'This is a run of your team',
    memberText: 'It belongs to a team of yours that is not chosen on this device.',
    openInTeam: 'Change to that team and open it',
    noneTitle: 'This link opens nothing',
    noneText: 'It may have been stopped, or a part of it is missing. Ask the person who sent it to you.',
    endedTitle: 'This run is not shared any more',
    endedText: 'Whoever shared it has stopped.',
    troubleTitle: 'The shared run could not be loaded',
    unreachable: 'The server can’t be reached. It is asked again by itself.',
  },
} as const
