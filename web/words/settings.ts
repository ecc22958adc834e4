import type { RunnerAbout } from '#shared/domain/runner-about.ts'
import { bytes, count, numbers } from './count.ts'
import { dateWords, spanWords } from './time.ts'

/** Words of the settings. */
export const settingsWords = {
  title: 'Settings',
  parts: 'Parts of the settings',
  loading: 'Asking the server.',
  offline: 'This part of the settings needs the server, which can’t be reached now.',
  save: 'Save',
  saved: 'Saved.',
  cancel: 'Cancel',
  remove: 'Remove',
  close: 'Close',
  tryAgain: 'Try again',
} as const

export const accountWords = {
  profile: 'You',
  profileText: 'How your team sees you, and the email you sign in with.',
  password: 'Password',
  hasPassword: 'Change it with the current one.',
  noPassword: 'You have none; you sign in with a passkey.',
  changePassword: 'Change password',
  setPassword: 'Set a password',
  currentPassword: 'Current password',
  newPassword: 'New password',
  newPasswordHint: 'At least 10 characters.',
  signOutOthers: 'Sign my other devices out',
  passwordSaved: (first: boolean, devices: number) => {
    const saved = first ? 'The password is set.' : 'The password is changed.'
    return devices === 0
      ? saved
      : `${saved} ${devices === 1 ? 'One other device is' : `${devices} other devices are`} signed out.`
  },
  passkeys: 'Passkeys',
  passkeysText: 'Sign in with a fingerprint, a face, a PIN or a security key.',
  noPasskeys: 'No passkeys yet.',
  noPasskeysHere: 'Passkeys need https or localhost. Give the server such an address with --public-url to use them.',
  addPasskey: 'Add a passkey',
  passkeyAdded: (at: string) => `Added ${at}`,
  passkeySynced: 'kept by your password manager',
  passkeyOneDevice: 'on one device',
  renamePasskey: 'Rename',
  passkeyName: 'Name of the passkey',
  removePasskey: (name: string) => `Remove “${name}”?`,
  removePasskeyText: 'It no longer signs you in here. Your device may still list it until you delete it there too.',
  stale: 'You signed in on this device more than a day ago. To add or remove a way in, sign out and in again.',
  signOut: 'Sign out',
  signOutText: 'Drover forgets you on this device. Changes that are not sent yet are lost.',
  signOutTitle: 'Sign out of this device?',
  thisSession: 'This device',
} as const

export const notificationWords = {
  title: 'Notifications on this device',
  text: 'Drover tells this device when an agent asks something, when a run is done, and when one fails, also while the app is closed.',
  turnOn: 'Turn on',
  turnOff: 'Turn off',
  off: 'This device gets no notifications.',
  support: {
    blocked:
      'This browser does not let Drover notify you. Allow notifications for this site in the browser’s settings, then reload.',
    not_installed: 'On an iPhone or iPad, add Drover to the home screen first: Share, then Add to Home Screen.',
    insecure: 'This address is plain http. Browsers take pushes from https, or from localhost, only.',
    unsupported: 'This browser takes no pushes. The inbox has everything all the same.',
  },
  declined: 'The browser was not allowed to notify you. Nothing was turned on.',
  failed: 'The browser could not reach its push service, so nothing was turned on. Try again with a network.',
  types: 'Tell me about',
  type: {
    request: 'Questions that wait for me',
    complete: 'Runs that are done',
    error: 'Runs that fail',
  },
  typeHint: {
    request:
      'Allow or deny right on the notification. Nothing runs before an answer. People who ask to see a shared run count too.',
    complete: undefined,
    error: undefined,
  },
  quiet: 'Quiet hours',
  quietHint: (zone: string) =>
    `No notifications between these times, ${zone}. A question that still waits then is told at their end; the rest stands in the inbox.`,
  from: 'From',
  to: 'To',
  test: 'Send a test',
  testSent: 'The push service took it. It appears on this device in a moment.',
  testFailed: (service: string, why: string) => `${service} did not take it: ${why}`,
  noAnswer: 'no answer',
  others: 'Your other devices',
  othersText: 'They get pushes too, until they sign out.',
  lastSent: 'Last push',
  neverSent: 'No push yet',
  trouble: (why: string) => `The last push did not get through: ${why}`,
  remove: 'Remove',
  removeLabel: (device: string) => `Stop pushes to ${device}`,
} as const

