import type { ActionKind, Autonomy, FieldChange, ProfileField, TerminalAutonomy } from '#shared/domain/profile.ts'
import { count } from './count.ts'

const autonomy: Readonly<Record<Autonomy, string>> = {
  agent_decides: 'Agent decides',
  always_ask: 'Always ask',
  always_allow: 'Always allow',
  never: 'Never',
}

const autonomyMeanings: Readonly<Record<Autonomy, string>> = {
  agent_decides: 'What is known to be harmless goes; the rest asks.',
  always_ask: 'Nothing happens before somebody has answered.',
  always_allow: 'It goes without a question.',
  never: 'It is denied at once, and nobody is asked.',
}

const kinds: Readonly<Record<ActionKind, { readonly label: string; readonly hint: string }>> = {
  reads: { label: 'Read files', hint: 'Harmless: files of the workspace that hold no secrets.' },
  edits: {
    label: 'Change files',
    hint: 'Harmless: files of the workspace that are not protected. Outside of it, never.',
  },
  plans: { label: 'Make and change plans', hint: 'Drover’s own tools for plans.' },
  commands: {
    label: 'Run commands',
    hint: 'Harmless: commands that Drover knows to read only, or to change nothing but files that may be changed.',
  },
  mcp: {
    label: 'Use tools of MCP servers',
    hint: 'Drover can’t tell what such a tool does, so nothing is known to be harmless.',
  },
  web: {
    label: 'Fetch from the web, and search it',
    hint: 'By the agent’s own tool; a command such as curl is a command.',
  },
  other: { label: 'Use other tools', hint: 'What Drover does not know.' },
}

const terminal: Readonly<Record<TerminalAutonomy, string>> = {
  ask_first: 'Ask on first write',
  always_ask: 'Always ask',
  always_allow: 'Always allow',
  never: 'Never',
}

const terminalMeanings: Readonly<Record<TerminalAutonomy, string>> = {
  ask_first: 'The first write to a process asks; the later ones to the same don’t.',
  always_ask: 'Every write asks.',
  always_allow: 'Writes without a question.',
  never: 'It is denied at once.',
}

const fields: Readonly<Record<ProfileField, string>> = {
  name: 'name',
  model: 'model',
  effort: 'effort',
  reads: kinds.reads.label,
  edits: kinds.edits.label,
  plans: kinds.plans.label,
  commands: kinds.commands.label,
  mcp: kinds.mcp.label,
  web: kinds.web.label,
  other: kinds.other.label,
  terminalWrites: 'Write to a running command',
  commandAllow: 'Commands that go',
  commandDeny: 'Denied commands',
  denied: 'What is denied',
  mcpAllow: 'Tools that go',
  mcpDeny: 'Denied tools',
  protectedPaths: 'Protected files',
  runToEnd: 'Run until completion',
  expiresAfterMinutes: 'Questions lapse',
}

