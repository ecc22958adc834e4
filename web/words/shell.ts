import type { SyncStatus } from '#sync/client/workspace.ts'
import { clockWords, spanWords } from './time.ts'

/** Words of the frame: bars, banners, sync, outbox, keys. */
export const shellWords = {
  app: 'Drover',
  skip: 'Skip to the page',
  workspace: 'Workspace',
  main: 'Main',
  newRun: 'New run',
  newRunAlso: 'start create prompt agent',
  new: 'New',
  runs: 'Runs',
  plans: 'Plans',
  environments: 'Environments',
  newEnvironment: 'New environment',
  environmentsAlso: 'image docker repositories set-up commands devcontainer variables',
  plansAlso: 'documents notes steps write',
  newPlan: 'New plan',
  newPlanAlso: 'write document create',
  usage: 'Usage',
  usageAlso: 'cost money spent tokens budget price charts',
  inbox: 'Inbox',
  inboxAlso: 'notifications mail unread questions bell',
  settings: 'Settings',
  /** The parts of the settings, by their place in the address. */
  sections: {
    account: 'Account',
    notifications: 'Notifications',
    devices: 'Devices',
    team: 'Team',
    profiles: 'Profiles',
    agents: 'Agents',
    budgets: 'Budgets',
    runners: 'Runners',
    secrets: 'Secrets',
    device: 'This device',
  },
  /** What else people call them. */
  sectionsAlso: {
    account: 'profile name email password passkey sign out',
    notifications: 'push alerts quiet hours badge',
    devices: 'sessions pair phone signed in',
    team: 'members invite people role',
    profiles: 'permissions autonomy allow deny rules ask',
    agents: 'harnesses models claude codex opencode gemini default allowed',
    budgets: 'limits money cost month prices',
    runners: 'machines hosts keys',
    secrets: 'credentials tokens api keys passwords variables ssh',
    device: 'install app home screen keyboard',
  },
  opening: 'Opening what this device knows',
  openingSession: 'Asking the server who is signed in here.',
  unreachable: 'Drover’s server can’t be reached',
  unreachableTodo:
    'Nobody has signed in on this device yet, so there is nothing to show. Check that the server runs, then try again.',
  tryAgain: 'Try again',
  activeRuns: (count: number) => `${count} active`,
  needYou: (count: number) => (count === 1 ? '1 run needs you' : `${count} runs need you`),
  stale: (at: number | undefined, short: boolean) =>
    at === undefined
      ? 'Offline. Showing what this device knows.'
      : `Showing what this device knew at ${clockWords(at)}.${short ? '' : ' Runs on other machines may have moved on.'}`,
  mustReload: 'This Drover is older than the server. Your changes have been taken. Reload to go on.',
  updateReady: 'A newer Drover is ready. Reload when it suits you.',
  reload: 'Reload',
  later: 'Later',
  signedOut: 'This session has ended. What this device knows stays readable; sign in to send and receive.',
  signIn: 'Sign in',
  left: 'The server does not let you read this team any more.',
  leftTeam: (teams: string) => `You are no longer in ${teams}. What this device knew of it is gone from here.`,
  cleared:
    'This browser cleared what Drover kept on this device. What the server has is loaded again; what was typed here and not sent is gone. Settings, This device, can ask it to keep it.',
  full: 'This device has no room left for Drover. What you do next may not be kept here; what the server has is safe.',
  makeRoom: 'Make room',
  dismiss: 'Dismiss',
  stranger:
    'Something other than Drover answers here, perhaps this network’s sign-in page. Changes stay on this device and are sent later.',
  serverFails: 'The server keeps failing. Changes stay on this device and are sent when it recovers.',
  openOutbox: 'Open the outbox',
  review: 'Review',
  notFound: 'This page does not exist',
  notFoundTodo: 'The address may be mistyped, or what it named is gone.',
  toRuns: 'Go to runs',
  pagePending: 'This page is on its way from the server.',
  failed: 'This page stopped working',
  failedTodo: 'What you typed and everything on this device is safe. Try again, or reload.',
} as const

/** The foot of the side bar, exactly as DESIGN-LANGUAGE has it. */
export function syncWords(status: SyncStatus, refused: number, now: number): string {
  if (refused > 0) return `Can’t send ${refused} ${refused === 1 ? 'change' : 'changes'}`
  if (status.connection === 'offline') {
    const since = status.offlineSince === undefined ? 'Offline' : `Offline since ${clockWords(status.offlineSince)}`
    return status.pending > 0 ? `${since} · ${status.pending} not sent` : since
  }
  if (status.problem === 'server') {
    const fails = 'Can’t sync · the server has a problem'
    const unsent = status.pending > 0 ? ` · ${status.pending} not sent` : ''
    return status.freshAt === undefined
      ? `${fails}${unsent}`
      : `${fails}${unsent} · as of ${clockWords(status.freshAt)}`
  }
  if (status.pending > 0) return `Sending ${status.pending}`
  if (status.connection === 'polling') return 'No live connection · asks every 3 s'
  if (status.connection === 'connecting')
    return status.freshAt === undefined ? 'Connecting' : `Connecting · as of ${clockWords(status.freshAt)}`
  return status.freshAt === undefined ? 'Up to date' : `Up to date · ${freshWords(now - status.freshAt)}`
}

function freshWords(passed: number): string {
  return passed < 1000 ? 'now' : `${spanWords(passed)} ago`
}

export const installWords = {
  offer: 'Drover can have a window and an icon of its own on this device.',
  offerByHand: 'To have Drover on the home screen: Share, then “Add to Home Screen”.',
  install: 'Install',
  never: 'Don’t offer it again',
} as const

export const outboxWords = {
  title: 'Outbox',
  also: 'sent pending refused offline changes queue',
  back: 'Back to runs',
  opening: 'Reading what this device did.',
  empty: 'Nothing was done on this device in the last days, and nothing waits to be sent.',
  refused: 'Refused',
  waiting: (count: number) => (count === 1 ? 'Waits to be sent' : `${count} wait to be sent`),
  waitingOffline: (inBackground: boolean) =>
    inBackground
      ? 'Sent in this order once the server can be reached, also if the app is closed until then.'
      : 'Sent in this order once the server can be reached, while the app is open.',
  lately: 'Lately',
  latelyNote: 'What was done on this device in the last seven days.',
  retry: 'Try again',
  edit: 'Edit',
  editOn: 'Edit on',
  send: 'Send',
  discard: 'Discard',
  copy: 'Copy what you typed',
  typed: 'What you typed',
  cut: 'It was too long to keep whole; the first part is kept here.',
  checkNow: 'Check now',
  polling:
    'Something between here and the server lets no live connection (WebSocket) through. Drover asks every 3 seconds instead: everything works, growing text comes in steps.',
} as const

export const keysWords = {
  title: 'Keys',
  description: 'Single letters work when no text field has the focus.',
  turnedOff: 'Single-letter keys are off.',
  turnOff: 'Turn single-letter keys off',
  turnOn: 'Turn single-letter keys on',
  or: 'or',
} as const
