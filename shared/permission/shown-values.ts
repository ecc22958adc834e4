import type { CommandPart, DynamicWord, ParsedOk, Word } from './command-types.ts'
import { isHarmlessVariable, isPlainVariable } from './variable-names.ts'

/** Variables of the environment that are no secret, and hold no pattern of file names. */
const ordinary = new Set([
  ...['HOME', 'PWD', 'OLDPWD', 'USER', 'LOGNAME', 'SHELL', 'PATH', 'HOSTNAME', 'TMPDIR', 'EUID', 'UID', 'PPID'],
  ...['RANDOM', 'SECONDS', 'LINENO', 'BASH_VERSION', 'SHLVL', 'OSTYPE', 'HOSTTYPE', 'MACHTYPE'],
])

/**
 * The variables that a part expands and whose value didn't come from the text itself: what the environment holds
 * under that name can be a secret. A name in single quotes counts too.
 */
export function foreignVariables(part: CommandPart, parsed: ParsedOk): readonly string[] {
  const own = valuesOf(parsed)
  const words = [
    ...part.argv,
    ...part.variables.map((each) => each.value),
    ...part.redirects.map((each) => each.target),
  ]
  const names = words.flatMap((word) => (typeof word === 'string' ? [] : variablesIn(word.text)))
  return [...new Set(names)].filter((name) => !isOrdinary(name) && !own.has(name))
}

/**
 * Whether what a word becomes is text alone. An expansion outside of quotes is split, and its pieces are taken for
 * patterns: with `x='/root/*'`, `echo $x` lists a folder.
 */
export function isTextAlone(word: DynamicWord, parsed: ParsedOk): boolean {
  const own = valuesOf(parsed)
  let rest = word.text
  while (rest !== '') {
    const name = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/.exec(rest)
    const next = name ?? plainPiece.exec(rest) ?? namesOrNumbers.exec(rest)
    if (next === null) return false
    const variable = name?.[1] ?? name?.[2]
    if (variable !== undefined && !holdsNoPattern(variable, own)) return false
    rest = rest.slice(next[0].length)
  }
  return true
}

/** Quoted text, plain letters, numbers that the shell keeps, lists in braces without a pattern. */
const plainPiece =
  /^(?:"(?:[^"\\`]|\\.)*"|\$?'[^'\\]*'|\$'(?:[^'\\]|\\[^'])*'|\$\{?[?#!$]\}?|\{[\w.,-]+\}|[\w./:=,@%+^-]+)/s

/** Commands whose output can't be steered into a pattern that leads out of the workspace. */
const namesOrNumbers =
  /^\$\((?:(?:seq|ls|git ls-files|git rev-parse|git diff --name-only|date|pwd|nproc|wc)(?: [^*?[\]()`$|;&<>\\{}]*)?|find (?!.*printf)[^()`$|;&<>\\{}]*)\)/s

function isOrdinary(name: string): boolean {
  return ordinary.has(name) || (isHarmlessVariable(name) && !isPlainVariable(name))
}

function holdsNoPattern(name: string, own: ReadonlyMap<string, readonly Word[]>): boolean {
  const values = own.get(name)
  if (values === undefined) return isOrdinary(name)
  return values.every((value) => {
    if (typeof value === 'string') return !/[*?[\]~\\]/.test(value)
    return /^\{[\w.,-]+\}$/.test(value.text) || namesOrNumbers.test(value.text)
  })
}

function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{?[#!]?([A-Za-z_]\w*)/g)].map((match) => match[1] ?? '')
}

const known = new WeakMap<ParsedOk, ReadonlyMap<string, readonly Word[]>>()

/** What the text itself gives to variables: by assignments of their own, `export`, and loops. */
function valuesOf(parsed: ParsedOk): ReadonlyMap<string, readonly Word[]> {
  const before = known.get(parsed)
  if (before !== undefined) return before
  const values = new Map<string, Word[]>()
  const give = (name: string, list: readonly Word[]): void => {
    values.set(name, [...(values.get(name) ?? []), ...list])
  }
  // What a pattern of a loop becomes are names of files; they stand for themselves.
  for (const loop of parsed.loops) {
    give(
      loop.name,
      loop.values.map((value) => (typeof value !== 'string' && value.kind === 'glob' ? '' : value)),
    )
  }
  for (const part of parsed.parts) {
    if (part.argv.length === 0) for (const { name, value } of part.variables) give(name, [value])
    if (part.argv[0] !== 'export') continue
    for (const word of part.argv) {
      const [, name, value] = typeof word === 'string' ? (/^([A-Za-z_]\w*)=(.*)$/s.exec(word) ?? []) : []
      if (name !== undefined && value !== undefined) give(name, [value])
    }
  }
  known.set(parsed, values)
  return values
}
