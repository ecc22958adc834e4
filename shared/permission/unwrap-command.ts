import { shownWord, type CommandVariable, type Word } from './command-types.ts'

/** What stands behind a program that only starts another one. */
export type Unwrapped =
  /** Nothing to take off, or not in a form that is known: the command stands as it is. */
  | { readonly kind: 'plain' }
  /** `skip` words are taken off the front; `variables` are set for the rest; `more` words come in at run time. */
  | {
      readonly kind: 'command'
      readonly skip: number
      readonly wrapper: string
      readonly variables: readonly CommandVariable[]
      readonly more: 'none' | 'appended' | { readonly replace: string }
    }
  /** The rest is shell text of its own. */
  | { readonly kind: 'text'; readonly text: string; readonly wrapper: string }

const plain: Unwrapped = { kind: 'plain' }

interface Options {
  /** Options without a value. */
  readonly flags: RegExp
  /** Options whose value is the next word; with `=` or attached they count as `flags`. */
  readonly values?: RegExp
  /** Words of its own before the command: `timeout 5`. */
  readonly operands?: number
  /** `NAME=value` words before the command. */
  readonly variables?: boolean
}

const wrappers: Readonly<Record<string, Options>> = {
  sudo: {
    flags: /^-(?:[nSEHkb]+|-non-interactive|-stdin|-preserve-env|-set-home)$/,
    values: /^-[ug]$|^--(?:user|group)$/,
    variables: true,
  },
  doas: { flags: /^-[n]$/, values: /^-u$/ },
  env: { flags: /^-(?:i|-ignore-environment|u[A-Za-z_]\w*|-unset=[A-Za-z_]\w*)$/, values: /^-u$/, variables: true },
  nohup: { flags: /^$/ },
  setsid: { flags: /^-[wfc]+$|^--(?:wait|fork|ctty)$/ },
  time: { flags: /^-[pv]$|^--(?:portability|verbose)$/ },
  timeout: {
    flags: /^-[v]$|^--(?:foreground|preserve-status|verbose|signal=\w+|kill-after=[\d.]+[smhd]?)$|^-[ks][\w.]+$/,
    values: /^-[ks]$|^--(?:signal|kill-after)$/,
    operands: 1,
  },
  nice: { flags: /^-\d+$|^-n-?\d+$|^--adjustment=-?\d+$/, values: /^-n$/ },
  ionice: { flags: /^-t$|^-[cn]\d$/, values: /^-[cn]$/ },
  stdbuf: { flags: /^-[ioe][0L]$|^-[ioe]\d+[KM]?$/, values: /^-[ioe]$/ },
  command: { flags: /^-p$/ },
  builtin: { flags: /^$/ },
  exec: { flags: /^-[cl]+$/ },
  xargs: {
    flags:
      /^-[0rtx]+$|^--(?:null|no-run-if-empty|verbose|exit)$|^-[nPLsd].+$|^--(?:max-args|max-procs|max-lines|delimiter)=.+$/,
    values: /^-[nPLsd]$/,
  },
}

/** Shells whose text is read as Bash reads it, or more narrowly. In `zsh` a pattern can run code: `ls *(e:id:)`. */
const shells = new Set(['sh', 'bash', 'dash', 'ash'])

/**
 * Takes one wrapping program off a command. It reads only options that it knows; anything else leaves the command
 * whole, and its effect unknown.
 */
export function unwrapCommand(argv: readonly Word[]): Unwrapped {
  const name = programName(argv[0])
  if (name === undefined) return plain
  if (shells.has(name)) return shellText(argv, name)
  if (name === 'eval') {
    const words = argv.slice(1)
    if (words.length === 0 || words.some((word) => typeof word !== 'string')) return plain
    return { kind: 'text', text: words.map(shownWord).join(' '), wrapper: 'eval' }
  }
  const options = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined
  return options === undefined ? plain : skipOptions(argv, name, options)
}

