import type { CommandEffect } from '../domain/permission.ts'
import type { Autonomy } from '../domain/profile.ts'
import { compileRules, createMeter, type CompiledRules, type Meter } from './command-rules.ts'
import { shownWord, type CommandPart, type ParsedCommand, type ParsedOk } from './command-types.ts'
import { deniedBy } from './denied-part.ts'
import { lexicalFacts } from './lexical-facts.ts'
import { pathIn, protectedBy } from './path-patterns.ts'
import { allowsWhole, matchesPattern, type SimilarPattern } from './similar-pattern.ts'
import { visibleText } from './visible-text.ts'

export interface CommandPolicy {
  /**
   * `always_ask`: ask, but for what the lists allow. `agent_decides`: plain reads inside the workspace need no
   * question. `always_allow`: everything runs, but for what the lists deny. `never`: nothing runs.
   */
  readonly autonomy: Autonomy
  /** Regular expressions, each for a whole part. `deny` wins. */
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  /** What becomes of a part that `deny` covers. */
  readonly denied: 'ask' | 'deny'
  /** With `agent_decides`: what only makes and changes files in the workspace needs no question either. */
  readonly writes: boolean
  /** Patterns of paths; what changes or deletes one of them asks, whatever else holds. */
  readonly protectedPaths: readonly string[]
}

/** For a run that came without a profile. */
export const plainPolicy: CommandPolicy = {
  autonomy: 'agent_decides',
  allow: [],
  deny: [],
  denied: 'deny',
  writes: false,
  protectedPaths: [],
}

export const judgeRules = [
  'unreadable',
  'never',
  'denied',
  'deny_list_unsure',
  'protected',
  'allowed',
  'allowed_similar',
  'plain_read',
  'workspace_write',
  'always_allow',
  'always_ask',
  'changes_files',
  'deletes',
  'network',
  'runs_code',
  'dangerous_read',
  'unknown',
] as const
export type JudgeRule = (typeof judgeRules)[number]

export interface PartReason {
  /** With its text made visible. */
  readonly part: string
  readonly rule: JudgeRule
  /** The very rule or pattern of a list. */
  readonly by?: string
}

export interface Judgement {
  readonly decision: 'allow' | 'ask' | 'deny'
  /** One for each part, in order. A text that can't be read has one for the whole. */
  readonly reasons: readonly PartReason[]
}

interface CommandToJudge {
  readonly parsed: ParsedCommand
  readonly effects: readonly CommandEffect[]
  readonly policy: CommandPolicy
  readonly allowed: readonly SimilarPattern[]
  readonly cwd: string
  /** The workspace; absent: `cwd`. */
  readonly root?: string
}

/**
 * Judges each part by itself; the gravest answer counts. A text that can't be read asks, whatever the policy.
 * A rule that isn't a valid one allows nothing; where a rule of `deny` can't be applied, the part asks.
 * @param input.effects as `explainParts` gave them, one a part.
 */
export function judgeCommand(input: CommandToJudge): Judgement {
  const { parsed, policy } = input
  if (policy.autonomy === 'never')
    return { decision: 'deny', reasons: [{ part: visibleText(parsed.text).slice(0, 2000), rule: 'never' }] }
  if (!parsed.ok) return { decision: 'ask', reasons: [{ part: visibleText(parsed.text), rule: 'unreadable' }] }
  const meter = createMeter()
  const lists = { allow: compileRules(policy.allow, 'allow'), deny: compileRules(policy.deny, 'deny') }
  const whole = allowsWhole(input.allowed, parsed, input.cwd)
  const touched = protectedParts(parsed, input)
  const reasons = parsed.parts.map((part, index): PartReason => {
    const text = visibleText(part.text)
    const denied = deniedBy(part, lists.deny, meter)
    if (denied?.kind === 'denied') return { part: text, rule: 'denied', by: denied.by }
    if (denied !== undefined) return { part: text, rule: 'deny_list_unsure' }
    // What turns out dangerous, a link out of the workspace say, is only covered letter by letter.
    const danger = input.effects[index]?.danger !== false
    const usable = input.allowed.filter((each) => !(danger && each.kind === 'line' && each.free))
    if (whole || usable.some((each) => matchesPattern(each, part, { parsed, cwd: input.cwd })))
      return { part: text, rule: 'allowed_similar' }
    const protecting = touched[index]
    if (protecting !== undefined) return { part: text, rule: 'protected', by: protecting }
    return { part: text, ...judgePart(part, input.effects[index], { policy, allow: lists.allow, meter }) }
  })
  return { decision: gravest(reasons, policy), reasons }
}

/** For each part the pattern that covers a path which it changes. A path known only at run time is not seen here. */
function protectedParts(
  parsed: ParsedOk,
  { policy, cwd, root = cwd }: CommandToJudge,
): readonly (string | undefined)[] {
  if (policy.protectedPaths.length === 0) return []
  return lexicalFacts(parsed, { root, cwd }).parts.map(({ paths }) =>
    paths
      .filter((fact) => fact.use !== 'reads')
      .map((fact) => protectedBy(policy.protectedPaths, pathIn(root, shownWord(fact.word), cwd)))
      .find((pattern) => pattern !== undefined),
  )
}

function judgePart(
  part: CommandPart,
  effect: CommandEffect | undefined,
  { policy, allow, meter }: { policy: CommandPolicy; allow: CompiledRules; meter: Meter },
): Pick<PartReason, 'rule' | 'by'> {
  // A list speaks of commands; where their output goes it doesn't say.
  const writesAway = part.redirects.some((redirect) => redirect.op.includes('>') && !isQuiet(redirect.target))
  const opaque = part.argv.some((word) => typeof word !== 'string' && word.kind === 'opaque')
  if (!writesAway && !opaque && part.variables.length === 0 && part.wrappers.length === 0) {
    const line = part.redirects.length === 0 ? part.text : part.argv.map(shownWord).join(' ')
    const by = allow.find(({ rule }) => rule?.test(line, meter) === true)
    if (by !== undefined) return { rule: 'allowed', by: by.source }
  }
  if (policy.autonomy === 'always_allow') return { rule: 'always_allow' }
  if (policy.autonomy !== 'agent_decides') return { rule: 'always_ask' }
  switch (effect?.risk) {
    case 'reads':
      return { rule: effect.danger ? 'dangerous_read' : 'plain_read' }
    case 'writes':
      return { rule: policy.writes && !effect.danger ? 'workspace_write' : 'changes_files' }
    case 'deletes':
      return { rule: 'deletes' }
    case 'network':
      return { rule: 'network' }
    case 'runs':
      return { rule: 'runs_code' }
    default:
      return { rule: 'unknown' }
  }
}

function isQuiet(target: CommandPart['argv'][number]): boolean {
  return typeof target === 'string' && /^(?:\/dev\/null|\d+|-)$/.test(target)
}

const free: ReadonlySet<JudgeRule> = new Set([
  'allowed',
  'allowed_similar',
  'plain_read',
  'workspace_write',
  'always_allow',
])

/** What one part alone comes to. */
export function decisionOf(rule: JudgeRule, { denied }: Pick<CommandPolicy, 'denied'>): Judgement['decision'] {
  if (rule === 'never' || (rule === 'denied' && denied === 'deny')) return 'deny'
  return free.has(rule) ? 'allow' : 'ask'
}

function gravest(reasons: readonly PartReason[], policy: CommandPolicy): Judgement['decision'] {
  const decisions = reasons.map(({ rule }) => decisionOf(rule, policy))
  if (decisions.includes('deny')) return 'deny'
  return decisions.every((decision) => decision === 'allow') ? 'allow' : 'ask'
}
