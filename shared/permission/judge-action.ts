import type { CommandEffect } from '../domain/permission.ts'
import type { ActionKind, Autonomy, ProfileSnapshot } from '../domain/profile.ts'
import { actionReason, denialFor, type ActionRule } from './action-words.ts'
import { askReason } from './ask-reason.ts'
import type { ParsedCommand } from './command-types.ts'
import { judgeCommand, type CommandPolicy, type JudgeRule, type PartReason } from './judge-command.ts'
import { matchesWildcards, protectedBy } from './path-patterns.ts'
import { isSecretName } from './secret-names.ts'
import type { SimilarPattern } from './similar-pattern.ts'

/** A file that an agent wants to read or to change. */
export interface ActionFile {
  /** From the workspace's root; whole where it lies outside. */
  readonly path: string
  /** `unsure`: it could not be found out. */
  readonly where: 'inside' | 'outside' | 'unsure'
}

/** What an agent wants to do, as far as its harness tells. */
export type Action =
  | {
      readonly kind: 'command'
      readonly parsed: ParsedCommand
      readonly effects: readonly CommandEffect[]
      readonly allowed: readonly SimilarPattern[]
      readonly cwd: string
      readonly root: string
      /** Why what was worked out from the text may not hold. */
      readonly doubt?: string | undefined
    }
  /** `deletes`: files go, or get another name. */
  | { readonly kind: 'edit'; readonly files: readonly ActionFile[]; readonly deletes?: boolean }
  | { readonly kind: 'read'; readonly files: readonly ActionFile[] }
  | { readonly kind: 'fetch'; readonly host: string | undefined }
  | { readonly kind: 'mcp'; readonly server: string | undefined; readonly tool: string }
  | { readonly kind: 'plan' }
  /** `approved`: a person has let the agent write to this process before. */
  | { readonly kind: 'terminal'; readonly approved: boolean }
  | { readonly kind: 'other' }

export interface Ruling {
  readonly decision: 'allow' | 'ask' | 'deny'
  /** For people: the profile, and the very setting or rule. */
  readonly reason: string
  /** Of a denial: what the agent hears. */
  readonly sentence?: string
  /** Of a command: what each part comes to. */
  readonly parts?: readonly PartReason[]
  /** What was found, before the profile's "run until completion" had its say. */
  readonly rule: ActionRule
}

type Found = Pick<Ruling, 'decision' | 'reason' | 'rule' | 'parts'>

/** One engine for all harnesses: what a profile says to what an agent wants. Pure, so that a page can say it too. */
export function judgeAction(profile: ProfileSnapshot, action: Action): Ruling {
  const found = unattended(profile, look(profile, action))
  return found.decision === 'deny' ? { ...found, sentence: denialFor(profile, found.reason) } : found
}

export function commandPolicyOf(profile: ProfileSnapshot): CommandPolicy {
  const { autonomy, commandAllow, commandDeny, denied, protectedPaths } = profile
  return {
    autonomy: autonomy.commands,
    allow: commandAllow,
    deny: commandDeny,
    denied,
    writes: autonomy.edits === 'agent_decides' || autonomy.edits === 'always_allow',
    protectedPaths,
  }
}

/** What is denied by itself where nobody is asked: everything that a list, a protected path or a doubt speaks against. */
const deniedUnattended: ReadonlySet<ActionRule> = new Set(['denied', 'protected', 'unreadable', 'unsure', 'outside'])

function unattended(profile: ProfileSnapshot, found: Found): Found {
  if (!profile.runToEnd || found.decision !== 'ask') return found
  return { ...found, decision: deniedUnattended.has(found.rule) ? 'deny' : 'allow' }
}

function look(profile: ProfileSnapshot, action: Action): Found {
  switch (action.kind) {
    case 'command':
      return lookAtCommand(profile, action)
    case 'edit':
      return lookAtEdit(profile, action)
    case 'read':
      return lookAtRead(profile, action.files)
    case 'mcp':
      return lookAtMcp(profile, action)
    case 'fetch':
      return byAutonomy(profile, 'web', { harmless: false, what: action.host })
    case 'plan':
      return byAutonomy(profile, 'plans', { harmless: true })
    case 'terminal':
      return lookAtTerminal(profile, action.approved)
    case 'other':
      return byAutonomy(profile, 'other', { harmless: false })
  }
}

