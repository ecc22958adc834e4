import { posix } from 'node:path'
import { altersShell, classifyPart } from './classify-part.ts'
import type { CommandPart, CommandRedirect, ParsedOk, Word } from './command-types.ts'
import { isSafeGlob } from './catalogue/meaning.ts'
import { isWithin } from './part-folders.ts'
import { isSecretName } from './secret-names.ts'
import { visibleText } from './visible-text.ts'

/**
 * What "Allow similar in this run" allows; plain JSON.
 * `command`: this very text in this very folder. `part`: any command in this folder whose every part is such a one.
 */
export type SimilarPattern =
  | { readonly kind: 'command'; readonly text: string; readonly cwd: string }
  | {
      readonly kind: 'part'
      readonly cwd: string
      /** These first words stay as they are. */
      readonly fixed: readonly string[]
      /** The options after them, in order, stay as they are. */
      readonly options: readonly string[]
      /** Whether any number of plain words, paths within the folder among them, may follow; else `rest` exactly. */
      readonly free: boolean
      readonly rest: readonly string[]
      readonly variables: readonly string[]
      readonly wrappers: readonly string[]
      readonly redirects: readonly string[]
      /** The source, where nothing is free. */
      readonly text: string
    }

type PartPattern = Extract<SimilarPattern, { kind: 'part' }>

/**
 * The rule, in words: a command whose parts are all understood may come again with other plain words after its
 * program, subcommand and options, which stay the same. What deletes, uses the network, runs unknown code, is dangerous
 * or has a word known only at run time may come again only letter by letter. A command that moves about, feeds one
 * part into another that changes something, or has branches, loops or substitutions is taken as a whole.
 */
export function similarPatterns(parsed: ParsedOk, cwd: string): readonly SimilarPattern[] {
  const whole: SimilarPattern = { kind: 'command', text: parsed.text, cwd }
  if (altersShell(parsed)) return [whole]
  const patterns: PartPattern[] = []
  for (const part of parsed.parts) {
    if (!standsAlone(part, parsed)) return [whole]
    const pattern = partPattern(part, parsed, cwd)
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
  if (pattern.kind !== 'part' || pattern.cwd !== at.cwd) return false
  if (altersShell(at.parsed) || !standsAlone(part, at.parsed)) return false
  const own = partPattern(part, at.parsed, at.cwd)
  if (own === undefined || own.free !== pattern.free) return false
  const same = sameFrame(own, pattern)
  return pattern.free ? same : same && equal(own.rest, pattern.rest) && own.text === pattern.text
}

/** Whether every part of a command is allowed by the patterns; `ParsedCommand`s that could not be read never are. */
export function coversCommand(patterns: readonly SimilarPattern[], parsed: ParsedOk, cwd: string): boolean {
  if (allowsWhole(patterns, parsed, cwd)) return true
  return parsed.parts.every((part) => patterns.some((pattern) => matchesPattern(pattern, part, { parsed, cwd })))
}

export function allowsWhole(patterns: readonly SimilarPattern[], parsed: ParsedOk, cwd: string): boolean {
  return patterns.some((each) => each.kind === 'command' && each.cwd === cwd && each.text === parsed.text)
}

/** How a person reads the patterns: `npm test *`, one a line. `*` stands for plain words after it. */
export function showPatterns(patterns: readonly SimilarPattern[]): string {
  const lines = patterns.map((pattern) => {
    if (pattern.kind === 'command' || !pattern.free) return visibleText(pattern.text)
    const words = [...pattern.variables, ...pattern.wrappers, ...pattern.fixed, ...pattern.options, '*']
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

function partPattern(part: CommandPart, parsed: ParsedOk, cwd: string): PartPattern | undefined {
  if (part.dynamic && part.argv.some((word) => typeof word !== 'string' && !isSafeGlob(word))) return undefined
  const found = classifyPart(part, parsed)
  const redirects = part.redirects.map(redirectLine)
  const variables = part.variables.map(({ name, value }) => `${name}=${typeof value === 'string' ? value : value.text}`)
  if (part.variables.some(({ value }) => typeof value !== 'string') || redirects.includes(undefined)) return undefined
  const lines = redirects.filter((line) => line !== undefined)
  const base = { kind: 'part' as const, cwd, variables, wrappers: part.wrappers, redirects: lines, text: part.text }
  const words = part.argv
  const plain = ['reads', 'writes', 'runs'].includes(found.risk) && !found.danger && found.similar !== undefined
  const fixed = words.slice(0, found.similar ?? 0)
  const after = words.slice(found.similar ?? 0)
  const operands = after.filter((word) => typeof word !== 'string' || !isOption(word))
  if (!plain || !fixed.every((word) => typeof word === 'string') || !operands.every((word) => isTame(word, cwd))) {
    if (!words.every((word) => typeof word === 'string')) return undefined
    return { ...base, fixed: [], options: [], free: false, rest: words }
  }
  const options = after.filter((word) => typeof word === 'string' && isOption(word)).map(String)
  return { ...base, text: '', fixed, options, free: true, rest: [] }
}

function isOption(word: string): boolean {
  return word.startsWith('-') || word.startsWith('+')
}

/** A word that can't lead out of the folder, names no file of secrets, and is no address. */
function isTame(word: Word, cwd: string): boolean {
  const text = typeof word === 'string' ? word : word.text
  if (/^~|^[a-z][a-z0-9+.-]*:\/\//i.test(text) || isSecretName(text)) return false
  return isWithin(cwd, posix.resolve(cwd, text))
}

function redirectLine({ op, target }: CommandRedirect): string | undefined {
  return typeof target === 'string' ? `${op} ${target}` : undefined
}

function sameFrame(one: PartPattern, other: PartPattern): boolean {
  return (
    equal(one.fixed, other.fixed) &&
    equal(one.options, other.options) &&
    equal(one.variables, other.variables) &&
    equal(one.wrappers, other.wrappers) &&
    equal(one.redirects, other.redirects)
  )
}

function equal(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, index) => word === other[index])
}
