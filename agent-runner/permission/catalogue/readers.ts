import type { Word } from '../command-types.ts'
import { isSafeGlob, known, meaning, names, readOptions, type Meaning, type Rule, type Rules } from './meaning.ts'

/** Programs that show something and change nothing, whatever their options are. */
const anyOptions: Readonly<Record<string, string>> = {
  cat: 'Shows',
  head: 'Shows the start of',
  tail: 'Shows the end of',
  wc: 'Counts lines, words and bytes of',
  ls: 'Lists',
  stat: 'Shows the details of',
  du: 'Shows the size of',
  df: 'Shows the free space of',
  diff: 'Compares',
  cmp: 'Compares',
  comm: 'Compares',
  rev: 'Reverses each line of',
  nl: 'Shows with line numbers',
  tac: 'Shows in reverse',
  cut: 'Shows columns of',
  paste: 'Joins the lines of',
  readlink: 'Shows where a link points:',
  realpath: 'Shows the full path of',
  md5sum: 'Shows the checksum of',
  sha1sum: 'Shows the checksum of',
  sha256sum: 'Shows the checksum of',
  sha512sum: 'Shows the checksum of',
  hexdump: 'Shows the bytes of',
  od: 'Shows the bytes of',
  strings: 'Shows the text in',
  grep: 'Searches',
  egrep: 'Searches',
  fgrep: 'Searches',
  jq: 'Reads JSON:',
}

/** Programs that touch no file at all, whatever they are given. */
const anyWords: Readonly<Record<string, string>> = {
  echo: 'Prints text.',
  true: 'Does nothing.',
  false: 'Does nothing, and fails.',
  ':': 'Does nothing.',
  pwd: 'Shows the current folder.',
  basename: 'Prints the last part of a path.',
  dirname: 'Prints the folder of a path.',
  which: 'Shows where a program is.',
  type: 'Shows what a name stands for.',
  whoami: 'Shows the current user.',
  id: 'Shows the current user.',
  uname: 'Shows the kind of system.',
  arch: 'Shows the kind of system.',
  nproc: 'Shows the number of processors.',
  uptime: 'Shows how long the system has run.',
  ps: 'Lists processes.',
  free: 'Shows the free memory.',
  seq: 'Prints numbers.',
  tr: 'Replaces characters of its input.',
  sleep: 'Waits.',
  exit: 'Ends the shell.',
  return: 'Ends a function.',
  break: 'Ends a loop.',
  continue: 'Goes on with a loop.',
  wait: 'Waits for background commands.',
  '[[': 'Tests a condition.',
}

const search = (args: readonly Word[], name: string): Meaning | undefined => {
  const words = args.filter((word) => typeof word !== 'string' || !word.startsWith('-'))
  if (args.some((word) => typeof word !== 'string' && word.kind !== 'glob')) return undefined
  // `rg --pre` and `--hostname-bin` run a program; a file's odd name could become such an option.
  if (name === 'rg' && args.some((word) => typeof word !== 'string' && !isSafeGlob(word))) return undefined
  if (name === 'rg' && args.some((word) => typeof word === 'string' && /^--(?:pre|hostname-bin)/.test(word))) return undefined // prettier-ignore
  const paths = words.slice(1)
  return meaning('reads', paths.length === 0 ? 'Searches files.' : `Searches ${names(paths)}.`, {
    reads: paths,
    similar: 1,
  })
}

