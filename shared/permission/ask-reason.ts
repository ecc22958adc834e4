import type { Judgement, JudgeRule, PartReason } from './judge-command.ts'

/**
 * Why a command asks, or why it is denied: one sentence, for the gravest reason. It names the profile, and the very rule where it is
 * one of a list.
 */
export function askReason(judgement: Judgement, profile?: string): string {
  const who = profile === undefined ? 'This run' : `The profile ${profile}`
  for (const [rule, words] of reasonWords) {
    const found = judgement.reasons.find((each) => each.rule === rule)
    if (found !== undefined) return words(who, found)
  }
  return `${who} asks before every command.`
}

const reasonWords: readonly (readonly [JudgeRule, (who: string, reason: PartReason) => string])[] = [
  ['never', (who) => `${who} lets no command run.`],
  ['unreadable', (who) => `${who} asks before commands that Drover can't read.`],
  [
    'denied',
    (who, { by }) =>
      `${possessive(who)} list of denied commands covers this${by === undefined ? '' : `: ${short(by)}`}.`,
  ],
  [
    'deny_list_unsure',
    (who) => `Drover can't tell whether ${possessive(lower(who))} list of denied commands covers this.`,
  ],
  ['protected', (who, { by }) => `${who} protects ${short(by ?? 'a path')}, which this changes.`],
  ['always_ask', (who) => `${who} asks before every command that its list does not allow.`],
  ['deletes', (who) => `${who} asks before commands that delete.`],
  ['network', (who) => `${who} asks before commands that use the network.`],
  ['unknown', (who) => `${who} asks before every command that Drover can't judge.`],
  ['runs_code', (who) => `${who} asks before commands that run other code.`],
  ['changes_files', (who) => `${who} asks before commands that change files.`],
  [
    'dangerous_read',
    (who) => `${who} asks before commands that read outside the workspace, show secrets or run as another user.`,
  ],
]

function lower(who: string): string {
  return who.charAt(0).toLowerCase() + who.slice(1)
}

function possessive(who: string): string {
  return `${who}’s`.replace(/^(this run)’s/i, "$1's")
}

function short(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}
