import { known, meaning, type Rule, type Rules } from './meaning.ts'

const reading: Readonly<Record<string, string>> = {
  status: 'Shows what changed in the working tree.',
  log: 'Shows the history.',
  diff: 'Shows changes.',
  show: 'Shows a commit or an object.',
  blame: 'Shows who changed each line.',
  shortlog: 'Shows the history by author.',
  'rev-parse': 'Shows the id of a revision.',
  'rev-list': 'Lists commits.',
  'ls-files': 'Lists tracked files.',
  'ls-tree': 'Lists the files of a revision.',
  'cat-file': 'Shows an object.',
  describe: 'Names a revision by its nearest tag.',
  'merge-base': 'Shows a common ancestor.',
  'name-rev': 'Names a revision.',
  'diff-tree': 'Shows changes.',
  'count-objects': 'Counts objects.',
  version: 'Shows the version of Git.',
  'check-ignore': 'Shows which files Git ignores.',
}

/** Commands of Git that only show something. */
export const gitReaders: Rules = {
  ...Object.fromEntries(Object.entries(reading).map(([name, summary]) => [name, show(summary)])),
  grep: (args) =>
    args.some((word) => typeof word === 'string' && (/^-[^-]*O/.test(word) || couldBe(word, '--open-files-in-pager')))
      ? undefined
      : show('Searches tracked files.')(args, 'grep'),
  reflog: (args) =>
    args.length === 0 || args[0] === 'show' || (typeof args[0] === 'string' && args[0].startsWith('-'))
      ? show('Shows where branches pointed before.')(args, 'reflog')
      : undefined,
  config: (args) => {
    const words = known(args)
    const [first] = words ?? []
    const scopes = words?.filter((word) => !/^--(?:global|local|system|show-origin|show-scope)$/.test(word)) ?? []
    const asks = /^(?:--get|--get-all|--list|-l|--get-regexp|get|list)$/.test(scopes[0] ?? '')
    if (first !== undefined && asks) return meaning('reads', 'Shows settings of Git.')
    return undefined
  },
}

/** Git takes any unambiguous start of a long option. */
function couldBe(word: string, option: string): boolean {
  const name = word.split('=')[0] ?? ''
  return name.length > 2 && option.startsWith(name)
}

export function show(summary: string): Rule {
  return (args) => {
    for (const word of args) {
      if (typeof word !== 'string') {
        if (!/^[\w./]/.test(word.text)) return undefined
      } else if (
        ['--output', '--ext-diff', '--textconv', '--filters', '--exec'].some((option) => couldBe(word, option))
      ) {
        return undefined
      }
    }
    const away = args.filter((word) => typeof word === 'string' && /^(?:\/|~|\.\.\/)/.test(word))
    return meaning('reads', summary, { similar: 2, reads: away })
  }
}
