import type { ModelEffort } from '#shared/domain/harness.ts'
import {
  mcpNameProblem,
  pathPatternProblem,
  profileLimits,
  ruleProblem,
  type ActionKind,
  type Autonomy,
  type ProfileSettings,
  type TerminalAutonomy,
} from '#shared/domain/profile.ts'
import { profileWords } from '../../../words/profiles.ts'
import { uiWords } from '../../../words/ui.ts'

/** A profile as it is typed: lists are a line an entry. */
export type ProfileDraft = {
  readonly name: string
  readonly model: string
  readonly effort: ModelEffort | ''
  readonly autonomy: Readonly<Record<ActionKind, Autonomy>>
  readonly terminalWrites: TerminalAutonomy
  readonly commandAllow: string
  readonly commandDeny: string
  readonly denied: 'ask' | 'deny'
  readonly mcpAllow: string
  readonly mcpDeny: string
  readonly protectedPaths: string
  readonly runToEnd: boolean
  readonly expires: string
}

export type ProfileErrors = Partial<Record<keyof ProfileDraft, string>>

const lists = {
  commandAllow: { most: profileLimits.rules, length: profileLimits.rule, problemOf: ruleProblem },
  commandDeny: { most: profileLimits.rules, length: profileLimits.rule, problemOf: ruleProblem },
  mcpAllow: { most: profileLimits.mcpNames, length: profileLimits.mcpName, problemOf: mcpNameProblem },
  mcpDeny: { most: profileLimits.mcpNames, length: profileLimits.mcpName, problemOf: mcpNameProblem },
  protectedPaths: { most: profileLimits.paths, length: profileLimits.path, problemOf: pathPatternProblem },
} as const
type ListField = keyof typeof lists

export function toDraft(settings: ProfileSettings): ProfileDraft {
  return {
    name: settings.name,
    model: settings.model ?? '',
    effort: settings.effort ?? '',
    autonomy: settings.autonomy,
    terminalWrites: settings.terminalWrites,
    commandAllow: settings.commandAllow.join('\n'),
    commandDeny: settings.commandDeny.join('\n'),
    denied: settings.denied,
    mcpAllow: settings.mcpAllow.join('\n'),
    mcpDeny: settings.mcpDeny.join('\n'),
    protectedPaths: settings.protectedPaths.join('\n'),
    runToEnd: settings.runToEnd,
    expires: settings.expiresAfterMinutes === undefined ? '' : String(settings.expiresAfterMinutes),
  }
}

/** What the form asks for, or what must be mended, field by field: of a list the very line and why. */
export function checkDraft(
  draft: ProfileDraft,
  names: readonly string[],
): { readonly ok: true; readonly settings: ProfileSettings } | { readonly ok: false; readonly errors: ProfileErrors } {
  const errors: { -readonly [Field in keyof ProfileDraft]?: string } = {}
  const name = draft.name.trim()
  const model = draft.model.trim()
  const minutes = draft.expires.trim() === '' ? undefined : Number(draft.expires)
  if (name === '') errors.name = profileWords.nameMissing
  else if (name.length > profileLimits.name) errors.name = uiWords.tooLong(name.length - profileLimits.name)
  else if (names.some((one) => sameName(one, name))) errors.name = profileWords.nameTaken(name)
  if (model.length > 200) errors.model = uiWords.tooLong(model.length - 200)
  if (minutes !== undefined && !(Number.isInteger(minutes) && minutes >= 1 && minutes <= profileLimits.expiry))
    errors.expires = profileWords.expiresInvalid
  const entries = (field: ListField): string[] => {
    const { most, length, problemOf } = lists[field]
    const lines = linesOf(draft[field])
    const long = lines.find((line) => line.length > length)
    const bad = lines.find((line) => problemOf(line) !== undefined)
    if (lines.length > most) errors[field] = profileWords.tooMany(most)
    else if (long !== undefined) errors[field] = profileWords.lineTooLong(length)
    else if (bad !== undefined) errors[field] = profileWords.entry(bad, problemOf(bad) ?? '')
    return lines
  }
  const settings: ProfileSettings = {
    name,
    ...(model === '' ? {} : { model }),
    ...(draft.effort === '' ? {} : { effort: draft.effort }),
    autonomy: draft.autonomy,
    terminalWrites: draft.terminalWrites,
    commandAllow: entries('commandAllow'),
    commandDeny: entries('commandDeny'),
    denied: draft.denied,
    mcpAllow: entries('mcpAllow'),
    mcpDeny: entries('mcpDeny'),
    protectedPaths: entries('protectedPaths'),
    runToEnd: draft.runToEnd,
    ...(minutes === undefined ? {} : { expiresAfterMinutes: minutes }),
  }
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, settings }
}

/** As much of it as can be judged by: what is wrong in a list is left out. */
export function usableSettings(draft: ProfileDraft): Omit<ProfileSettings, 'name'> {
  const good = (field: ListField): string[] =>
    linesOf(draft[field])
      .filter((line) => line.length <= lists[field].length && lists[field].problemOf(line) === undefined)
      .slice(0, lists[field].most)
  return {
    autonomy: draft.autonomy,
    terminalWrites: draft.terminalWrites,
    commandAllow: good('commandAllow'),
    commandDeny: good('commandDeny'),
    denied: draft.denied,
    mcpAllow: good('mcpAllow'),
    mcpDeny: good('mcpDeny'),
    protectedPaths: good('protectedPaths'),
    runToEnd: draft.runToEnd,
  }
}

function linesOf(text: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return [...new Set(lines)]
}

function sameName(one: string, other: string): boolean {
  return one.normalize('NFKC').trim().toLowerCase() === other.normalize('NFKC').trim().toLowerCase()
}
