import type { Role } from '#shared/domain/team.ts'

/** Words of the pages that lead in: first start, signing in, invitations, pairing, a new password. */
export const authWords = {
  app: 'Drover',
  name: 'Name',
  email: 'Email',
  emailHint: 'This is your name for signing in. Drover never sends mail.',
  password: 'Password',
  newPassword: 'New password',
  passwordHint: 'At least 10 characters.',
  showPassword: 'Show',
  hidePassword: 'Hide',
  showPasswordLabel: 'Show the password',
  hidePasswordLabel: 'Hide the password',
  withPasskey: 'Continue with a passkey',
  withPasswordInstead: 'Use a password instead',
  withPasskeyInstead: 'Use a passkey instead',
  passkeyHint: 'Your fingerprint, face, PIN or security key. Nothing to remember.',
  noPasskeys: 'Passkeys need https or localhost; at this address you sign in with a password.',
  checking: 'Checking this link with the server.',
  tryAgain: 'Try again',
  toSignIn: 'Go to sign-in',

  welcome: 'Welcome to Drover',
  welcomeText: 'Make the first account. It owns this server’s first team; nothing leaves this machine.',
  createAccount: 'Create account',
  creating: 'Creating the account',

  signIn: 'Sign in',
  signingIn: 'Signing in',
  signInText: (server: string) => `to Drover on ${server}`,
  signInPasskey: 'Sign in with a passkey',
  or: 'or',
  lockedOut: 'Locked out? Whoever runs this server can make a new link for you, in its clone of Drover:',
  lockedOutCommand: 'npx drover admin reset-link you@example.com',
  firstStart:
    'Nobody has an account here yet. Open the sign-in link that the terminal printed when the server started.',
  firstStartLost: 'If it is lost or a day old, start the server again: it prints a new one.',

  invited: (team: string) => `Join ${team}`,
  invitedText: (by: string, role: Role) =>
    `${by} invites you as ${roleWords[role].toLowerCase()}. ${roleMeanings[role]}`,
  joinAs: (name: string) => `Join as ${name}`,
  joining: 'Joining',
  signedInAs: (email: string) => `You are signed in as ${email}.`,
  haveAccount: 'I have an account here',
  otherAccount: 'Join with another account',

  pair: 'Sign this device in?',
  pairText: (name: string, email: string) => `${name} · ${email}`,
  pairServer: (server: string) => `on ${server}`,
  pairWarning:
    'Whoever holds this device will act as this person. It can be signed out any time under Settings, Devices.',
  pairConfirm: 'Sign in here',
  pairDecline: 'Not me',
  pairDeclined: 'Nothing was changed. You can close this page.',
  pairing: 'Signing in',

  reset: 'Choose a new way in',
  resetText: (email: string) => `For ${email}. The link works once.`,
  signOutOthers: 'Sign all my other devices out',
  resetSave: 'Save and sign in',

  linkEnded: 'This link has ended',
  linkUnknown: 'This link is not known here',
  linkMissing: 'The address is not complete. Copy the whole link, with everything after the #, and open it again.',
  welcomeEnded: 'Sign in if you have an account. While nobody has one, each start of the server prints a new link.',
  inviteEnded: 'Ask for a new invitation.',
  pairEnded: 'Make a new code on the other device, under Settings, Devices.',
  resetEnded: 'Ask whoever runs the server for a new link.',
  cantCheck: 'The link could not be checked',
} as const

export const roleWords: Record<Role, string> = { owner: 'Owner', admin: 'Admin', member: 'Member', viewer: 'Viewer' }

export const roleMeanings: Record<Role, string> = {
  owner: 'Owners can do everything, also to other owners.',
  admin: 'Admins manage people, runners and every run.',
  member: 'Members start runs and answer their questions.',
  viewer: 'Viewers read everything and change nothing.',
}

/** By `PasskeyProblem`. */
export const passkeyProblems = {
  cancelled: 'No passkey was used. Try again, or use a password.',
  exists: 'This device holds a passkey for this account already.',
  unsupported: 'This browser can’t use passkeys here.',
  failed: 'The passkey did not work. Try again, or use a password.',
} as const