const special: Rules = {
  grep: search,
  egrep: search,
  fgrep: search,
  rg: search,
  jq: (args) => {
    const words = known(args)
    const operands = words?.filter((word) => !word.startsWith('-'))
    return operands && meaning('reads', 'Reads JSON.', { reads: operands.slice(1), similar: 1 })
  },
  printf: (args) => {
    // `printf -v name` sets a variable.
    const [first] = args
    return typeof first === 'string' && !first.startsWith('-') ? meaning('reads', 'Prints text.') : undefined
  },
  test: condition,
  '[': condition,
  date: (args) => {
    const words = known(args)
    if (words === undefined || !words.every((word) => /^\+|^-[uIR]$|^--(?:utc|iso-8601.*|rfc-3339=.*)$/.test(word))) return undefined // prettier-ignore
    return meaning('reads', 'Prints the date.', { similar: 1 })
  },
  hostname: (args) => (args.length === 0 ? meaning('reads', "Prints the machine's name.") : undefined),
  env: environment,
  printenv: environment,
  command: (args) => (args[0] === '-v' || args[0] === '-V' ? meaning('reads', 'Shows where a program is.') : undefined),
  file: (args) => paths(args, 'Shows the kind of', { flags: 'bihLkz', long: ['brief', 'mime', 'mime-type'] }),
  tree: (args) => paths(args, 'Lists', { flags: 'adfhpstuDFi', values: 'LIP', long: ['dirsfirst', 'gitignore', 'noreport'] }), // prettier-ignore
  sort: (args) => {
    const long = ['unique', 'reverse', 'numeric-sort', 'human-numeric-sort', 'version-sort', 'zero-terminated', 'check']
    return paths(args, 'Sorts the lines of', { flags: 'urnhVfbdgMRszc', values: 'kt', long, longValues: ['key'] })
  },
  uniq: (args) => {
    const read = readOptions(args, { flags: 'cduiz', values: 'fsw', long: ['count', 'repeated', 'unique'] })
    if (read === undefined || read.operands.length > 1) return undefined
    return meaning('reads', 'Shows each line once.', { reads: read.operands, similar: 1 })
  },
  xxd: (args) => {
    const read = readOptions(args, { flags: 'bpiu', values: 'cgls' })
    if (read === undefined || read.operands.length > 1) return undefined
    return meaning('reads', `Shows the bytes of ${names(read.operands)}.`, { reads: read.operands })
  },
  sed: (args) => {
    const spec = { flags: 'nErsuz', values: 'e', long: ['quiet', 'silent', 'regexp-extended', 'in-place'] }
    const inPlace = args.some((word) => typeof word === 'string' && /^(?:-[nErsuz]*i|--in-place)/.test(word))
    const words = args.map((word) => (typeof word === 'string' ? word.replace(/^-([nErsuz]*)i[.\w]*$/, '-$1n') : word))
    const read = readOptions(words, spec)
    if (read === undefined || args.filter((word) => word === '-e').length > 1) return undefined
    const script = read.values.get('e') ?? read.operands[0]
    const files = read.values.has('e') ? read.operands : read.operands.slice(1)
    if (typeof script !== 'string' || !isPlainSed(script)) return undefined
    if (!inPlace) return meaning('reads', files.length === 0 ? 'Edits its input.' : `Shows ${names(files)}, edited.`, { reads: files }) // prettier-ignore
    return files.length === 0 ? undefined : meaning('writes', `Edits ${names(files)} in place.`, { overwrites: files })
  },
  awk: (args) => {
    const read = readOptions(args, { values: 'Fv' })
    const [program, ...files] = read?.operands ?? []
    // `|`, `>`, getline, system() and @load reach outside.
    if (typeof program !== 'string' || /system|getline|close|fflush|[|>@]/.test(program)) return undefined
    return meaning('reads', files.length === 0 ? 'Shows parts of its input.' : `Shows parts of ${names(files)}.`, {
      reads: files,
    })
  },
  find,
}

export const readerRules: Rules = {
  ...Object.fromEntries(Object.entries(anyOptions).map(([name, verb]) => [name, shower(verb)])),
  ...Object.fromEntries(Object.entries(anyWords).map(([name, text]) => [name, printer(text)])),
  ...special,
}

function printer(summary: string): Rule {
  return (args) =>
    args.every((word) => typeof word === 'string' || word.kind !== 'opaque')
      ? meaning('reads', summary, { similar: 1 })
      : undefined
}

