import type { CommandEffect } from '../domain/permission.ts'
import type { ProfileSnapshot } from '../domain/profile.ts'
import { explainParts } from './explain-command.ts'
import { commandPolicyOf, judgeAction, type Ruling } from './judge-action.ts'
import { decisionOf, type PartReason } from './judge-command.ts'
import { lexicalFacts } from './lexical-facts.ts'
import { parseCommandSync } from './parse-command.ts'

export interface TriedPart {
  readonly reason: PartReason
  readonly decision: Ruling['decision']
  readonly effect: CommandEffect | undefined
}

export interface TriedCommand {
  readonly ruling: Ruling
  readonly parts: readonly TriedPart[]
}

const place = { root: '/workspace', cwd: '/workspace' }

/**
 * What a profile would say to a command, from its letters alone: where a run would look at files, links and the repository's settings
 * and may then still ask, this can't.
 */
export function tryCommand(profile: ProfileSnapshot, text: string): TriedCommand {
  const parsed = parseCommandSync(text)
  const effects = parsed.ok ? explainParts(parsed, lexicalFacts(parsed, place)) : []
  const ruling = judgeAction(profile, { kind: 'command', parsed, effects, allowed: [], ...place })
  const policy = commandPolicyOf(profile)
  const parts = (ruling.parts ?? []).map((reason, index): TriedPart => ({
    reason,
    decision: decisionOf(reason.rule, policy),
    effect: effects[index],
  }))
  return { ruling, parts }
}
