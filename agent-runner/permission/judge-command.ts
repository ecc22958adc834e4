import type { CommandEffect } from '#shared/domain/permission.ts'
import { plainLine } from './classify-part.ts'
import { compileRule, type CommandRule } from './command-rules.ts'
import { shownWord, type CommandPart, type ParsedCommand } from './command-types.ts'
import { allowsWhole, matchesPattern, type SimilarPattern } from './similar-pattern.ts'
import { visibleText } from './visible-text.ts'

export interface CommandPolicy {
  /**
   * `always_ask`: ask, but for what the lists allow. `agent_decides`: plain reads inside the workspace need no
   * question. `always_allow`: everything runs, but for what the lists deny.
   */
  readonly autonomy: 'always_ask' | 'agent_decides' | 'always_allow'
  /** Regular expressions, each for a whole part. `deny` wins. */
  readonly allow: readonly string[]
  readonly deny: readonly string[]
}

/** What Drover's own `runbook` harness starts with. */
export const runbookPolicy: CommandPolicy = { autonomy: 'agent_decides', allow: [], deny: [] }

export type JudgeRule =
  | 'unreadable'
  | 'denied'
  | 'deny_list_unsure'
  | 'allowed'
  | 'allowed_similar'
  | 'plain_read'
  | 'always_allow'
  | 'always_ask'
  | 'changes_files'
  | 'deletes'
  | 'network'
  | 'runs_code'
  | 'dangerous_read'
  | 'unknown'

export interface Judgement {
  readonly decision: 'allow' | 'ask' | 'deny'
  /** One for each part, in order, with its text made visible. A text that can't be read has one for the whole. */
  readonly reasons: readonly { readonly part: string; readonly rule: JudgeRule }[]
}

/**
 * Judges each part by itself; the gravest answer counts. A text that can't be read asks, whatever the policy.
 * A rule that isn't a valid one allows nothing; where a rule of `deny` can't be applied, the part asks.
 * @param effects as `explainParts` gave them, one a part.
 */
export function judgeCommand(input: {
  readonly parsed: ParsedCommand
  readonly effects: readonly CommandEffect[]
  readonly policy: CommandPolicy
  readonly allowed: readonly SimilarPattern[]
  readonly cwd: string
}): Judgement {
  const { parsed, policy } = input
  if (!parsed.ok) return { decision: 'ask', reasons: [{ part: visibleText(parsed.text), rule: 'unreadable' }] }
  const lists = {
    allow: policy.allow.map((source) => compileRule(source, 'allow')),
    deny: policy.deny.map((source) => compileRule(source, 'deny')),
  }
  const whole = allowsWhole(input.allowed, parsed, input.cwd)
  const reasons = parsed.parts.map((part, index) => {
    const denied = deniedBy(
      part,
      lists.deny.map((rule) => (rule.ok ? rule.value : undefined)),
    )
    const allow = lists.allow.flatMap((rule) => (rule.ok ? [rule.value] : []))
    // What turns out dangerous, a link out of the workspace say, is only covered letter by letter.
    const danger = input.effects[index]?.danger !== false
    const usable = input.allowed.filter((each) => !(danger && each.kind === 'line' && each.free))
    const similar = whole || usable.some((each) => matchesPattern(each, part, { parsed, cwd: input.cwd }))
    const rule = denied ?? (similar ? 'allowed_similar' : judgePart(part, input.effects[index], policy.autonomy, allow))
    return { part: visibleText(part.text), rule }
  })
  return { decision: gravest(reasons.map((each) => each.rule)), reasons }
}

/** Why the card asks: one sentence, for the gravest reason. */
export function askReason(judgement: Judgement): string {
  const rules = new Set(judgement.reasons.map((each) => each.rule))
  for (const [rule, text] of reasonTexts) if (rules.has(rule)) return text
  return 'This run asks before every command.'
}

const reasonTexts: readonly (readonly [JudgeRule, string])[] = [
  ['unreadable', "This run asks before commands that Drover can't read."],
  ['denied', "This run's list of denied commands covers this."],
  ['deny_list_unsure', "Drover can't tell whether this run's list of denied commands covers this."],
  ['always_ask', 'This run asks before every command that its list does not allow.'],
  ['deletes', 'This run asks before commands that delete.'],
  ['network', 'This run asks before commands that use the network.'],
  ['unknown', "This run asks before every command that Drover can't judge."],
  ['runs_code', 'This run asks before commands that run other code.'],
  ['changes_files', 'This run asks before commands that change files.'],
  [
    'dangerous_read',
    'This run asks before commands that read outside the workspace, show secrets or run as another user.',
  ],
]

function judgePart(
  part: CommandPart,
  effect: CommandEffect | undefined,
  autonomy: CommandPolicy['autonomy'],
  allow: readonly CommandRule[],
): JudgeRule {
  // A list speaks of commands; where their output goes it doesn't say.
  const writesAway = part.redirects.some((redirect) => redirect.op.includes('>') && !isQuiet(redirect.target))
  const opaque = part.argv.some((word) => typeof word !== 'string' && word.kind === 'opaque')
  const text = part.redirects.length === 0 ? part.text : undefined
  if (!writesAway && !opaque && part.variables.length === 0 && part.wrappers.length === 0) {
    const line = text ?? part.argv.map(shownWord).join(' ')
    if (allow.some((rule) => rule.test(line) === true)) return 'allowed'
  }
  if (autonomy === 'always_allow') return 'always_allow'
  if (autonomy === 'always_ask') return 'always_ask'
  switch (effect?.risk) {
    case 'reads':
      return effect.danger ? 'dangerous_read' : 'plain_read'
    case 'writes':
      return 'changes_files'
    case 'deletes':
      return 'deletes'
    case 'network':
      return 'network'
    case 'runs':
      return 'runs_code'
    default:
      return 'unknown'
  }
}

function isQuiet(target: CommandPart['argv'][number]): boolean {
  return typeof target === 'string' && /^(?:\/dev\/null|\d+|-)$/.test(target)
}

/**
 * The deny list sees a part as it is written and as it is run: without quotes, wrappers, redirections or the
 * program's folder. `undefined` in the list is a rule that isn't valid.
 */
function deniedBy(part: CommandPart, rules: readonly (CommandRule | undefined)[]): JudgeRule | undefined {
  if (rules.length === 0 || part.argv.length === 0) return undefined
  const [program] = part.argv
  const plain = plainLine(part)
  const views = [part.text, plain, part.argv.map(shownWord).join(' ')]
  const opaque = part.argv.some((word) => typeof word !== 'string' && word.kind === 'opaque')
  let unsure = opaque || typeof program !== 'string' || rules.includes(undefined)
  for (const rule of rules) {
    for (const view of views) {
      const found = rule?.test(view)
      if (found === true) return 'denied'
      if (found === 'unknown') unsure = true
    }
    // With a word that is open, a rule about this program may or may not cover it.
    const name = plain.split(' ')[0] ?? ''
    if (part.dynamic && rule !== undefined && name !== '' && rule.source.includes(name)) unsure = true
  }
  return unsure ? 'deny_list_unsure' : undefined
}

function gravest(rules: readonly JudgeRule[]): Judgement['decision'] {
  if (rules.includes('denied')) return 'deny'
  const free: readonly JudgeRule[] = ['allowed', 'allowed_similar', 'plain_read', 'always_allow']
  return rules.every((rule) => free.includes(rule)) ? 'allow' : 'ask'
}
