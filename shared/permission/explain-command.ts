import type { CommandEffect } from '../domain/permission.ts'
import { names, type Meaning } from './catalogue/meaning.ts'
import { classifyPart, graver } from './classify-part.ts'
import type { CommandPart, ParsedOk } from './command-types.ts'
import type { CommandFacts, PartFacts, PathFact } from './lexical-facts.ts'
import { canNameSecret } from './secret-names.ts'
import { visibleText } from './visible-text.ts'

export type { CommandEffect } from '../domain/permission.ts'

/** What each part does, one effect a part, in the order of `parsed.parts`. */
export function explainParts(parsed: ParsedOk, facts: CommandFacts): CommandEffect[] {
  return parsed.parts.map((part, index) => explainPart(part, parsed, facts.parts[index] ?? nothingKnown))
}

/** The effects as a card can hold them: at most 60. What doesn't fit is summed up in the last, dangers first. */
export function effectsForCard(effects: readonly CommandEffect[], cap = 60): CommandEffect[] {
  if (effects.length <= cap) return [...effects]
  const chosen = new Set([...effects].sort((one, other) => Number(other.danger) - Number(one.danger)).slice(0, cap - 1))
  const left = effects.filter((effect) => !chosen.has(effect))
  return [
    ...effects.filter((effect) => chosen.has(effect)),
    {
      text: '…',
      summary: `${left.length} more parts are not listed. Read the whole command.`,
      risk: left.map((effect) => effect.risk).reduce(graver),
      danger: left.some((effect) => effect.danger),
    },
  ]
}

const nothingKnown: PartFacts = { paths: [], settled: false }

function explainPart(part: CommandPart, parsed: ParsedOk, facts: PartFacts): CommandEffect {
  const found = classifyPart(part, parsed)
  const hold = secrets(facts)
  const runs = found.risk === 'reads' ? repositoryRuns(facts) : ''
  const sentences = [
    deletion(facts) ?? found.summary,
    ...(found.also ?? []),
    overwriting(facts),
    outside(facts),
    hold,
    runs,
  ]
  const summary = sentences.filter((text) => text !== '').join(' ')
  const lost = facts.paths.some((fact) => fact.where !== 'inside') || (facts.untracked?.length ?? 0) > 0
  const risky = lost || hold !== '' || runs !== ''
  return {
    text: short(visibleText(part.text), 2000),
    summary: summary === '' ? 'Changes nothing.' : short(summary, 400),
    risk: found.risk,
    danger: risky || (found.danger && !losesNothing(found, facts)),
  }
}

/** A deletion of nothing, or of what git has. */
function losesNothing(found: Meaning, facts: PartFacts): boolean {
  const { deleted, settled } = facts
  if (found.risk !== 'deletes' || found.elevated === true || deleted === undefined || !settled) return false
  return !deleted.more && deleted.tracked === deleted.files
}

/** What a deletion comes to, in place of the summary that is made from its words. */
function deletion({ paths, deleted, settled }: PartFacts): string | undefined {
  const gone = paths.filter((fact) => fact.use === 'deletes')
  if (gone.length === 0) return undefined
  const what = names(gone.map((fact) => fact.word))
  return deleted === undefined ? unknownDeletion(gone, what) : countedDeletion(deleted, gone, { what, settled })
}

function unknownDeletion(paths: readonly PathFact[], what: string): string {
  const globs = paths.some((fact) => typeof fact.word !== 'string')
  return globs ? `Deletes what matches ${what}. Drover can't tell how many files.` : `Deletes ${what}. Drover can't tell how many files.` // prettier-ignore
}

function countedDeletion(
  deleted: NonNullable<PartFacts['deleted']>,
  paths: readonly PathFact[],
  { what, settled }: { what: string; settled: boolean },
): string {
  if (paths.every((fact) => fact.kind === 'missing')) {
    const missing = paths.length === 1 ? `${what} does not exist` : `${what} do not exist`
    return settled ? `Deletes nothing: ${missing}.` : `Deletes ${what}. Before this command, ${missing}.`
  }
  if (deleted.files === 0) return settled ? `Deletes ${what}, which holds no files.` : `Deletes ${what}, which holds no files before this command.` // prettier-ignore
  const count = deleted.more ? 'more than 10,000 files' : files(deleted.files)
  const head = settled ? `Deletes ${count}` : `Deletes ${what}, before this command ${count}`
  if (deleted.more || deleted.tracked === undefined) return `${head}. Drover can't tell which are in git.`
  const loose = deleted.files - deleted.tracked
  if (loose === 0) return settled ? `${head} that git tracks.` : `${head}, all tracked by git.`
  const which = deleted.tracked > 0 ? `${loose.toLocaleString('en')} of them ${loose === 1 ? 'is' : 'are'}` : loose === 1 ? 'It is' : 'They are' // prettier-ignore
  return `${head}. ${which} not in git, so this can't be undone.`
}

function files(count: number): string {
  return count === 1 ? '1 file' : `${count.toLocaleString('en')} files`
}

function overwriting({ paths, untracked }: PartFacts): string {
  const existing = paths.filter((fact) => fact.use === 'overwrites' && fact.kind === 'file')
  if (existing.length === 0 || untracked === undefined) return ''
  const what = names(existing.map((fact) => fact.word))
  if (untracked.length === 0) return `Git tracks ${what}.`
  if (existing.length === 1) return `${what} exists and is not in git, so this can't be undone.`
  return `${untracked.length} of these exist and are not in git, so this can't be undone.`
}

function outside({ paths }: PartFacts): string {
  const out = [...new Set(paths.filter((fact) => fact.where === 'outside').map((fact) => fact.word))]
  if (out.length > 0) return `Outside the workspace: ${names(out)}.`
  const unsure = [...new Set(paths.filter((fact) => fact.where === 'unsure').map((fact) => fact.word))]
  return unsure.length === 0
    ? ''
    : `Drover can't tell in which folder ${names(unsure)} ${unsure.length === 1 ? 'is' : 'are'}.`
}

function repositoryRuns({ programs = [] }: PartFacts): string {
  if (programs === 'unknown') return "Drover can't tell what the settings of the repository make git run."
  return programs.length === 0 ? '' : `The settings of the repository make git run a program: ${names(programs)}.`
}

function secrets({ paths }: PartFacts): string {
  const found = paths.filter(({ use, word }) => use === 'reads' && canNameSecret(word))
  const words = [...new Set(found.map((fact) => fact.word))]
  return words.length === 0 ? '' : `${names(words)} can hold secrets.`
}

function short(text: string, length: number): string {
  const letters = [...text]
  return text.length <= length ? text : `${letters.slice(0, Math.floor(length / 2) - 1).join('')}…`
}
