import type { CommandEffect } from '#shared/domain/permission.ts'
import { shownWord, type DynamicWord, type Word } from '../command-types.ts'
import { visibleText } from '../visible-text.ts'

export type Risk = CommandEffect['risk']

/** What a command does, as far as its words tell. */
export interface Meaning {
  readonly risk: Risk
  /** One or two plain sentences. */
  readonly summary: string
  readonly danger: boolean
  /** Paths whose content it shows or copies. */
  readonly reads?: readonly Word[]
  /** Paths that would be gone. */
  readonly deletes?: readonly Word[]
  /** Paths whose content would be replaced or changed, if they exist. */
  readonly overwrites?: readonly Word[]
  /** Paths that would be made or changed without losing what they hold. */
  readonly writes?: readonly Word[]
  /** More sentences, after the summary. */
  readonly also?: readonly string[]
  /** Runs with the rights of root or of another user. */
  readonly elevated?: boolean
  /** Set where "similar" may mean more than "identical": how many first words stay as they are. */
  readonly similar?: number
}

/** @returns undefined where the words are not all understood. */
export type Rule = (args: readonly Word[], name: string) => Meaning | undefined
export type Rules = Readonly<Record<string, Rule>>

export const cannotTell = "Drover can't tell what this changes."

export const unknownMeaning: Meaning = { risk: 'unknown', summary: cannotTell, danger: false }

type Extra = Partial<Omit<Meaning, 'risk' | 'summary'>>

export function meaning(risk: Risk, summary: string, extra: Extra = {}): Meaning {
  return { risk, summary, danger: false, ...extra }
}

/** A program that runs code which isn't in the command. */
export function runsCode(what: string, extra: Extra = {}): Meaning {
  return meaning('runs', `${what} ${cannotTell}`, extra)
}

export interface OptionSpec {
  /** Letters without a value. */
  readonly flags?: string
  /** Letters with a value. */
  readonly values?: string
  readonly long?: readonly string[]
  readonly longValues?: readonly string[]
}

export interface ReadOptions {
  readonly options: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  readonly operands: readonly Word[]
}

/**
 * Reads options as GNU programs do: bundles, `-ofile`, `--name=value`, `--`, options after operands.
 * @returns undefined at an option that isn't listed (abbreviations too), or at a word that could become one.
 */
export function readOptions(args: readonly Word[], spec: OptionSpec): ReadOptions | undefined {
  const options = new Set<string>()
  const values = new Map<string, string>()
  const operands: Word[] = []
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? ''
    if (typeof word !== 'string') {
      if (!isSafeGlob(word)) return undefined
      operands.push(word)
    } else if (word === '--') {
      operands.push(...args.slice(at + 1))
      if (args.slice(at + 1).some((rest) => typeof rest !== 'string' && rest.kind !== 'glob')) return undefined
      break
    } else if (word.startsWith('--')) {
      const [name = '', value] = word.slice(2).split(/=(.*)/s)
      if (spec.longValues?.includes(name) === true) {
        const next = value ?? args[++at]
        if (typeof next !== 'string') return undefined
        values.set(name, next)
      } else if (spec.long?.includes(name) !== true) return undefined
      options.add(name)
    } else if (word.startsWith('-') && word !== '-') {
      for (let letter = 1; letter < word.length; letter++) {
        const one = word.charAt(letter)
        options.add(one)
        if (spec.values?.includes(one) === true) {
          const next = letter + 1 < word.length ? word.slice(letter + 1) : args[++at]
          if (typeof next !== 'string') return undefined
          values.set(one, next)
          break
        }
        if (spec.flags?.includes(one) !== true) return undefined
      }
    } else operands.push(word)
  }
  return { options, values, operands }
}

/** A glob whose matches can't be taken for options. */
export function isSafeGlob(word: DynamicWord): boolean {
  return word.kind === 'glob' && /^[\w./]/.test(word.text)
}

/** All words where every one is known. */
export function known(words: readonly Word[]): readonly string[] | undefined {
  return words.every((word) => typeof word === 'string') ? words : undefined
}

/** `a, b and c`; `a, b and 4 more`. */
export function names(words: readonly Word[]): string {
  const shown = words.slice(0, words.length > 3 ? 2 : 3).map((word) => nameOf(shownWord(word)))
  if (words.length > 3) return `${shown.join(', ')} and ${words.length - 2} more`
  const last = shown.pop() ?? ''
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`
}

function nameOf(word: string): string {
  if (word === '.' || word === './') return 'this folder'
  if (word === '..' || word === '../') return 'the folder above'
  return cut(visibleText(word))
}

/** A name in a sentence: one line, at most 60 characters. */
export function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  const letters = [...line]
  return letters.length > 60 ? `${letters.slice(0, 59).join('')}…` : line
}
