import { isBranchName } from './branch-name.ts'
import type { Run } from './run.ts'
import { asciiSlug } from './ascii-slug.ts'

/** Of a pattern, so that what it makes is no longer than a branch may be. */
export const patternLimit = 100
export const usualPattern = 'drover/{title}-{id}'

const places = ['title', 'id', 'person'] as const
type Place = (typeof places)[number]

/**
 * What a run's branch is called: a text with `{title}`, `{id}` and `{person}` in it, or one without any, which then stands before the title and the
 * id. The id is in each, so that no two runs have one branch.
 */
export function isBranchPattern(text: string): boolean {
  const whole = expanded(text)
  const sample = filledIn(whole, { title: 'title', id: '0a1b2c', person: 'person' })
  return text.length <= patternLimit && whole.includes('{id}') && !/[{}]/.test(sample) && isBranchName(sample)
}

/** A branch for each run, told apart by the end of the run's id, which is random. `person`: the name of whoever commits. */
export function branchOf(
  { id, title }: Pick<Run, 'id' | 'title'>,
  { pattern = usualPattern, person = '' }: { pattern?: string | undefined; person?: string | undefined } = {},
): string {
  return filledIn(expanded(isBranchPattern(pattern) ? pattern : usualPattern), {
    title: asciiSlug(title) || 'run',
    id: id.slice(-6),
    person: asciiSlug(person) || 'somebody',
  })
}

function expanded(pattern: string): string {
  return pattern.includes('{') ? pattern : `${pattern}{title}-{id}`
}

function filledIn(pattern: string, values: Readonly<Record<Place, string>>): string {
  return places.reduce((text, place) => text.replaceAll(`{${place}}`, values[place]), pattern)
}
