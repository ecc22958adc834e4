import type { ProfileSnapshot } from '#shared/domain/profile.ts'
import { askReason } from '#shared/permission/ask-reason.ts'
import { judgeAction, type Action, type Ruling } from '#shared/permission/judge-action.ts'
import { judgeCommand, plainPolicy } from '#shared/permission/judge-command.ts'
import { suggestRules } from '#shared/permission/suggest-rules.ts'
import type { HarnessDeclaration } from '../harness/declaration.ts'
import type { ProfileAnswer, Question } from './permissions.ts'

/**
 * What becomes of an action: what the run's profile says, and where a run came without one, from an older server, that plain reads go where
 * the harness lets Drover decide, and all else asks.
 */
export function ruleOn(
  action: Action,
  {
    profile,
    declaration,
  }: { profile: ProfileSnapshot | undefined; declaration: Pick<HarnessDeclaration, 'name' | 'quirks'> },
): Ruling {
  if (profile !== undefined) return judgeAction(profile, action)
  const asks: Ruling = { decision: 'ask', rule: 'always_ask', reason: `${declaration.name} asks before it does this.` }
  if (action.kind !== 'command') return asks
  const judgement = judgeCommand({ ...action, policy: plainPolicy })
  const goes = judgement.decision === 'allow' && action.doubt === undefined && declaration.quirks.rulesApply
  return { ...asks, decision: goes ? 'allow' : 'ask', reason: action.doubt ?? askReason(judgement) }
}

/** What a question to people carries of the profile that it is asked under. */
export function askedUnder(
  profile: ProfileSnapshot | undefined,
  action: Action,
): Pick<Question, 'profile' | 'expiresAfterMs'> {
  if (profile === undefined) return {}
  const allow = suggestRules(profile, action)
  return {
    profile: {
      id: profile.id,
      name: profile.name,
      ...(allow === undefined ? {} : { allow: { list: allow.list, entries: [...allow.entries] } }),
    },
    ...(profile.expiresAfterMinutes === undefined ? {} : { expiresAfterMs: profile.expiresAfterMinutes * 60_000 }),
  }
}

/** A ruling that needs nobody, as an answer in the profile's name. */
export function answerOf(ruling: Ruling, profile: ProfileSnapshot | undefined): ProfileAnswer | undefined {
  if (ruling.decision === 'ask' || profile === undefined) return undefined
  return { decision: ruling.decision, profile: profile.name, sentence: ruling.sentence ?? ruling.reason }
}