export const deviceWords = {
  title: 'Signed in',
  text: 'Every browser in which you are signed in.',
  current: 'This device',
  lastSeen: 'Last seen',
  signedIn: 'signed in',
  active: 'Active now',
  signOut: 'Sign out',
  signOutLabel: (name: string) => `Sign out ${name}`,
  signOutTitle: (name: string) => `Sign out ${name}?`,
  signOutText: 'It loses the connection at once and needs to sign in again.',
  signOutOthers: 'Sign out all others',
  signOutOthersTitle: 'Sign out all other devices?',
  signOutOthersText: (count: number) =>
    count === 1 ? 'One device loses the connection at once.' : `${count} devices lose the connection at once.`,
  pair: 'Pair a phone',
  pairTitle: 'Pair a phone',
  pairText: 'Scan this with the phone’s camera, or open the link there. It signs the phone in as you.',
  pairTrust: 'Show it to nobody: whoever opens it first acts as you.',
  pairHttp:
    'This address is plain http: the phone can use neither passkeys nor an installed app that opens without a network. An https address, for instance behind a proxy or Tailscale, gives both.',
  insecure:
    'This address is plain http, so the browser keeps no copy of the app: it opens only while the server can be reached. What is on this device and not sent yet stays. An https address changes that.',
  pairQr: 'QR code of the pairing link',
  pairLink: 'Pairing link',
  copyLink: 'Copy link',
  endsIn: (seconds: number) => `Ends in ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`,
  ended: 'This code has ended. Nobody used it.',
  newCode: 'New code',
  paired: (device: string) => `Paired: ${device}`,
  pairedText: 'The phone is signed in. It is in your list of devices.',
  done: 'Done',
  unreachable: 'A phone can’t reach this server: it listens for this computer only.',
  unreachableTodo:
    'Start it in its clone of Drover so that your network reaches it, with the address the phone will use:',
  unreachableCommand: 'npx drover start --host 0.0.0.0 --public-url http://192.168.1.20:4400',
  unreachableHttps:
    'For passkeys and installing on the phone, that address must be https, for instance behind a proxy or Tailscale.',
} as const

export const teamWords = {
  team: 'Team',
  name: 'Name of the team',
  limit: 'Runs at once',
  limitHint: 'Runs that runners may hold at the same time. More wait in the queue.',
  agentPlans: 'Keep plans that agents make',
  agentPlansHint:
    'When this is off, a plan that an agent made goes into the archive seven days after its run ended, unless a person wrote in it, commented on it, moved it, kept a version of it, executed it or sent it to an agent. Nothing is deleted.',
  limitInvalid: 'Give a whole number from 1 to 1000.',
  members: 'Members',
  you: 'you',
  role: 'Role',
  roleOf: (name: string) => `Role of ${name}`,
  remove: 'Remove',
  removeLabel: (name: string) => `Remove ${name}`,
  removeTitle: (name: string, team: string) => `Remove ${name} from ${team}?`,
  removeText: 'They lose access at once. Their runs, and what they wrote, stay.',
  leave: 'Leave',
  leaveTitle: (team: string) => `Leave ${team}?`,
  leaveText: 'You lose access at once. To come back you need a new invitation.',
  ownRoleTitle: 'Give up your role?',
  ownRoleText: (role: string) => `You become ${role}. Somebody else has to give you more rights again.`,
  ownRole: 'Change my role',
  invitations: 'Invitations',
  invitationsText: 'Links for people to join. Each works once, for 7 days.',
  noInvitations: 'No open invitations.',
  invite: 'Invite',
  inviteTitle: 'Invite somebody',
  inviteText: 'Makes a link that works once. Send it to the person yourself: Drover sends no mail.',
  inviteAs: 'They join as',
  createLink: 'Make the link',
  linkReady: 'Send this link. Whoever opens it first joins the team.',
  link: 'Invitation link',
  copyLink: 'Copy link',
  invitedBy: (name: string) => `by ${name}`,
  ends: (at: number) => `ends ${dateWords(at)}`,
  revoke: 'Revoke',
  revokeLabel: (role: string, by: string) => `Revoke the invitation as ${role.toLowerCase()} by ${by}`,
  revokeTitle: 'Revoke this invitation?',
  revokeText: 'The link stops working at once.',
  onlyAdmins: 'Admins and owners change the team.',
  switchTeam: 'Your teams',
  open: 'Open',
  current: 'This one',
  newTeam: 'New team',
  newTeamTitle: 'New team',
  newTeamText: 'A team has its own runs, people and runners.',
  createTeam: 'Create team',
} as const

/** As many as a runner may take. */
const unlimitedRuns = 1000

/** What a runner's settings come to, in rows. */
export function aboutRunnerRows(about: RunnerAbout): { label: string; text: string }[] {
  const { docker, freeBytes, minFreeBytes, runBytes, idleMs, cleansUp } = about
  const disk = [
    ...(freeBytes === undefined ? [] : [`${bytes(freeBytes)} free`]),
    ...(minFreeBytes === 0 ? [] : [`nothing new below ${bytes(minFreeBytes)}`]),
    ...(runBytes === 0 ? [] : [`at most ${bytes(runBytes)} a run`]),
  ]
  const pulls = { always: 'fetched for each run', missing: 'fetched when missing', never: 'never fetched' } as const
  return [
    ...(docker === undefined
      ? []
      : [
          {
            label: 'Each container',
            text: `${numbers.format(docker.memoryMb)} MiB, ${count(docker.cpus, 'processor')}, ${count(docker.pids, 'process', 'processes')}, network ${docker.network}`,
          },
          { label: 'Image', text: `${docker.image} where a run names none; images are ${pulls[docker.pull]}` },
        ]),
    ...(disk.length === 0 ? [] : [{ label: 'Disk', text: disk.join(', ') }]),
    { label: 'Follow-ups', text: idleMs === 0 ? 'Agents end with their turn' : `Agents stay for ${spanWords(idleMs)}` },
    ...(cleansUp ? [] : [{ label: 'Clean-up', text: 'Off: containers and folders of ended runs are kept' }]),
  ]
}