/** Words of the profiles: in the settings, where a run is started, and on its page. */
export const profileWords = {
  title: 'Profiles',
  text: 'What agents may do without asking. A run is worked under one of these.',
  profile: 'Profile',
  new: 'New profile',
  list: 'All profiles',
  builtin: 'Comes with Drover',
  builtinChanged: 'Comes with Drover, changed here',
  team: 'The team’s',
  own: 'Only you see it',
  teamDefault: 'Team’s default',
  ownDefault: 'Your default',
  defaults: 'Defaults',
  defaultsText: 'For runs that choose no profile of their own.',
  asTeam: (name: string) => `As the team: ${name}`,
  runsToEnd: 'asks nobody',
  open: (name: string) => `Open ${name}`,
  back: 'All profiles',
  summary: (commands: Autonomy, edits: Autonomy, web: Autonomy) =>
    `Commands: ${autonomy[commands].toLowerCase()} · edits: ${autonomy[edits].toLowerCase()} · web: ${autonomy[web].toLowerCase()}`,
  name: 'Name',
  nameMissing: 'Give it a name.',
  nameTaken: (name: string) => `There is a profile ${name} already.`,
  whose: 'Who uses it',
  whoseTeam: 'The team',
  whoseTeamHint: 'Everybody can choose it; admins change it.',
  whoseOwn: 'Only you',
  whoseOwnHint: 'Nobody else sees it, apart from its name on your runs.',
  may: 'What the agent may do',
  autonomy,
  autonomyMeanings,
  kinds,
  terminalLabel: 'Write to a running command',
  terminal,
  terminalMeanings,
  lists: 'Commands',
  listsText:
    'A regular expression a line, for one whole command. What is joined by && or ; or a pipe is judged part by part; what can’t be read asks. Denied wins.',
  commandAllow: 'Go without a question',
  commandDeny: 'Denied',
  commandDenyHint:
    'A word alone, such as rm, covers that program with whatever follows, also behind sudo and in other folders.',
  denied: 'What is denied',
  deniedWays: { ask: 'Always asks', deny: 'Is denied at once' },
  deniedMeanings: {
    ask: 'Somebody has to allow it each time, whatever else is set.',
    deny: 'The agent is told so, and nobody is asked.',
  },
  mcp: 'MCP servers',
  mcpText: 'A server a line, or a server and a tool: github/create_issue. “*” stands for any letters. Denied wins.',
  mcpAllow: 'Go without a question',
  mcpDeny: 'Denied',
  files: 'Protected files',
  filesText: 'A pattern a line, as in a .gitignore. What changes one of them asks, whatever else is set.',
  protectedPaths: 'Protected',
  alone: 'While nobody is there',
  runToEnd: 'Run until completion',
  runToEndHint:
    'Nobody is asked. What would ask goes; what is denied, protected, or can’t be read is denied by itself. Questions that the agent itself has still come.',
  expires: 'A question lapses after',
  expiresHint: 'Minutes. Then it counts as denied, and the agent goes on. Empty: it waits.',
  expiresInvalid: 'Write a whole number of minutes, from 1 to 10,080 (a week).',
  model: 'Model',
  modelText: 'For runs that choose none.',
  modelLabel: 'Model, as the agent calls it',
  effort: 'How hard it thinks',
  effortDefault: 'As the agent has it',
  efforts: { minimal: 'Minimal', low: 'Low', medium: 'Medium', high: 'High', max: 'Highest' },
  tooMany: (most: number) => `At most ${most} lines.`,
  lineTooLong: (most: number) => `A line has at most ${most} characters.`,
  entry: (entry: string, why: string) => `${entry}: ${why}`,
  save: 'Save',
  saved: 'Saved',
  create: 'Make the profile',
  cancel: 'Cancel',
  duplicate: 'Copy',
  copyName: (name: string) => `${name} (copy)`,
  delete: 'Delete',
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteText: 'Runs that are going keep it. The next turn of each takes the default.',
  reset: 'As it came',
  resetTitle: (name: string) => `Set ${name} back to how it came with Drover?`,
  resetText: 'What was changed here is gone. The history stays.',
  readOnly: 'Only admins of the team change this profile. Make a copy to have one of your own.',
  actions: 'More',
  try: {
    title: 'Try a command',
    text: 'What would happen under these settings, part by part. Nothing is run. In a run Drover also looks at files and links, and may still ask.',
    label: 'Command',
    whole: 'All of it',
    decisions: { allow: 'Goes', ask: 'Asks', deny: 'Denied' },
    loading: 'Loading the judge of commands',
    broken: 'The judge of commands could not be loaded. Go online once, then try again.',
  },
  gaps: 'What can’t be enforced',
  gapsText: 'Some agents do some things without asking anybody. A profile can’t hold them up there; a container can.',
  noGaps: 'Everything it does goes through Drover first.',
  history: 'Changes',
  noHistory: 'Nobody has changed it yet.',
  change,
  more: (n: number) => `and ${count(n, 'more change')}`,
  picker: 'Profile',
  pickerDefault: (name: string) => `Your default: ${name}`,
  freeOnMachine:
    'It runs commands without asking, with the rights of the user that runs Drover there. A container is safer.',
  asksNobody: 'Nobody is asked in this run.',
  switch: 'Profile of this run',
  switchHint: 'Holds at once: what waits and is now allowed goes on.',
  switchNext: 'Holds from the next turn on.',
  gone: (name: string) => `${name} (deleted)`,
  none: 'Chosen when it starts',
  delivery: {
    accepted: 'Sent to the machine',
    delivered: 'The machine has it',
    done: '',
    refused: 'The machine’s Drover is too old for it',
  },
  allowAlways: (name: string) => `Always allow in ${name}`,
  allowsAlways: 'Puts on its list:',
} as const

/** "Denied commands: added rm, removed curl". */
function change({ field, from, to, added = [], removed = [] }: FieldChange): string {
  const parts = [
    ...(added.length === 0 ? [] : [`added ${added.join('  ')}`]),
    ...(removed.length === 0 ? [] : [`removed ${removed.join('  ')}`]),
    ...(from === undefined && to === undefined ? [] : [`${valueWords(from)} → ${valueWords(to)}`]),
  ]
  return `${fields[field]}: ${parts.join(', ')}`
}

function valueWords(value: string | undefined): string {
  if (value === undefined) return 'none'
  const known: Readonly<Partial<Record<string, string>>> = { ...autonomy, ...terminal, true: 'on', false: 'off' }
  return known[value] ?? value
}
