import { isRisky, ruleFor } from './catalogue/programs.ts'
import { cannotTell, cut, meaning, names, unknownMeaning, type Meaning, type Risk } from './catalogue/meaning.ts'
import {
  shownWord,
  type CommandPart,
  type CommandRedirect,
  type DynamicWord,
  type ParsedOk,
  type Word,
} from './command-types.ts'
import { foreignVariables, isTextAlone } from './shown-values.ts'
import { programName } from './unwrap-command.ts'
import { isHarmlessAssignment } from './variable-names.ts'
import { hasLookalikes } from './visible-text.ts'

/**
 * What one part does, from its words alone. Anything that isn't certain is `unknown`: a program that isn't in the
 * catalogue, an option it doesn't list, a word known only at run time, a variable that could redirect a program,
 * a name that the same text defines anew.
 */
export function classifyPart(part: CommandPart, parsed: ParsedOk): Meaning {
  const own = classifyWords(part, parsed)
  const found = withVariables(part.redirects.map(classifyRedirect).reduce(joined, own), part, parsed)
  return part.wrappers.some((wrapper) => /^(?:\S*\/)?(?:sudo|doas)\b/.test(wrapper)) ? asAnother(found, part) : found
}

function withVariables(found: Meaning, part: CommandPart, parsed: ParsedOk): Meaning {
  const foreign = foreignVariables(part, parsed)
  if (foreign.length === 0) return found
  const also = [...(found.also ?? []), `The variable ${names(foreign)} of the environment can hold a secret.`]
  return { ...found, danger: true, also }
}

const silent: Meaning = meaning('reads', '')

function classifyWords(part: CommandPart, parsed: ParsedOk): Meaning {
  const [first, ...args] = part.argv
  const words: readonly Word[] = [...part.argv, ...part.variables.map((each) => each.value)]
  const program = programName(first)
  const unknown = { ...unknownMeaning, danger: program !== undefined && isRisky(program) }
  if (words.some((word) => typeof word !== 'string' && word.kind === 'opaque')) return unknown
  if (!part.variables.every(isHarmlessAssignment)) return unknown
  if (first === undefined) {
    if (part.variables.length === 0) return silent
    const variables = part.variables.map((each) => each.name)
    return meaning('reads', `Sets the variable ${names(variables)}.`)
  }
  if (program === undefined) return { ...unknownMeaning, danger: true }
  if (hasLookalikes(program)) return { ...unknownMeaning, danger: true }
  if (altersShell(parsed) || parsed.functions.includes(program)) return unknown
  const unclear = args.some((word) => typeof word !== 'string' && word.kind === 'expansion' && !isText(word, program, parsed)) // prettier-ignore
  const found = (unclear ? undefined : ruleFor(program)?.(args, program)) ?? unknown
  // `curl … | sh`: what runs came from the part before.
  if (part.piped && found.risk === 'unknown' && /^(?:ba|z|da|k|a)?sh$/.test(program)) {
    return { ...found, danger: true, summary: `Runs what the command before it gives out as a script. ${cannotTell}` }
  }
  return found
}

/** Between `[[` and `]]`, and after `case`, nothing is split and no pattern becomes file names. */
function isText(word: DynamicWord, program: string, parsed: ParsedOk): boolean {
  return program === '[[' || program === 'case' || isTextAlone(word, parsed)
}

function classifyRedirect(redirect: CommandRedirect): Meaning {
  const { op, target } = redirect
  if (op.startsWith('<<')) return typeof target !== 'string' && target.kind === 'opaque' ? unknownMeaning : silent
  if (typeof target !== 'string') return { ...unknownMeaning, danger: op.includes('>') }
  if (/^\/dev\/(?:tcp|udp)\//.test(target)) {
    return meaning('network', `Connects to ${cut(target.slice(9))}.`, { danger: true })
  }
  if ((op === '>&' || op === '<&') && /^(?:\d+-?|-)$/.test(target)) return silent
  if (op === '<' || op === '<&') return meaning('reads', '', { reads: [target] })
  if (/^\/dev\/(?:null|stdout|stderr|tty|fd\/\d+)$/.test(target)) return silent
  if (target.startsWith('/dev/')) return meaning('writes', `Writes to the device ${cut(target)}.`, { danger: true })
  if (op.includes('>>')) return meaning('writes', `Appends to ${cut(target)}.`, { writes: [target] })
  return meaning('writes', `Overwrites ${cut(target)}.`, { overwrites: [target] })
}

const order: readonly Risk[] = ['reads', 'writes', 'runs', 'network', 'deletes', 'unknown']

/** The graver of two risks. */
export function graver(one: Risk, other: Risk): Risk {
  return order.indexOf(other) > order.indexOf(one) ? other : one
}

function joined(one: Meaning, other: Meaning): Meaning {
  const more = [...(one.also ?? []), ...(one.summary === '' ? [] : [other.summary])].filter((text) => text !== '')
  return {
    ...one,
    risk: graver(one.risk, other.risk),
    summary: one.summary === '' ? other.summary : one.summary,
    danger: one.danger || other.danger,
    also: more.filter((text) => text !== one.summary),
    reads: [...(one.reads ?? []), ...(other.reads ?? [])],
    writes: [...(one.writes ?? []), ...(other.writes ?? [])],
    overwrites: [...(one.overwrites ?? []), ...(other.overwrites ?? [])],
  }
}

function asAnother(found: Meaning, part: CommandPart): Meaning {
  const other = part.wrappers.some((wrapper) => /\s(?:-u|--user)/.test(wrapper))
  const { similar: _, ...rest } = found
  const also = [...(found.also ?? []), `Runs as ${other ? 'another user' : 'root'}.`]
  return { ...rest, danger: true, elevated: true, also }
}

const altering = new Set([
  ...['alias', 'source', '.', 'eval', 'enable', 'hash', 'trap', 'shopt', 'declare', 'typeset', 'local', 'readonly'],
  ...['let', 'read', 'mapfile', 'readarray', 'getopts', 'setopt', 'autoload', 'bind', 'complete', 'builtin', 'exec'],
])
const settled = new WeakMap<ParsedOk, boolean>()

/**
 * Whether some part can change what the other parts mean: an alias, a sourced file, a new `PATH`. Order doesn't
 * count, since a loop comes back to what stands before.
 */
export function altersShell(parsed: ParsedOk): boolean {
  const before = settled.get(parsed)
  if (before !== undefined) return before
  const found = parsed.parts.some((part) => {
    const [first, second] = part.argv
    if (first === undefined) return !part.variables.every(isHarmlessAssignment)
    if (typeof first !== 'string') return false
    if (altering.has(first)) return true
    if (first === 'printf') return typeof second !== 'string' || second.startsWith('-v')
    if (first === 'set') return ruleFor('set')?.(part.argv.slice(1), 'set') === undefined
    if (first === 'unset' || first === 'export') return ruleFor(first)?.(part.argv.slice(1), first) === undefined
    return false
  })
  settled.set(parsed, found)
  return found
}

/** The words of a part as one line, quotes and wrappers off: what a list of denied commands is compared with. */
export function plainLine(part: CommandPart): string {
  const [first, ...rest] = part.argv
  if (first === undefined) return ''
  return [programName(first) ?? shownWord(first), ...rest.map(shownWord)].join(' ')
}
