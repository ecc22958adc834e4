import type { ProfileSnapshot } from '../domain/profile.ts'
import { ruleProblem } from '../domain/profile.ts'
import { judgeAction, type Action } from './judge-action.ts'
import { decisionOf } from './judge-command.ts'
import { similarPatterns } from './similar-pattern.ts'

/** What "Always allow in this profile" would put on which list. */
export interface SuggestedRules {
  readonly list: 'commandAllow' | 'mcpAllow'
  readonly entries: readonly string[]
}

/** Entries that would have let this through; `undefined` where none does, because it is denied, protected or not to be told by its words. */
export function suggestRules(profile: ProfileSnapshot, action: Action): SuggestedRules | undefined {
  if (action.kind === 'mcp') {
    const entry = action.server === undefined ? undefined : `${action.server}/${action.tool}`
    if (entry === undefined || /[\s*?]/.test(entry) || entry.split('/').length !== 2) return undefined
    return checked(profile, action, { list: 'mcpAllow', entries: [entry] })
  }
  if (action.kind !== 'command' || !action.parsed.ok) return undefined
  const { parsed, cwd } = action
  const patterns = similarPatterns(parsed, cwd)
  const reasons = judgeAction(profile, action).parts ?? []
  const entries: string[] = []
  for (const [index, reason] of reasons.entries()) {
    if (decisionOf(reason.rule, profile) === 'allow') continue
    const part = parsed.parts[index]
    const pattern =
      patterns.find((each) => each.kind === 'line' && part !== undefined && each.text === part.text) ?? patterns[index]
    if (part === undefined) return undefined
    const words = pattern?.kind === 'line' && pattern.free && pattern.words.every((word) => /^[\w./:=@+-]+$/.test(word)) ? pattern.words : undefined // prettier-ignore
    entries.push(words === undefined ? escaped(part.text) : `${escaped(words.join(' '))}( [\\w./:=@+-]+)*`)
  }
  return checked(profile, action, { list: 'commandAllow', entries: [...new Set(entries)] })
}

/** It is offered only if it does what it says. */
function checked(profile: ProfileSnapshot, action: Action, rules: SuggestedRules): SuggestedRules | undefined {
  if (rules.entries.length === 0 || rules.entries.length > 5) return undefined
  if (rules.list === 'commandAllow' && rules.entries.some((entry) => ruleProblem(entry) !== undefined)) return undefined
  const next = { ...profile, [rules.list]: [...profile[rules.list], ...rules.entries] }
  return judgeAction(next, action).decision === 'allow' ? rules : undefined
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
