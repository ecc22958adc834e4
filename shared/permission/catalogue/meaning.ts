import type { CommandEffect } from '../../domain/permission.ts'
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
  /** Letters with a value that names no file. */
  readonly values?: string
  /** Letters whose value is a number, with a unit perhaps: `10`, `+3`, `2K`. */
  readonly numbers?: string
  /** Letters whose value is the path of a file that is read. */
  readonly paths?: string
  readonly long?: readonly string[]
  readonly longValues?: readonly string[]
  readonly longPaths?: readonly string[]
  /** Names whose value can only stand behind a `=`, and may be missing. */
  readonly longOptional?: readonly string[]
  /** `-5` and `+5` count as numbers. */
  readonly bareNumbers?: boolean
  /** Any pattern will do: an odd file name that becomes an option reaches nothing but the folder's own files. */
  readonly anyGlob?: boolean
}

export interface ReadOptions {
  readonly options: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  readonly operands: readonly Word[]
  /**
   * Values of options that are read as files. A value after an operand is among them, since a program that ends its
   * options at the first operand takes the words after it for files; and one that leads away, since on another system the
   * same option may take no value.
   */
  readonly files: readonly Word[]
}

const number = /^[-+]?\d+[a-zA-Z]{0,2}$/

/**
 * Reads options as GNU programs do: bundles, `-ofile`, `--name=value`, `--`, options after operands.
 * @returns undefined at an option that isn't listed (abbreviations too), at a word that could become one, and where a
 *   value looks like an option, since programs differ in what they then take it for.
 */
export function readOptions(args: readonly Word[], spec: OptionSpec): ReadOptions | undefined {
  const options = new Set<string>()
  const values = new Map<string, string>()
  const operands: Word[] = []
  const files: Word[] = []
  const has = (list: string | undefined, letter: string): boolean => list?.includes(letter) === true
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? ''
    const separate = (name: string): string | undefined => {
      const next = args[++at]
      if (typeof next !== 'string' || (next.startsWith('-') && next !== '-' && !number.test(next))) return undefined
      if (operands.length > 0 || (name !== 'e' && /^(?:\/.|~|\.\.)/.test(next))) files.push(next)
      return next
    }
    if (typeof word !== 'string') {
      if (!isSafeGlob(word) && !(spec.anyGlob === true && word.kind === 'glob')) return undefined
      operands.push(word)
    } else if (word === '--') {
      operands.push(...args.slice(at + 1))
      if (args.slice(at + 1).some((rest) => typeof rest !== 'string' && rest.kind !== 'glob')) return undefined
      break
    } else if (word.startsWith('--')) {
      const [name = '', value] = word.slice(2).split(/=(.*)/s)
      const path = spec.longPaths?.includes(name) === true
      if (path || spec.longValues?.includes(name) === true) {
        const next = value ?? separate(name)
        if (next === undefined) return undefined
        values.set(name, next)
        if (path) files.push(next)
      } else if (value !== undefined || spec.long?.includes(name) !== true) {
        if (spec.longOptional?.includes(name) !== true) return undefined
      }
      options.add(name)
    } else if (spec.bareNumbers === true && /^[-+]\d+$/.test(word)) {
      options.add('number')
    } else if (word.startsWith('-') && word !== '-') {
      for (let letter = 1; letter < word.length; letter++) {
        const one = word.charAt(letter)
        options.add(one)
        if (has(spec.values, one) || has(spec.numbers, one) || has(spec.paths, one)) {
          const next = letter + 1 < word.length ? word.slice(letter + 1) : separate(one)
          if (next === undefined || (has(spec.numbers, one) && !number.test(next))) return undefined
          values.set(one, next)
          if (has(spec.paths, one)) files.push(next)
          break
        }
        if (!has(spec.flags, one)) return undefined
      }
    } else operands.push(word)
  }
  return { options, values, operands, files }
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
