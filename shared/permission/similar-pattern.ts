import { altersShell, classifyPart } from './classify-part.ts'
import type { CommandPart, ParsedOk, Word } from './command-types.ts'
import { isSafeGlob } from './catalogue/meaning.ts'
import { isWithin } from './part-folders.ts'
import { pathFrom } from './posix-path.ts'
import { canNameSecret } from './secret-names.ts'
import { visibleText } from './visible-text.ts'

/**
 * What "Allow similar in this run" allows; plain JSON.
 * `command`: this very text in this very folder. `line`: any command in this folder whose every part is such a one.
 */
export type SimilarPattern =
  | { readonly kind: 'command'; readonly text: string; readonly cwd: string }
  | {
      readonly kind: 'line'
      readonly cwd: string
      /** These words stay as they are: up to the last option where plain words are free after it, else all. */
      readonly words: readonly string[]
      /** Whether any number of plain words, paths within the folder among them, may follow. */
      readonly free: boolean
      readonly variables: readonly string[]
      readonly wrappers: readonly string[]
      readonly redirects: readonly string[]
      /** The source, where nothing is free. */
      readonly text: string
    }

type LinePattern = Extract<SimilarPattern, { kind: 'line' }>

/**
 * The rule, in words: a command whose parts are all understood may come again with other plain words after its
 * last option; all before that stays the same. What deletes, uses the network, runs unknown code, is dangerous
 * or has a word known only at run time may come again only letter by letter. A command that moves about, feeds one
 * part into another that changes something, or has branches, loops or substitutions is taken as a whole.
 */
export function similarPatterns(parsed: ParsedOk, cwd: string): readonly SimilarPattern[] {
  const whole: SimilarPattern = { kind: 'command', text: parsed.text, cwd }
  if (altersShell(parsed)) return [whole]
  const patterns: LinePattern[] = []
  for (const part of parsed.parts) {
    if (!standsAlone(part, parsed)) return [whole]
    const pattern = linePattern(part, parsed, cwd)
    if (pattern === undefined) return [whole]
    patterns.push(pattern)
  }
  return patterns
}

/** Whether one part is what a pattern allows. A pattern of kind `command` is compared by `coversCommand` only. */
export function matchesPattern(
  pattern: SimilarPattern,
  part: CommandPart,
  at: { parsed: ParsedOk; cwd: string },
): boolean {
  if (pattern.kind !== 'line' || pattern.cwd !== at.cwd) return false
  if (altersShell(at.parsed) || !standsAlone(part, at.parsed)) return false
  const own = linePattern(part, at.parsed, at.cwd)
  if (own === undefined || own.free !== pattern.free) return false
  return sameFrame(own, pattern) && own.text === pattern.text
}

/** Whether every part of a command is allowed by the patterns; `ParsedCommand`s that could not be read never are. */
export function coversCommand(patterns: readonly SimilarPattern[], parsed: ParsedOk, cwd: string): boolean {
  if (allowsWhole(patterns, parsed, cwd)) return true
  return parsed.parts.every((part) => patterns.some((pattern) => matchesPattern(pattern, part, { parsed, cwd })))
}

export function allowsWhole(patterns: readonly SimilarPattern[], parsed: ParsedOk, cwd: string): boolean {
  return patterns.some((each) => each.kind === 'command' && each.cwd === cwd && each.text === parsed.text)
}

/** How a person reads the patterns: as commands, one a line. `*` stands for any number of plain words. */
export function showPatterns(patterns: readonly SimilarPattern[]): string {
  const lines = patterns.map((pattern) => {
    if (pattern.kind === 'command' || !pattern.free) return visibleText(pattern.text)
    const words = [...pattern.variables, ...pattern.wrappers, ...pattern.words.map(quoted), '*']
    return visibleText([...words, ...pattern.redirects].join(' '))
  })
  return [...new Set(lines)].join('\n')
}

/** The same for a card, whose pattern holds 600 characters at most: absent where it is longer, and not to be offered. */
export function patternsForCard(patterns: readonly SimilarPattern[]): string | undefined {
  const text = showPatterns(patterns)
  return text.length <= 600 ? text : undefined
}

/** On a straight line, not fed by another part, in the command's own folder. */
function standsAlone(part: CommandPart, parsed: ParsedOk): boolean {
  const moves = parsed.parts.some((other) =>
    /^(?:cd|pushd|popd)$/.test(typeof other.argv[0] === 'string' ? other.argv[0] : ''),
  )
  return !part.piped && !part.nested && !moves && part.shell === 0 && part.argv.length > 0 && !feeds(part, parsed)
}

function feeds(part: CommandPart, parsed: ParsedOk): boolean {
  return parsed.parts[parsed.parts.indexOf(part) + 1]?.piped === true
}

function linePattern(part: CommandPart, parsed: ParsedOk, cwd: string): LinePattern | undefined {
  if (part.dynamic && part.argv.some((word) => typeof word !== 'string' && !isSafeGlob(word))) return undefined
  const found = classifyPart(part, parsed)
  const redirects = part.redirects.map((redirect) => redirect.text)
  const variables = part.variables.map(({ name, value }) => `${name}=${typeof value === 'string' ? quoted(value) : value.text}`) // prettier-ignore
  if (part.variables.some(({ value }) => typeof value !== 'string')) return undefined
  // The lines of a here-document stand elsewhere in the text.
  if (part.redirects.some(({ op, target }) => typeof target !== 'string' || op.startsWith('<<'))) return undefined
  const base = { kind: 'line' as const, cwd, variables, wrappers: part.wrappers, redirects }
  const argv = part.argv
  const plain = ['reads', 'writes', 'runs'].includes(found.risk) && !found.danger && found.similar !== undefined
  const lastOption = argv.findLastIndex((word) => typeof word === 'string' && isOption(word))
  const at = Math.max(found.similar ?? 0, lastOption + 1)
  const words = argv.slice(0, at).filter((word) => typeof word === 'string')
  const free = plain && words.length === Math.min(at, argv.length) && argv.slice(at).every((word) => isTame(word, cwd))
  if (free) return { ...base, text: '', words, free }
  if (!argv.every((word) => typeof word === 'string')) return undefined
  return { ...base, text: part.text, words: argv, free }
}

/** A word as it can be typed: in quotes where it must be, after the name of its option. */
function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  const [, name = '', value = ''] = /^(--?[\w-]+=)?(.*)$/s.exec(word) ?? []
  return `${name}'${value.replaceAll("'", "'\\''")}'`
}

function isOption(word: string): boolean {
  return word.startsWith('-') || word.startsWith('+')
}

/** A word that can't lead out of the folder, names no file of secrets, and is no address. */
function isTame(word: Word, cwd: string): boolean {
  const text = typeof word === 'string' ? word : word.text
  if (/^~|^[a-z][a-z0-9+.-]*:\/\//i.test(text) || canNameSecret(word)) return false
  return isWithin(cwd, pathFrom(cwd, text))
}

function sameFrame(one: LinePattern, other: LinePattern): boolean {
  return (
    equal(one.words, other.words) &&
    equal(one.variables, other.variables) &&
    equal(one.wrappers, other.wrappers) &&
    equal(one.redirects, other.redirects)
  )
}

function equal(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, index) => word === other[index])
}
