import type { Word } from '../command-types.ts'
import { known, meaning, type Meaning, type Rule, type Rules } from './meaning.ts'

interface Printer {
  readonly summary: string
  /** Which known words it may be given. */
  readonly words: RegExp
  /** Whether it may be given words that are known only when it runs. */
  readonly open: boolean
}

const any = /^/s
const plain = /^(?!-)/
const none = /^(?!)/

/** Programs and commands of the shell that touch no file, with the words that keep them so. */
const printers: Readonly<Record<string, Printer>> = {
  echo: { summary: 'Prints text.', words: any, open: true },
  true: { summary: 'Does nothing.', words: any, open: true },
  false: { summary: 'Does nothing, and fails.', words: any, open: true },
  ':': { summary: 'Does nothing.', words: any, open: true },
  pwd: { summary: 'Shows the current folder.', words: /^-[LP]$/, open: false },
  basename: { summary: 'Prints the last part of a path.', words: any, open: true },
  dirname: { summary: 'Prints the folder of a path.', words: any, open: true },
  which: { summary: 'Shows where a program is.', words: /^(?:-a|[\w.+-]+)$/, open: false },
  type: { summary: 'Shows what a name stands for.', words: /^(?:-[aftpP]+|[\w.+-]+)$/, open: false },
  whoami: { summary: 'Shows the current user.', words: none, open: false },
  id: { summary: 'Shows the current user.', words: /^(?:-[ugnGrz]+|[\w.]+)$/, open: false },
  uname: { summary: 'Shows the kind of system.', words: /^-[asnrvmpio]+$/, open: false },
  arch: { summary: 'Shows the kind of system.', words: none, open: false },
  nproc: { summary: 'Shows the number of processors.', words: /^--all$/, open: false },
  uptime: { summary: 'Shows how long the system has run.', words: /^-[ps]$/, open: false },
  free: { summary: 'Shows the free memory.', words: /^-[hmgkbtwl]+$/, open: false },
  seq: { summary: 'Prints numbers.', words: /^(?:-w|-?[\d.]+)$/, open: true },
  tr: { summary: 'Replaces characters of its input.', words: any, open: true },
  sleep: { summary: 'Waits.', words: /^[\d.]+[smhd]?$/, open: false },
  // In some shells the word is arithmetic, which runs what hides in an index.
  exit: { summary: 'Ends the shell.', words: /^\d+$/, open: false },
  return: { summary: 'Ends a function.', words: /^\d+$/, open: false },
  break: { summary: 'Ends a loop.', words: /^\d+$/, open: false },
  continue: { summary: 'Goes on with a loop.', words: /^\d+$/, open: false },
  // `wait -p 'a[$(x)]'` runs x.
  wait: { summary: 'Waits for background commands.', words: /^(?:-n|-f|%?\d+)$/, open: false },
  '[[': { summary: 'Tests a condition.', words: none, open: true },
  for: { summary: 'Goes over a list.', words: any, open: true },
  case: { summary: 'Chooses by a text.', words: any, open: true },
}

const numeric = /^"?\$\{?[?#!$]\}?"?$/

export const printerRules: Rules = {
  ...Object.fromEntries(Object.entries(printers).map(([name, printer]) => [name, printerRule(printer)])),
  printf: (args) => {
    // `printf -v name` sets a variable.
    const [first] = args
    return typeof first === 'string' && !first.startsWith('-')
      ? printerRule({ summary: 'Prints text.', words: any, open: true })(args, 'printf')
      : undefined
  },
  date: (args) => {
    const words = known(args)
    if (words === undefined || !words.every((word) => /^\+|^-[uIR]$|^--(?:utc|iso-8601.*|rfc-3339=.*)$/.test(word))) return undefined // prettier-ignore
    return meaning('reads', 'Prints the date.', { similar: 1 })
  },
  hostname: (args) => (args.length === 0 ? meaning('reads', "Prints the machine's name.") : undefined),
  command: (args) => {
    const words = known(args)
    const [option, ...rest] = words ?? []
    const asks = (option === '-v' || option === '-V') && rest.every((word) => plain.test(word))
    return asks ? meaning('reads', 'Shows where a program is.') : undefined
  },
  ps: processes,
  env: environment,
  printenv: environment,
  test: condition,
  '[': (args) => (args.at(-1) === ']' ? condition(args.slice(0, -1)) : undefined),
}

function printerRule({ summary, words, open }: Printer): Rule {
  return (args) => {
    const files: Word[] = []
    for (const word of args) {
      if (typeof word === 'string') {
        if (!words.test(word)) return undefined
      } else if (word.kind === 'glob') {
        if (!open) return undefined
        files.push(word)
      } else if (!open && !numeric.test(word.text)) return undefined
    }
    // A pattern of file names tells what a folder holds.
    return meaning('reads', summary, { similar: 1, reads: files })
  }
}

const column =
  '(?:pid|ppid|pgid|sid|uid|gid|user|group|comm|ucmd|args|cmd|command|%cpu|%mem|pcpu|pmem|rss|rsz|vsz|stat|state|tty|tt|time|etime|etimes|start|lstart|ni|pri|nlwp|psr)=?'
const columns = `${column}(?:,${column})*`
const order = `(?: --sort=-?${column})?(?: --no-headers)?`
const processLines = new RegExp(
  [
    `^(?:[auxfwr]+|-aux|-e|-ef|-A|-f|-eH|-ejH|-eF)?${order}$`,
    `^(?:-p \\d+(?:,\\d+)* )?(?:-e |-A |ax )?-e?o ${columns}(?: -p \\d+(?:,\\d+)*)?${order}$`,
    '^(?:-f )?-p \\d+(?:,\\d+)*(?: -f)?$',
  ].join('|'),
)

/**
 * Only whole lines that are known: `e` among the letters without a dash shows the environment of each process, and
 * letters with a dash that don't fit together are read again as if they had none.
 */
function processes(args: readonly Word[]): Meaning | undefined {
  const words = known(args)
  return words !== undefined && processLines.test(words.join(' ')) ? meaning('reads', 'Lists processes.') : undefined
}

function environment(args: readonly Word[]): Meaning | undefined {
  const words = known(args)
  if (words === undefined || words.some((word) => !/^[A-Z_][A-Z0-9_]*$/.test(word))) return undefined
  return meaning('reads', 'Shows environment variables, which can hold secrets.', { danger: true })
}

const unary = /^-[abcdefghknoprstuwxzGLNOS]$/
const binary = /^(?:=|==|!=|<|>|-(?:eq|ne|lt|le|gt|ge|nt|ot|ef))$/

/**
 * A test whose operator stands in the text. `test -v 'a[$(x)]'` runs x, and so does `test "$a" "$b"` where the variables
 * hold `-v` and such an index, or `test $a` where one holds both.
 */
function condition(args: readonly Word[]): Meaning | undefined {
  if (args.some((word) => typeof word !== 'string' && !(word.kind === 'expansion' && isOneWord(word.text)))) {
    return undefined
  }
  const [first] = args
  const inner = first === '!' && args.length > 1 ? args.slice(1) : args
  const [one, two] = inner
  const fits =
    inner.length < 2 ||
    (inner.length === 2 && typeof one === 'string' && unary.test(one)) ||
    (inner.length === 3 && typeof two === 'string' && binary.test(two))
  return fits ? meaning('reads', 'Tests a condition.') : undefined
}

/** One word, whatever the variables hold: all in double quotes, or a number that the shell keeps. */
function isOneWord(text: string): boolean {
  return (/^"(?:[^"\\`]|\\.)*"$/s.test(text) && !/\$\{?@/.test(text)) || numeric.test(text)
}
