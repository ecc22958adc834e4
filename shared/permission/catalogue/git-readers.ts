import { known, meaning, readOptions, type OptionSpec, type Rule, type Rules } from './meaning.ts'

/** How a change is shown. Left out is what runs a program (`--ext-diff`, `--textconv`), writes (`--output`) or reads other files. */
const diffing: OptionSpec = {
  flags: 'pusRabwz',
  numbers: 'U',
  values: 'SGL',
  long: ['patch', 'no-patch', 'raw', 'patch-with-stat', 'minimal', 'patience', 'histogram', 'numstat', 'shortstat', 'summary', 'name-only', 'name-status', 'no-color', 'no-renames', 'check', 'full-index', 'binary', 'find-copies-harder', 'text', 'ignore-space-at-eol', 'ignore-space-change', 'ignore-all-space', 'ignore-blank-lines', 'function-context', 'exit-code', 'quiet', 'no-ext-diff', 'no-textconv', 'no-prefix', 'pickaxe-all', 'pickaxe-regex', 'cached', 'staged', 'merge-base', 'cc', 'compact-summary', 'no-relative'], // prettier-ignore
  longValues: ['diff-filter', 'inter-hunk-context', 'diff-algorithm', 'src-prefix', 'dst-prefix'],
  longOptional: ['stat', 'dirstat', 'color', 'word-diff', 'color-words', 'color-moved', 'abbrev', 'find-renames', 'find-copies', 'unified', 'submodule', 'ignore-submodules', 'relative', 'word-diff-regex', 'ws-error-highlight'], // prettier-ignore
}

const listing: OptionSpec = {
  flags: 'iEFP',
  numbers: 'n',
  bareNumbers: true,
  long: ['oneline', 'all', 'graph', 'merges', 'no-merges', 'first-parent', 'reverse', 'topo-order', 'date-order', 'author-date-order', 'left-right', 'cherry', 'cherry-pick', 'cherry-mark', 'left-only', 'right-only', 'full-history', 'dense', 'sparse', 'simplify-merges', 'simplify-by-decoration', 'follow', 'abbrev-commit', 'no-abbrev-commit', 'no-decorate', 'parents', 'children', 'boundary', 'no-notes', 'invert-grep', 'all-match', 'regexp-ignore-case', 'extended-regexp', 'fixed-strings', 'perl-regexp', 'log-size', 'full-diff', 'source', 'relative-date', 'count', 'objects', 'not', 'walk-reflogs', 'clear-decorations', 'ancestry-path'], // prettier-ignore
  longValues: ['max-count', 'skip', 'since', 'after', 'until', 'before', 'author', 'committer', 'grep', 'max-parents', 'min-parents', 'date', 'decorate-refs', 'decorate-refs-exclude'], // prettier-ignore
  longOptional: ['pretty', 'format', 'decorate', 'branches', 'tags', 'remotes', 'show-notes', 'notes'],
}

const short: OptionSpec = { flags: 'q', long: ['quiet'] }

function both(one: OptionSpec, other: OptionSpec): OptionSpec {
  const list = (key: 'long' | 'longValues' | 'longPaths' | 'longOptional'): readonly string[] => [
    ...(one[key] ?? []),
    ...(other[key] ?? []),
  ]
  const letters = (key: 'flags' | 'values' | 'numbers'): string => `${one[key] ?? ''}${other[key] ?? ''}`
  return {
    flags: letters('flags'),
    values: letters('values'),
    numbers: letters('numbers'),
    bareNumbers: one.bareNumbers === true || other.bareNumbers === true,
    long: list('long'),
    longValues: list('longValues'),
    longPaths: list('longPaths'),
    longOptional: list('longOptional'),
  }
}

const log = both(listing, { ...diffing, flags: 'pusRabwzmcrt' })