/** The name that a program is known by: without the folder where systems keep their programs. */
export function programName(word: Word | undefined): string | undefined {
  if (typeof word !== 'string') return undefined
  return word.replace(/^(?:\/usr|\/usr\/local|\/opt\/homebrew)?\/s?bin\/(?=[^/]+$)/, '')
}

/** What runs a command that stands in its own words or comes to it, in a form that was not taken apart. */
const starters = new Set([
  ...[
    'zsh',
    'ksh',
    'mksh',
    'fish',
    'csh',
    'tcsh',
    'rbash',
    'su',
    'runuser',
    'pkexec',
    'chroot',
    'unshare',
    'nsenter',
    'setpriv',
  ],
  ...[
    'flock',
    'watch',
    'parallel',
    'script',
    'strace',
    'ltrace',
    'ssh',
    'alias',
    'trap',
    'source',
    '.',
    'hash',
    'enable',
  ],
  ...['systemd-run', 'screen', 'tmux', 'at', 'batch', 'crontab', 'eval', 'fc'],
])

/** Whether a command that is left after unwrapping can still start any other: a list of denied commands can't see which. */
export function startsOthers(argv: readonly Word[]): boolean {
  const name = programName(argv[0])?.replace(/^.*\//, '')
  if (name === undefined) return true
  if (shells.has(name) || starters.has(name)) return true
  if (name === 'git')
    return argv.some(
      (word) => typeof word === 'string' && /^(?:-c|--config-env|--exec-path|--upload-pack|--receive-pack)/.test(word),
    )
  return argv.length > 1 && Object.hasOwn(wrappers, name)
}

function skipOptions(argv: readonly Word[], name: string, options: Options): Unwrapped {
  const variables: CommandVariable[] = []
  let replace: string | undefined
  let at = 1
  for (; at < argv.length; at++) {
    const word = argv[at]
    if (typeof word !== 'string') return plain
    if (word === '--') {
      at++
      break
    }
    if (!word.startsWith('-')) break
    if (name === 'xargs' && (word === '-I' || /^-I.+$/.test(word))) {
      const mark = word === '-I' ? argv[++at] : word.slice(2)
      if (typeof mark !== 'string' || mark === '') return plain
      replace = mark
    } else if (options.values?.test(word) === true) {
      at++
      if (typeof argv[at] !== 'string') return plain
    } else if (!options.flags.test(word)) {
      return plain
    }
  }
  if (options.variables === true) {
    for (; at < argv.length; at++) {
      const word = argv[at]
      const match = typeof word === 'string' ? /^([A-Za-z_]\w*)=(.*)$/s.exec(word) : null
      if (match === null) break
      variables.push({ name: match[1] ?? '', value: match[2] ?? '' })
    }
  }
  for (let operand = 0; operand < (options.operands ?? 0); operand++, at++) {
    if (typeof argv[at] !== 'string') return plain
  }
  if (at >= argv.length) return plain
  const wrapper = argv.slice(0, at).map(shownWord).join(' ')
  const more = name !== 'xargs' ? 'none' : replace === undefined ? 'appended' : { replace }
  return { kind: 'command', skip: at, wrapper, variables, more }
}

function shellText(argv: readonly Word[], name: string): Unwrapped {
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at]
    if (typeof word !== 'string') return plain
    if (word === '-o' || word === '+o') {
      const option = argv[++at]
      if (typeof option !== 'string' || !/^(?:pipefail|errexit|nounset|xtrace)$/.test(option)) return plain
      continue
    }
    if (!/^-[cleuxfo]+$/.test(word)) return plain
    if (word.includes('o')) {
      if (argv[at + 1] !== 'pipefail' || !/^-[^o]*o$/.test(word) || word.includes('c')) return plain
      at++
      continue
    }
    if (!word.includes('c')) continue
    const text = argv[at + 1]
    // The words after it become `$0`, `$1` and so on.
    if (argv.slice(at + 2).some((other) => typeof other !== 'string')) return plain
    return typeof text === 'string' ? { kind: 'text', text, wrapper: `${name} ${word}` } : plain
  }
  return plain
}