function lookAtCommand(profile: ProfileSnapshot, action: Extract<Action, { kind: 'command' }>): Found {
  const { parsed, effects, allowed, cwd, root, doubt } = action
  const judgement = judgeCommand({ parsed, effects, policy: commandPolicyOf(profile), allowed, cwd, root })
  const rules = new Set(judgement.reasons.map((each) => each.rule))
  const rule = commandRule(rules) ?? profile.autonomy.commands
  const found: Found = {
    decision: judgement.decision,
    reason: askReason(judgement, profile.name),
    rule,
    parts: judgement.reasons,
  }
  // What was worked out from the text holds only where it was meant to run; who allows everything allows that too.
  if (doubt === undefined || found.decision !== 'allow' || profile.autonomy.commands === 'always_allow') return found
  return { ...found, decision: 'ask', reason: doubt }
}

/** The gravest of what a list, a doubt or a protected path says. */
function commandRule(rules: ReadonlySet<JudgeRule>): ActionRule | undefined {
  if (rules.has('denied')) return 'denied'
  if (rules.has('unreadable')) return 'unreadable'
  if (rules.has('deny_list_unsure')) return 'unsure'
  return rules.has('protected') ? 'protected' : undefined
}

function lookAtEdit(
  profile: ProfileSnapshot,
  { files, deletes }: { files: readonly ActionFile[]; deletes?: boolean },
): Found {
  const away = files.find((file) => file.where === 'outside')
  if (away !== undefined) return says(profile, 'deny', 'outside', { kind: 'edits', what: away.path })
  const own = byAutonomy(profile, 'edits', { harmless: files.length > 0 && deletes !== true })
  if (own.decision === 'deny') return own
  for (const file of files) {
    const pattern = protectedBy(profile.protectedPaths, file.path)
    if (pattern !== undefined) return says(profile, 'ask', 'protected', { kind: 'edits', what: pattern })
  }
  const unsure = files.find((file) => file.where === 'unsure')
  return unsure === undefined ? own : says(profile, 'ask', 'outside', { kind: 'edits', what: unsure.path })
}

function lookAtRead(profile: ProfileSnapshot, files: readonly ActionFile[]): Found {
  const harmless = files.length > 0 && files.every((file) => file.where === 'inside' && !isSecretName(file.path))
  return byAutonomy(profile, 'reads', { harmless })
}

function lookAtMcp(profile: ProfileSnapshot, { server, tool }: { server: string | undefined; tool: string }): Found {
  const own = byAutonomy(profile, 'mcp', { harmless: false, what: server === undefined ? tool : `${server}/${tool}` })
  if (own.decision === 'deny') return own
  const denied = profile.mcpDeny.find((name) => coversTool(name, server, tool) !== false)
  if (denied !== undefined) {
    const sure = coversTool(denied, server, tool) === true
    return says(profile, sure && profile.denied === 'deny' ? 'deny' : 'ask', sure ? 'denied' : 'unsure', {
      kind: 'mcp',
      what: denied,
    })
  }
  const allowed = profile.mcpAllow.find((name) => coversTool(name, server, tool) === true)
  return allowed === undefined ? own : says(profile, 'allow', 'listed', { kind: 'mcp', what: allowed })
}

/** `unknown`: the harness does not tell the server. */
function coversTool(name: string, server: string | undefined, tool: string): boolean | 'unknown' {
  const [ofServer = '', ofTool = '*'] = name.split('/')
  if (!matchesWildcards(ofTool, tool)) return false
  return server === undefined ? (ofServer === '*' ? true : 'unknown') : matchesWildcards(ofServer, server)
}

function lookAtTerminal(profile: ProfileSnapshot, approved: boolean): Found {
  switch (profile.terminalWrites) {
    case 'always_allow':
      return says(profile, 'allow', 'always_allow', { kind: 'terminal' })
    case 'never':
      return says(profile, 'deny', 'never', { kind: 'terminal' })
    case 'always_ask':
      return says(profile, 'ask', 'always_ask', { kind: 'terminal' })
    case 'ask_first':
      return says(profile, approved ? 'allow' : 'ask', 'ask_first', { kind: 'terminal' })
  }
}

function byAutonomy(
  profile: ProfileSnapshot,
  kind: ActionKind,
  { harmless, what }: { harmless: boolean; what?: string | undefined },
): Found {
  const autonomy: Autonomy = profile.autonomy[kind]
  switch (autonomy) {
    case 'never':
      return says(profile, 'deny', autonomy, { kind, what })
    case 'always_allow':
      return says(profile, 'allow', autonomy, { kind, what })
    case 'always_ask':
      return says(profile, 'ask', autonomy, { kind, what })
    case 'agent_decides':
      return says(profile, harmless ? 'allow' : 'ask', autonomy, { kind, what })
  }
}

function says(
  profile: ProfileSnapshot,
  decision: Ruling['decision'],
  rule: ActionRule,
  at: { kind: ActionKind | 'terminal'; what?: string | undefined },
): Found {
  return { decision, rule, reason: actionReason(profile.name, decision, rule, at) }
}
