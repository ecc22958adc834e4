import { dateWords } from './time.ts'

/** Words of a person's own API keys. */
export const personalKeyWords = {
  title: 'API keys',
  text: 'A key lets a program, such as the command line in a script, act as you in this team, with the rights that you have there. It opens runs, plans, environments and secrets; it can’t change your account, sign devices in or make another key.',
  none: 'No API keys.',
  add: 'New API key',
  name: 'Name',
  nameHint: 'The program that it is for, such as nightly handoff.',
  endsAfter: 'Ends after',
  days: { '7': '7 days', '30': '30 days', '90': '90 days', '366': 'a year', never: 'No end' } as const,
  neverHint: 'It works until you revoke it, or leave the team.',
  make: 'Make the key',
  ready: 'Copy it now: it is shown this once. Whoever has it acts as you.',
  use: 'Where the program runs:',
  copyKey: 'Copy key',
  copyCommand: 'Copy command',
  team: (name: string) => `for ${name}`,
  ends: (at: number, now: number) => `${at > now ? 'ends' : 'ended'} ${dateWords(at, now)}`,
  noEnd: 'no end',
  lastUsed: 'last used',
  neverUsed: 'never used',
  revoke: 'Revoke',
  revokeLabel: (name: string) => `Revoke ${name}`,
  revokeTitle: (name: string) => `Revoke “${name}”?`,
  revokeText: 'Programs with this key are refused from now on.',
} as const
