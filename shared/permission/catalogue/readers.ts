import type { Word } from '../command-types.ts'
import { meaning, names, readOptions, type Meaning, type OptionSpec, type Rule, type Rules } from './meaning.ts'

interface Shower extends OptionSpec {
  readonly verb: string
  /** What it looks at where it is given no path. */
  readonly without?: string
  /** Operands before the paths: the pattern of `grep`. */
  readonly leading?: (options: ReadonlySet<string>) => number
}

const input = 'its input'
const thisFolder = 'this folder'
const lines = ['lines', 'bytes', 'quiet', 'silent', 'verbose', 'zero-terminated']
const sums = { verb: 'Shows the checksum of', flags: 'btz', long: ['binary', 'text', 'tag', 'zero'] }

/**
 * Programs that show something. Each has the options that only change what is shown; one that runs a program, writes
 * a file, takes names of files from elsewhere, or follows links on its way through a folder is left out, and asks.
 */
const showers: Readonly<Record<string, Shower>> = {
  cat: { anyGlob: true, verb: 'Shows', flags: 'AbeEnstTuv', long: ['number', 'number-nonblank', 'show-all', 'show-ends', 'show-tabs', 'show-nonprinting', 'squeeze-blank'] }, // prettier-ignore
  head: { anyGlob: true, verb: 'Shows the start of', flags: 'qvz', numbers: 'nc', bareNumbers: true, long: lines, longValues: ['lines', 'bytes'] }, // prettier-ignore
  tail: { anyGlob: true, verb: 'Shows the end of', flags: 'fFqvz', numbers: 'nc', bareNumbers: true, long: [...lines, 'follow', 'retry'], longValues: ['lines', 'bytes'] }, // prettier-ignore
  // Not any glob: a file can be named `--files0-from=…`.
  wc: { verb: 'Counts lines, words and bytes of', flags: 'clmLw', long: ['lines', 'words', 'bytes', 'chars', 'max-line-length'] }, // prettier-ignore
  ls: {
    anyGlob: true,
    verb: 'Lists',
    without: thisFolder,
    flags: 'aAbBcCdfFgGhiklmnNopqQrRsStuUvxXZ1',
    numbers: 'wT',
    values: 'I',
    long: ['all', 'almost-all', 'author', 'escape', 'directory', 'classify', 'file-type', 'full-time', 'group-directories-first', 'human-readable', 'inode', 'no-group', 'numeric-uid-gid', 'recursive', 'reverse', 'size', 'si', 'zero'], // prettier-ignore
    longValues: ['sort', 'time', 'time-style', 'format', 'ignore', 'hide', 'block-size', 'width'],
    longOptional: ['color', 'classify'],
  },
  stat: { anyGlob: true, verb: 'Shows the details of', flags: 'tfx', values: 'c', long: ['terse', 'file-system'], longValues: ['format', 'printf'] }, // prettier-ignore
  du: { verb: 'Shows the size of', without: thisFolder, flags: 'abchkmsSx0', numbers: 'dB', long: ['all', 'apparent-size', 'bytes', 'human-readable', 'summarize', 'total', 'one-file-system', 'separate-dirs'], longValues: ['max-depth', 'block-size', 'exclude', 'threshold'] }, // prettier-ignore
  df: { verb: 'Shows the free space of', without: thisFolder, flags: 'ahHiklmPT', long: ['all', 'human-readable', 'inodes', 'local', 'print-type', 'total', 'portability'], longValues: ['output', 'type', 'block-size'] }, // prettier-ignore
  diff: { verb: 'Compares', flags: 'abBcdeEinNpqstTuwy', numbers: 'UCW', values: 'IL', long: ['brief', 'color', 'unified', 'context', 'ignore-all-space', 'ignore-blank-lines', 'ignore-case', 'ignore-space-change', 'minimal', 'report-identical-files', 'show-c-function', 'side-by-side', 'strip-trailing-cr', 'suppress-common-lines', 'text'], longValues: ['label', 'width'], longOptional: ['color', 'unified', 'context'] }, // prettier-ignore
  cmp: { anyGlob: true, verb: 'Compares', flags: 'bls', numbers: 'ni', long: ['print-bytes', 'verbose', 'quiet', 'silent'], longValues: ['bytes', 'ignore-initial'] }, // prettier-ignore
  comm: { anyGlob: true, verb: 'Compares', flags: '123iz', long: ['total', 'check-order', 'nocheck-order'] },
  rev: { anyGlob: true, verb: 'Reverses each line of' },
  nl: { anyGlob: true, verb: 'Shows with line numbers', flags: 'p', numbers: 'vwil', values: 'bsnhfd' },
  tac: { anyGlob: true, verb: 'Shows in reverse', flags: 'br', values: 's' },
  cut: { anyGlob: true, verb: 'Shows columns of', flags: 'nsz', values: 'bcdf', long: ['complement', 'only-delimited', 'zero-terminated'], longValues: ['bytes', 'characters', 'delimiter', 'fields', 'output-delimiter'] }, // prettier-ignore
  paste: {
    anyGlob: true,
    verb: 'Joins the lines of',
    flags: 'sz',
    values: 'd',
    long: ['serial'],
    longValues: ['delimiters'],
  },
  fold: { verb: 'Shows in narrow lines', flags: 'bs', numbers: 'w' },
  readlink: { verb: 'Shows where a link points:', flags: 'efmnqvz', long: ['canonicalize', 'canonicalize-existing', 'canonicalize-missing', 'no-newline'] }, // prettier-ignore
  realpath: { verb: 'Shows the full path of', flags: 'emqsz', long: ['canonicalize-existing', 'canonicalize-missing', 'no-symlinks', 'quiet'], longPaths: ['relative-to', 'relative-base'] }, // prettier-ignore
  md5sum: sums,
  sha1sum: sums,
  sha256sum: sums,
  sha512sum: sums,
  hexdump: { verb: 'Shows the bytes of', flags: 'bcCdovx', numbers: 'ns', values: 'e' },
  od: { verb: 'Shows the bytes of', flags: 'abcdfilosvx', numbers: 'jNSw', values: 'At', longValues: ['address-radix', 'format', 'read-bytes', 'skip-bytes'] }, // prettier-ignore
  base64: { verb: 'Shows, in base 64,', flags: 'di', numbers: 'w', long: ['decode', 'ignore-garbage'], longValues: ['wrap'] }, // prettier-ignore
  file: { verb: 'Shows the kind of', flags: 'bihk', long: ['brief', 'mime', 'mime-type', 'mime-encoding'] },
  tree: { verb: 'Lists', without: thisFolder, flags: 'aCdDfFhiinpqrstu', numbers: 'L', values: 'IP', long: ['dirsfirst', 'gitignore', 'noreport', 'du', 'prune'] }, // prettier-ignore
  sort: { verb: 'Sorts the lines of', flags: 'bcCdfghiMmnrRsuVz', values: 'kt', long: ['unique', 'reverse', 'numeric-sort', 'human-numeric-sort', 'version-sort', 'zero-terminated', 'check', 'ignore-case', 'stable'], longValues: ['key', 'field-separator'] }, // prettier-ignore
  grep: searcher({
    anyGlob: true,
    flags: 'abcEFGhHiIlLnoPqrsTvVwxyzZ',
    numbers: 'ABCm',
    values: 'ed',
    paths: 'f',
    long: ['byte-offset', 'color', 'count', 'extended-regexp', 'files-with-matches', 'files-without-match', 'fixed-strings', 'ignore-case', 'invert-match', 'line-number', 'line-regexp', 'no-filename', 'no-messages', 'null', 'only-matching', 'perl-regexp', 'quiet', 'recursive', 'text', 'version', 'with-filename', 'word-regexp'], // prettier-ignore
    longValues: ['after-context', 'before-context', 'context', 'exclude', 'exclude-dir', 'include', 'max-count', 'regexp', 'binary-files'], // prettier-ignore
    longPaths: ['file', 'exclude-from'],
    longOptional: ['color', 'colour'],
  }),
  rg: searcher({
    flags: 'abcFhHiIlNnopPqSsUuvwx0',
    numbers: 'ABCmjM',
    values: 'egtT',
    paths: 'f',
    long: ['column', 'count', 'count-matches', 'crlf', 'files', 'files-with-matches', 'files-without-match', 'fixed-strings', 'glob-case-insensitive', 'heading', 'hidden', 'ignore-case', 'invert-match', 'json', 'line-number', 'line-regexp', 'multiline', 'no-config', 'no-filename', 'no-heading', 'no-ignore', 'no-ignore-vcs', 'no-line-number', 'no-messages', 'null', 'only-matching', 'pcre2', 'pretty', 'quiet', 'smart-case', 'case-sensitive', 'stats', 'text', 'trim', 'type-list', 'unrestricted', 'version', 'vimgrep', 'with-filename', 'word-regexp'], // prettier-ignore
    longValues: ['after-context', 'before-context', 'color', 'context', 'glob', 'iglob', 'max-count', 'max-columns', 'max-depth', 'max-filesize', 'regexp', 'replace', 'sort', 'sortr', 'threads', 'type', 'type-not'], // prettier-ignore
    longPaths: ['file', 'ignore-file'],
  }),
}

