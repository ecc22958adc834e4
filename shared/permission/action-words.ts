import type { ActionKind, Autonomy, ProfileSnapshot } from '../domain/profile.ts'

export type ActionRule =
  | Autonomy
  | 'denied'
  | 'listed'
  | 'protected'
  | 'outside'
  | 'unsure'
  | 'unreadable'
  | 'ask_first'

/** Why something goes, asks or is denied: one sentence that names the profile and the setting. At most 400 letters. */
export function actionReason(
  profile: string,
  decision: 'allow' | 'ask' | 'deny',
  rule: ActionRule,
  { kind, what }: { kind: ActionKind | 'terminal'; what?: string | undefined },
): string {
  const who = `The profile ${profile}`
  const named = what === undefined ? '' : ` ${short(what)}`
  switch (rule) {
    case 'outside':
      return decision === 'deny'
        ? `No agent changes files outside its workspace:${named}.`
        : `Drover can't tell whether${named} is in the workspace.`
    case 'protected':
      return `${who} protects${named}, which this changes.`
    case 'denied':
      return `${who} has${named} on its list of denied tools.`
    case 'unsure':
      return `Drover can't tell whether ${profile}’s list of denied tools covers this.`
    case 'listed':
      return `${who} has${named} on its list of allowed tools.`
    case 'ask_first':
      return decision === 'allow'
        ? `Somebody let it write to this process before.`
        : `${who} asks before the first write to a process.`
    case 'never':
      return `${who} lets no agent ${verbs[kind]}.`
    case 'always_allow':
      return `${who} lets an agent ${verbs[kind]}.`
    case 'agent_decides':
    case 'always_ask':
    case 'unreadable':
      return decision === 'allow'
        ? `${who} lets an agent ${verbs[kind]} where it is known to be harmless.`
        : `${who} asks before an agent may ${verbs[kind]}${what === undefined ? '' : ` (${short(what)})`}.`
  }
}

/** What an agent hears of a denial that no person made. */
export function denialFor(profile: Pick<ProfileSnapshot, 'name'>, reason: string): string {
  return `Denied by the profile ${profile.name}; nobody was asked. ${reason} Find another way, or leave it and say so.`
}

const verbs: Readonly<Record<ActionKind | 'terminal', string>> = {
  reads: 'read files',
  edits: 'change files',
  plans: 'make and change plans',
  commands: 'run commands',
  mcp: 'use tools of MCP servers',
  web: 'fetch from the web or search it',
  other: 'use tools that Drover does not know',
  terminal: 'write to a running command',
}

function short(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}