export const runnerWords = {
  runners: 'Runners',
  runnersText: 'Machines that execute runs. They connect out to this server, so they need no open port.',
  none: 'No runner has connected yet. Make an agent key and start one.',
  connected: 'Connected',
  away: 'Not connected',
  since: 'since',
  lastSeen: 'last seen',
  runningOf: (running: number, capacity: number) =>
    capacity >= unlimitedRuns ? `${running} running, without a limit` : `${running} of ${capacity} running`,
  capacity: 'Runs',
  host: 'Host',
  system: 'System',
  sandboxes: 'Sandboxes',
  sandboxNames: { direct: 'Own folder', docker: 'Docker' } as const,
  noSandboxes: 'none',
  harnesses: 'Harnesses',
  noHarnesses: 'It offers no harness.',
  problems: 'What to mend',
  keys: 'Agent keys',
  keysText:
    'A key lets a runner act for this team. Whoever holds it receives the team’s runs: treat it like a password.',
  noKeys: 'No agent keys.',
  addKey: 'New agent key',
  keyTitle: 'New agent key',
  keyName: 'Name',
  keyNameHint: 'The machine it is for, such as devbox-04.',
  createKey: 'Make the key',
  keyReady: 'Copy it now: it is shown this once.',
  keyCommand: 'On that machine, in a clone of Drover after “npm ci”:',
  copyCommand: 'Copy command',
  copyKey: 'Copy key',
  madeBy: (name: string) => `by ${name}`,
  lastUsed: 'last used',
  neverUsed: 'never used',
  revoke: 'Revoke',
  revokeLabel: (name: string) => `Revoke ${name}`,
  revokeTitle: (name: string) => `Revoke “${name}”?`,
  revokeText: 'Runners with this key lose the connection at once and can’t come back. Their runs are taken as lost.',
  onlyAdmins: 'Admins and owners manage agent keys.',
} as const

export const thisDeviceWords = {
  storage: 'Storage',
  storageText:
    'Runs, transcripts and what waits to be sent are kept by this browser, so that Drover opens without a network.',
  storageUsed: (used: string, of: string) => `${used} used; this browser offers ${of}.`,
  storageUnknown: 'This browser does not tell how much is used.',
  transcripts: (all: number, pinned: number) =>
    all === 0
      ? 'No transcript is kept yet: each run that you open is.'
      : `The transcripts of ${count(all, 'run')} are on this device${pinned === 0 ? '' : `, ${pinned} of them kept offline for good`}. The ones you opened longest ago make room when it gets short.`,
  makeRoom: 'Remove the others',
  makeRoomAll: 'Remove transcripts',
  madeRoom: (runs: number) => (runs === 0 ? 'Those that are shown just now stay.' : `Removed: ${count(runs, 'run')}.`),
  pinnedRuns: 'Kept offline',
  unpin: 'Don’t keep',
  unpinLabel: (title: string) => `Don’t keep “${title}” offline`,
  coming: 'Not all of it is here yet',
  unknownRun: 'A run that this device does not know yet',
  persistent: 'This browser keeps it until you clear it.',
  notPersistent: 'This browser may clear it when space on the device is short.',
  persist: 'Ask it to keep everything',
  persistRefused:
    'This browser did not agree. Installing Drover, or allowing its notifications, makes it more likely to.',
  sending: 'Messages to a working agent',
  sendingText:
    'What happens to a message that you send while the agent works. Each run can have its own way, beside its message field.',
  interrupt: 'Interrupt the agent',
  interruptHint: 'Off: the message waits in the queue until the turn has ended.',
  install: 'Install',
  installText:
    'A window and an icon of its own. Other apps can then share text and files with Drover, and Markdown files can be opened with it.',
  installed: 'Drover is installed on this device.',
  installNow: 'Install Drover',
  installByHand: 'On an iPhone or iPad: press Share in the browser, then “Add to Home Screen”.',
  installUnknown: 'This browser has not offered it here. Its own menu may have “Install” or “Add to Home Screen”.',
  installInsecure: 'Browsers install apps only from https or localhost.',
  keys: 'Keys',
  keysText:
    'Keys of one letter, such as N for a new run, work when no text field has the focus. The ? key lists them all.',
} as const