function searcher(spec: OptionSpec): Shower {
  const pattern = (options: ReadonlySet<string>): number =>
    ['e', 'regexp', 'f', 'file', 'files', 'type-list'].some((name) => options.has(name)) ? 0 : 1
  return { verb: 'Searches', without: 'files', leading: pattern, ...spec }
}

const special: Rules = {
  uniq: (args) => {
    const read = readOptions(args, { flags: 'cduiz', numbers: 'fsw', long: ['count', 'repeated', 'unique', 'ignore-case'] }) // prettier-ignore
    // The second operand is written.
    if (read === undefined || read.operands.length > 1 || typeof (read.operands[0] ?? '') !== 'string') return undefined
    return meaning('reads', 'Shows each line once.', { reads: [...read.operands, ...read.files], similar: 1 })
  },
  // Its options are whole words: `-ps` isn't `-p -s`.
  xxd: (args) => {
    const words: Word[] = []
    for (let at = 0; at < args.length; at++) {
      const word = args[at] ?? ''
      if (typeof word !== 'string') return undefined
      if (/^-[cgls]$/.test(word)) {
        const next = args[++at]
        if (typeof next !== 'string' || !/^\d+$/.test(next)) return undefined
      } else if (!/^(?:-b|-p|-ps|-plain|-i|-u|-e|-[cgls]\d+)$/.test(word)) words.push(word)
    }
    const [file] = words
    if (words.length > 1 || (typeof file === 'string' && file.startsWith('-'))) return undefined
    return meaning('reads', `Shows the bytes of ${words.length === 0 ? input : names(words)}.`, { reads: words })
  },
  // `@file` names a file with more options.
  strings: (args) => {
    if (args.some((word) => typeof word === 'string' && word.startsWith('@'))) return undefined
    return show(args, { verb: 'Shows the text in', flags: 'af', numbers: 'n', values: 'te', bareNumbers: true })
  },
}

export const readerRules: Rules = {
  ...Object.fromEntries(Object.entries(showers).map(([name, spec]) => [name, shower(spec)])),
  egrep: shower(showers['grep'] ?? { verb: 'Searches' }),
  fgrep: shower(showers['grep'] ?? { verb: 'Searches' }),
  ...special,
}

function shower(spec: Shower): Rule {
  return (args) => show(args, spec)
}

function show(args: readonly Word[], spec: Shower): Meaning | undefined {
  const read = readOptions(args, spec)
  if (read === undefined) return undefined
  const leading = spec.leading?.(read.options) ?? 0
  // What a pattern matches can be more than the one word.
  const shown = read.operands.filter((word, at) => at >= leading || typeof word !== 'string')
  const what = shown.length > 0 ? names(shown) : (spec.without ?? input)
  return meaning('reads', `${spec.verb} ${what}.`, { reads: [...shown, ...read.files], similar: 1 })
}