function shower(verb: string): Rule {
  return (args) => {
    if (args.some((word) => typeof word !== 'string' && word.kind !== 'glob')) return undefined
    const operands = args.filter((word) => typeof word !== 'string' || !word.startsWith('-'))
    const paths = operands.filter((word) => typeof word !== 'string' || !/^\+?\d+$/.test(word))
    const what =
      paths.length > 0 ? names(paths) : verb === 'Lists' || /size|free/.test(verb) ? 'this folder' : 'its input'
    return meaning('reads', `${verb} ${what}.`, { reads: paths, similar: 1 })
  }
}

function paths(args: readonly Word[], verb: string, spec: Parameters<typeof readOptions>[1]): Meaning | undefined {
  const read = readOptions(args, spec)
  if (read === undefined) return undefined
  const what = read.operands.length > 0 ? names(read.operands) : verb === 'Lists' ? 'this folder' : 'its input'
  return meaning('reads', `${verb} ${what}.`, { reads: read.operands, similar: 1 })
}

/** `test -v 'a[$(x)]'` runs x. */
function condition(args: readonly Word[]): Meaning | undefined {
  const odd = args.some((word) => (typeof word === 'string' ? word === '-v' || word === '-R' : word.kind === 'opaque'))
  return odd ? undefined : meaning('reads', 'Tests a condition.')
}

function environment(args: readonly Word[]): Meaning | undefined {
  const words = known(args)
  if (words === undefined || words.some((word) => !/^[A-Z_][A-Z0-9_]*$/.test(word))) return undefined
  return meaning('reads', 'Shows environment variables, which can hold secrets.', { danger: true })
}

/** One address and one command that only prints, deletes or replaces text: `10,20p`, `/x/d`, `s/a/b/g`. */
function isPlainSed(script: string): boolean {
  const one = String.raw`(?:(?:\d+|\$|/[^/\n]*/)(?:,(?:\+?\d+|\$|/[^/\n]*/))?)?!?(?:[pdq=]|s([/|#,:])(?:(?!\1)[^\\\n]|\\[^\n])*\1(?:(?!\1)[^\\\n]|\\[^\n])*\1[gIip0-9]*|y/[^/\n]*/[^/\n]*/)`
  return (
    script.length <= 500 &&
    script.split(/;\s*(?=[\d$/spdqy])/).every((each) => new RegExp(`^\\s*${one}\\s*$`).test(each))
  )
}

const findTests =
  /^-(?:name|iname|path|ipath|wholename|regex|iregex|regextype|type|maxdepth|mindepth|size|mtime|mmin|atime|amin|ctime|cmin|newer|perm|user|group|links|printf)$/
const findFlags = /^-(?:o|a|or|and|not|print|print0|empty|depth|xdev|mount|ls|prune|quit|true|false|follow|executable|readable|writable|L|P|H)$/ // prettier-ignore

function find(args: readonly Word[]): Meaning | undefined {
  const roots: Word[] = []
  let deleting = false
  let running = false
  let inTests = false
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? ''
    if (typeof word !== 'string') {
      if (inTests || !isSafeGlob(word)) return undefined
      roots.push(word)
    } else if (word === '-delete') deleting = true
    else if (/^-(?:exec|ok)(?:dir)?$/.test(word)) {
      // What it runs is a part of its own.
      running = true
      const end = args.findIndex((other, index) => index > at && (other === ';' || other === '+'))
      if (end === -1) return undefined
      at = end
    } else if (findTests.test(word)) {
      if (typeof args[++at] !== 'string') return undefined
    } else if (findFlags.test(word) || word === '!' || word === '(' || word === ')' || word === ',') {
      // A test, or how tests are joined.
    } else if (word.startsWith('-') || inTests) return undefined
    else roots.push(word)
    inTests ||= typeof word === 'string' && /^[-!(]/.test(word) && !/^-[LPH]$/.test(word)
  }
  const where = roots.length === 0 ? 'this folder' : names(roots)
  if (deleting) {
    return meaning('deletes', `Deletes every file in ${where} that it finds. Drover can't tell how many.`, {
      danger: true,
      reads: roots,
    })
  }
  const summary = running ? `Looks for files in ${where}, and runs a command for them.` : `Looks for files in ${where}.`
  return meaning('reads', summary, { reads: roots, ...(running ? {} : { similar: 1 }) })
}
