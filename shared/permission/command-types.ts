/**
 * A word of a command whose value is only known when it runs.
 * `glob`: file names that match a pattern, with no other expansion in it. `expansion`: a variable, a substitution, `~`,
 * a brace list. `opaque`: an expansion that can itself run code or change the shell (`$((a[i]))`, `${x@P}`, `${x:=y}`).
 */
export interface DynamicWord {
  readonly dynamic: true
  readonly kind: 'glob' | 'expansion' | 'opaque'
  /** The exact source. */
  readonly text: string
}

export type Word = string | DynamicWord

export interface CommandRedirect {
  /** `>`, `>>`, `>|`, `&>`, `&>>`, `>&`, `<`, `<>`, `<&`, `<<`, `<<-`, `<<<`. */
  readonly op: string
  readonly target: Word
  /** The exact source: `2>&1`. */
  readonly text: string
}

export interface CommandVariable {
  readonly name: string
  readonly value: Word
}

/** What a loop gives to its variable, one after the other. */
export interface LoopVariable {
  readonly name: string
  readonly values: readonly Word[]
}

export type PartOperator = '' | '&&' | '||' | ';' | '\n' | '|' | '|&' | '&'

/**
 * How surely a part runs. `always`: at the start of a straight line. `and`: if all before it in its chain succeeded.
 * `maybe`: after `||`, or inside a branch, a loop or a function.
 */
export type PartFlow = 'always' | 'and' | 'maybe'

/** One simple command, with the programs that only start another one (`sudo`, `env`, `timeout`, `bash -c`, …) taken off. */
export interface CommandPart {
  /** The exact slice of the source that it was read from. */
  readonly text: string
  readonly operatorBefore: PartOperator
  /** Empty where a part only redirects or sets variables. */
  readonly argv: readonly Word[]
  readonly variables: readonly CommandVariable[]
  readonly redirects: readonly CommandRedirect[]
  /** What was taken off, outermost first: `sudo`, `timeout 5`, `bash -c`. */
  readonly wrappers: readonly string[]
  /** Some word of it, a redirection's target included, is known only when it runs. */
  readonly dynamic: boolean
  /** Its input comes from another part. */
  readonly piped: boolean
  /** Inside a substitution, a loop, a branch, a function or another shell's text. */
  readonly nested: boolean
  readonly flow: PartFlow
  /** Parts of one `&&`/`||` chain share it. */
  readonly chain: number
  /** Which shell process runs it; an index into `ParsedOk.shells`. */
  readonly shell: number
}

export interface ParsedOk {
  readonly ok: true
  /** The whole source. */
  readonly text: string
  /** In the order in which they run: a substitution stands before the command that holds it. */
  readonly parts: readonly CommandPart[]
  /** The parent of each shell process; the first is the command's own. */
  readonly shells: readonly (number | null)[]
  /** Names of functions that the text defines. */
  readonly functions: readonly string[]
  readonly loops: readonly LoopVariable[]
}

export type ParseRefusal = 'empty' | 'too-long' | 'too-many-parts' | 'too-deep' | 'not-text' | 'syntax'

export interface ParsedRefused {
  readonly ok: false
  readonly text: string
  readonly why: ParseRefusal
  readonly detail: string
}

export type ParsedCommand = ParsedOk | ParsedRefused

/** @returns the value where it is known before the command runs. */
export function knownWord(word: Word | undefined): string | undefined {
  return typeof word === 'string' ? word : undefined
}

/** @returns what to show for a word: its value, or its source where the value is not known. */
export function shownWord(word: Word): string {
  return typeof word === 'string' ? word : word.text
}