const reading: Readonly<Record<string, readonly [string, OptionSpec]>> = {
  status: [
    'Shows what changed in the working tree.',
    { flags: 'sbvz', long: ['short', 'branch', 'verbose', 'long', 'show-stash', 'no-renames', 'no-column', 'no-ahead-behind', 'ahead-behind', 'renames'], longOptional: ['porcelain', 'untracked-files', 'ignored', 'ignore-submodules', 'find-renames', 'column'] }, // prettier-ignore
  ],
  log: ['Shows the history.', log],
  diff: ['Shows changes.', { ...diffing, flags: `${diffing.flags}cr`, bareNumbers: true }],
  show: ['Shows a commit or an object.', log],
  blame: [
    'Shows who changed each line.',
    { flags: 'slwbcefknpt', values: 'L', long: ['porcelain', 'line-porcelain', 'root', 'show-stats', 'show-email', 'show-name', 'show-number', 'incremental', 'first-parent'], longValues: ['date', 'since'], longOptional: ['abbrev'] }, // prettier-ignore
  ],
  shortlog: [
    'Shows the history by author.',
    both({ ...listing, numbers: '' }, { flags: 'snec', long: ['summary', 'numbered', 'email', 'committer'], longValues: ['group'] }), // prettier-ignore
  ],
  'rev-parse': [
    'Shows the id of a revision.',
    { flags: 'q', long: ['verify', 'quiet', 'show-toplevel', 'show-prefix', 'show-cdup', 'git-dir', 'absolute-git-dir', 'git-common-dir', 'is-inside-work-tree', 'is-inside-git-dir', 'is-bare-repository', 'is-shallow-repository', 'symbolic-full-name', 'symbolic', 'all', 'revs-only', 'no-revs', 'show-superproject-working-tree'], longOptional: ['short', 'abbrev-ref', 'branches', 'tags', 'remotes', 'show-object-format'] }, // prettier-ignore
  ],
  'rev-list': ['Lists commits.', listing],
  'ls-files': [
    'Lists tracked files.',
    { flags: 'cdmoiskuztv', long: ['cached', 'deleted', 'modified', 'others', 'ignored', 'stage', 'directory', 'no-empty-directory', 'unmerged', 'killed', 'exclude-standard', 'error-unmatch', 'full-name', 'deduplicate', 'eol'], longValues: ['exclude', 'format'], longOptional: ['abbrev'] }, // prettier-ignore
  ],
  'ls-tree': [
    'Lists the files of a revision.',
    { flags: 'drtlz', long: ['name-only', 'name-status', 'object-only', 'full-name', 'full-tree', 'long'], longValues: ['format'], longOptional: ['abbrev'] }, // prettier-ignore
  ],
  'cat-file': ['Shows an object.', { flags: 'tpse' }],
  describe: [
    'Names a revision by its nearest tag.',
    { long: ['tags', 'all', 'always', 'long', 'contains', 'exact-match', 'first-parent'], longValues: ['match', 'exclude', 'candidates'], longOptional: ['abbrev', 'dirty', 'broken'] }, // prettier-ignore
  ],
  'merge-base': ['Shows a common ancestor.', { flags: 'a', long: ['all', 'is-ancestor', 'octopus', 'independent', 'fork-point'] }], // prettier-ignore
  'name-rev': ['Names a revision.', { long: ['tags', 'name-only', 'always', 'all'] }],
  'diff-tree': ['Shows changes.', { ...diffing, flags: `${diffing.flags}rtmcv`, long: [...(diffing.long ?? []), 'root', 'no-commit-id', 'stdin'], longOptional: [...(diffing.longOptional ?? []), 'pretty', 'format'] }], // prettier-ignore
  'count-objects': ['Counts objects.', { flags: 'vH', long: ['verbose', 'human-readable'] }],
  version: ['Shows the version of Git.', { long: ['build-options'] }],
  'check-ignore': ['Shows which files Git ignores.', { flags: 'qvnz', long: ['quiet', 'verbose', 'non-matching', 'no-index'] }], // prettier-ignore
}

const grepping: OptionSpec = {
  flags: 'nilLwvEFPGchHaIzopWq',
  numbers: 'ABCm',
  values: 'e',
  bareNumbers: true,
  long: ['line-number', 'ignore-case', 'name-only', 'files-with-matches', 'files-without-match', 'word-regexp', 'invert-match', 'extended-regexp', 'fixed-strings', 'perl-regexp', 'basic-regexp', 'count', 'cached', 'untracked', 'heading', 'break', 'no-color', 'full-name', 'column', 'only-matching', 'and', 'or', 'not', 'all-match', 'quiet', 'show-function', 'function-context', 'text', 'recurse-submodules'], // prettier-ignore
  longValues: ['after-context', 'before-context', 'context', 'max-depth', 'max-count', 'threads'],
  longOptional: ['color'],
}

/** Settings that hold no secret. */
const tameSetting =
  /^(?:user\.(?:name|email)|init\.defaultbranch|core\.[a-z]+|pull\.[a-z]+|push\.[a-z]+|merge\.[a-z]+|diff\.[a-z]+|branch\.[\w./-]+\.(?:remote|merge|rebase))$/i

/** Commands of Git that only show something. */
export const gitReaders: Rules = {
  ...Object.fromEntries(Object.entries(reading).map(([name, [summary, spec]]) => [name, showing(summary, spec)])),
  grep: (args) => {
    const read = readOptions(args, grepping)
    if (read === undefined) return undefined
    // What follows the pattern is within the working tree: Git refuses other paths.
    const from = read.options.has('e') ? 0 : 1
    return meaning('reads', 'Searches tracked files.', { reads: read.operands.slice(from), similar: 2 })
  },
  reflog: (args) =>
    args.length === 0 || args[0] === 'show' || (typeof args[0] === 'string' && args[0].startsWith('-'))
      ? showing('Shows where branches pointed before.', log)(args.slice(args[0] === 'show' ? 1 : 0), 'reflog')
      : undefined,
  config: (args) => {
    const words = known(args)?.filter((word) => !/^--(?:global|local|show-origin|show-scope|type=\w+|bool|int)$/.test(word)) // prettier-ignore
    const [verb = '', ...rest] = words ?? []
    if (/^(?:--list|-l|--get-regexp|list)$/.test(verb) && rest.every((word) => !word.startsWith('-'))) {
      return meaning('reads', 'Shows settings of Git, which can hold secrets.', { danger: true })
    }
    const setting = /^(?:--get|--get-all|get)$/.test(verb) && rest.length === 1 ? rest[0] : undefined
    if (setting === undefined || setting.startsWith('-')) return undefined
    return tameSetting.test(setting)
      ? meaning('reads', 'Shows a setting of Git.')
      : meaning('reads', 'Shows a setting of Git, which can hold a secret.', { danger: true })
  },
}

/** `git stash list` and `git stash show`. */
export const showStash: Rule = showing('Shows stashed changes.', both(log, short))

function showing(summary: string, spec: OptionSpec): Rule {
  return (args) => {
    // `-M90%` and the like; the number is part of the word.
    const words = args.filter((word) => !(typeof word === 'string' && /^-[MCB]\d*%?$/.test(word)))
    const read = readOptions(words, spec)
    return read && meaning('reads', summary, { similar: 2, reads: [...read.operands, ...read.files] })
  }
}
