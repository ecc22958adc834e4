import type { Word } from '../command-types.ts'
import { cut, known, meaning, names, readOptions, runsCode, type Meaning, type Rule, type Rules } from './meaning.ts'

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

const rules: Rules = {
  ...Object.fromEntries(Object.entries(reading).map(([name, summary]) => [name, show(summary)])),
  grep: (args) =>
    args.some((word) => typeof word === 'string' && (/^-[^-]*O/.test(word) || couldBe(word, '--open-files-in-pager')))
      ? undefined
      : show('Searches tracked files.')(args, 'grep'),
  reflog: (args) =>
    args.length === 0 || args[0] === 'show' || (typeof args[0] === 'string' && args[0].startsWith('-'))
      ? show('Shows where branches pointed before.')(args, 'reflog')
      : undefined,
  clone: (args) => {
    const long = ['recurse-submodules', 'single-branch', 'bare', 'quiet', 'no-tags', 'shallow-submodules']
    const longValues = ['depth', 'branch', 'filter', 'origin']
    const read = readOptions(args, { flags: 'qv', values: 'bo', long, longValues })
    const words = known(read?.operands ?? [])
    const [from, into] = words ?? []
    // `ext::` and `-u` run a program.
    if (from === undefined || from.includes('::')) return undefined
    const place = into === undefined ? '' : ` into ${cut(into)}`
    return meaning('network', `Downloads the repository ${cut(from)}${place}.`, {
      writes: into === undefined ? [] : [into],
    })
  },
  fetch: remote('Downloads new commits. Your branches and files stay as they are.', {
    flags: 'pqvt',
    long: ['all', 'prune', 'tags', 'quiet', 'unshallow', 'no-tags'],
    longValues: ['depth'],
  }),
  pull: remote('Downloads new commits and merges them into the current branch.', {
    flags: 'rqv',
    long: ['rebase', 'ff-only', 'no-rebase', 'quiet', 'autostash', 'no-edit', 'tags'],
    longValues: ['depth'],
  }),
  push,
  add: (args) => {
    const read = readOptions(args, { flags: 'Aufvn', long: ['all', 'update', 'force', 'intent-to-add', 'dry-run'] })
    if (read === undefined) return undefined
    const what = read.operands.length === 0 ? 'all changes' : names(read.operands)
    return meaning('writes', `Stages ${what} for the next commit.`, { similar: 2 })
  },
  commit: (args) => {
    const long = ['all', 'message', 'amend', 'no-edit', 'no-verify', 'quiet', 'allow-empty', 'signoff']
    const read = readOptions(args, { flags: 'aqsnv', values: 'mF', long, longValues: ['message', 'file', 'author', 'date'] }) // prettier-ignore
    if (read === undefined) return undefined
    const hooks = read.options.has('n') || read.options.has('no-verify') ? '' : ' Hooks of the repository run.'
    if (read.options.has('amend')) {
      return meaning('writes', `Replaces the last commit.${hooks}`, { danger: true })
    }
    const all = read.options.has('a') || read.options.has('all')
    return meaning('writes', `${all ? 'Commits all changes of tracked files.' : 'Commits what is staged.'}${hooks}`, {
      similar: 2,
    })
  },
  rm: (args) => {
    const read = readOptions(args, { flags: 'rfqn', long: ['cached', 'force', 'dry-run', 'quiet'] })
    if (read === undefined || read.operands.length === 0) return undefined
    if (read.options.has('n') || read.options.has('dry-run')) return meaning('reads', 'Lists what would be removed.')
    const what = names(read.operands)
    if (read.options.has('cached')) return meaning('writes', `Stops tracking ${what}. The files stay.`)
    return meaning('deletes', `Deletes ${what}.`, {
      also: ['The deletion is staged.'],
      danger: read.options.has('f') || read.options.has('force'),
      deletes: read.operands,
    })
  },
  mv: (args) => {
    const read = readOptions(args, { flags: 'fkvn', long: ['force', 'dry-run'] })
    const words = known(read?.operands ?? [])
    if (read === undefined || words === undefined || words.length < 2) return undefined
    const target = words.at(-1) ?? ''
    return meaning('writes', `Moves ${names(words.slice(0, -1))} to ${cut(target)}.`, { overwrites: [target] })
  },
  reset: (args) => {
    const long = ['hard', 'soft', 'mixed', 'keep', 'merge', 'quiet']
    const read = readOptions(args, { flags: 'q', long })
    if (read === undefined) return undefined
    const to = read.operands.length === 0 ? '' : ` to ${names(read.operands)}`
    if (read.options.has('hard')) {
      const summary = `Sets the branch and all tracked files back${to}. Changes that are not committed are lost.`
      return meaning('deletes', summary, { danger: true })
    }
    if (read.options.has('soft')) return meaning('writes', `Sets the branch back${to}. Files stay as they are.`)
    if (read.options.has('keep') || read.options.has('merge')) return undefined
    return meaning('writes', 'Unstages changes, or sets the branch back. Files stay as they are.')
  },
  clean: (args) => {
    const read = readOptions(args, { flags: 'fdxXnqe', long: ['force', 'dry-run', 'quiet'] })
    if (read === undefined) return undefined
    const ignored = read.options.has('x') || read.options.has('X')
    const what = ignored ? 'files that Git ignores' : 'untracked files'
    if (read.options.has('n') || read.options.has('dry-run'))
      return meaning('reads', `Lists ${what} that would be deleted.`)
    if (!read.options.has('f') && !read.options.has('force')) return meaning('reads', 'Deletes nothing without -f.')
    return meaning('deletes', `Deletes ${what}. They are not in git, so this can't be undone.`, { danger: true })
  },
  checkout: (args) => {
    const dashes = args.indexOf('--')
    const read = readOptions(args, { flags: 'qft', values: 'bB', long: ['force', 'quiet', 'track', 'detach', 'ours', 'theirs'] }) // prettier-ignore
    if (read === undefined) return undefined
    const branch = read.values.get('b')
    if (branch !== undefined) return meaning('writes', `Makes the branch ${cut(branch)} and switches to it.`)
    if (read.options.has('B')) return undefined
    const forced = read.options.has('f') || read.options.has('force')
    if (dashes !== -1 || read.operands.length > 1 || read.operands[0] === '.') {
      const files = dashes === -1 ? read.operands : args.slice(dashes + 1)
      return meaning('deletes', `Sets ${names(files)} back. Changes there that are not committed are lost.`, {
        danger: true,
      })
    }
    if (read.operands.length !== 1) return undefined
    const lost = forced ? ' Changes that are not committed are lost.' : ''
    const summary = `Switches to ${names(read.operands)}, or sets back the file of that name.${lost}`
    return meaning(forced ? 'deletes' : 'writes', summary, { danger: true })
  },
  switch: (args) => {
    const long = ['create', 'detach', 'discard-changes', 'force', 'quiet']
    const read = readOptions(args, { flags: 'dqf', values: 'c', long, longValues: ['create'] })
    if (read === undefined) return undefined
    const made = read.values.get('c') ?? read.values.get('create')
    if (made !== undefined) return meaning('writes', `Makes the branch ${cut(made)} and switches to it.`)
    const forced = ['f', 'force', 'discard-changes'].some((name) => read.options.has(name))
    if (forced) {
      const summary = `Switches to ${names(read.operands)}. Changes that are not committed are lost.`
      return meaning('deletes', summary, { danger: true })
    }
    return meaning('writes', `Switches to the branch ${names(read.operands)}.`)
  },
  restore: (args) => {
    const long = ['staged', 'worktree', 'quiet', 'source']
    const read = readOptions(args, { flags: 'SWq', values: 's', long, longValues: ['source'] })
    if (read === undefined || read.operands.length === 0) return undefined
    const staged = read.options.has('S') || read.options.has('staged')
    const tree = read.options.has('W') || read.options.has('worktree')
    if (staged && !tree) return meaning('writes', `Unstages ${names(read.operands)}. The files stay as they are.`)
    const summary = `Sets ${names(read.operands)} back. Changes there that are not committed are lost.`
    return meaning('deletes', summary, { danger: true })
  },
  stash: (args) => {
    const [verb = 'push', ...rest] = known(args) ?? ['?']
    if (verb === 'list' || verb === 'show') return show('Shows stashed changes.')(rest, 'stash')
    if (verb === 'push' || verb === 'save' || verb.startsWith('-')) {
      return meaning('writes', 'Puts changes that are not committed aside.')
    }
    if (verb === 'pop' || verb === 'apply') return meaning('writes', 'Brings stashed changes back.')
    if (verb === 'drop') return meaning('deletes', "Deletes stashed changes. This can't be undone.", { danger: true })
    if (verb === 'clear')
      return meaning('deletes', "Deletes all stashed changes. This can't be undone.", { danger: true })
    return undefined
  },
  branch: (args) => {
    const read = readOptions(args, {
      flags: 'avrdDmMqf',
      long: ['all', 'list', 'show-current', 'delete', 'force', 'move', 'remotes', 'verbose'],
      longValues: ['sort', 'contains', 'merged', 'no-merged', 'format', 'set-upstream-to'],
    })
    if (read === undefined) return undefined
    const has = (...list: string[]): boolean => list.some((name) => read.options.has(name))
    const what = names(read.operands)
    if (has('D') || (has('d', 'delete') && has('f', 'force'))) {
      return meaning('deletes', `Deletes the branch ${what}, even if it is not merged.`, { danger: true })
    }
    if (has('d', 'delete')) return meaning('deletes', `Deletes the branch ${what} if it is merged.`)
    if (has('m', 'M', 'move')) return meaning('writes', `Renames a branch: ${what}.`, { danger: has('M') })
    if (has('f', 'force')) return meaning('writes', `Moves the branch ${what}.`, { danger: true })
    if (has('set-upstream-to')) return meaning('writes', 'Sets which remote branch the branch follows.')
    const listing = has('a', 'all', 'r', 'remotes', 'list', 'show-current', 'contains', 'merged', 'no-merged', 'v', 'verbose') // prettier-ignore
    if (read.operands.length === 0 || listing) return meaning('reads', 'Lists branches.', { similar: 2 })
    return meaning('writes', `Makes the branch ${names(read.operands.slice(0, 1))}.`)
  },
  tag: (args) => {
    const read = readOptions(args, { flags: 'aldfsn', values: 'm', long: ['list', 'delete', 'force', 'annotate'], longValues: ['sort', 'message', 'contains', 'points-at'] }) // prettier-ignore
    if (read === undefined) return undefined
    const has = (...list: string[]): boolean => list.some((name) => read.options.has(name))
    const what = names(read.operands)
    if (has('d', 'delete')) return meaning('deletes', `Deletes the tag ${what}.`, { danger: true })
    if (has('l', 'list', 'n', 'contains', 'points-at', 'sort') || read.operands.length === 0) {
      return meaning('reads', 'Lists tags.', { similar: 2 })
    }
    return meaning('writes', `Makes the tag ${names(read.operands.slice(0, 1))}.`, { danger: has('f', 'force') })
  },
  worktree: (args) => {
    const [verb, ...rest] = known(args) ?? []
    if (verb === 'list') return meaning('reads', 'Lists working trees.')
    if (verb === 'add') return meaning('writes', 'Makes a second working tree.')
    if (verb === 'remove') {
      const force = rest.includes('-f') || rest.includes('--force')
      const folder = rest.filter((word) => !word.startsWith('-'))
      const also = force ? ['Changes in it are lost.'] : []
      return meaning('deletes', `Deletes the working tree ${names(folder)}.`, { danger: force, also, writes: folder })
    }
    return verb === 'prune' ? meaning('writes', 'Forgets working trees whose folder is gone.') : undefined
  },
  remote: (args) => {
    const [verb, ...rest] = known(args) ?? ['?']
    if (verb === undefined || verb === '-v' || verb === 'get-url') return meaning('reads', 'Shows remotes.')
    if (verb === 'add' || verb === 'set-url') return meaning('writes', `Sets the address of a remote: ${names(rest)}.`, { danger: true }) // prettier-ignore
    if (verb === 'remove' || verb === 'rm') return meaning('writes', `Forgets the remote ${names(rest)}.`)
    return undefined
  },
  config: (args) => {
    const words = known(args)
    const [first] = words ?? []
    const scopes = words?.filter((word) => !/^--(?:global|local|system|show-origin|show-scope)$/.test(word)) ?? []
    const asks = /^(?:--get|--get-all|--list|-l|--get-regexp|get|list)$/.test(scopes[0] ?? '')
    if (first !== undefined && asks) return meaning('reads', 'Shows settings of Git.')
    return undefined
  },
  rebase: (args) => {
    const words = known(args)
    if (words === undefined || words.some((word) => /^-[^-]*[xsX]|^--(?:e|s)/.test(word))) return undefined
    if (words[0] === '--abort') return meaning('writes', 'Stops the rebase and goes back to before it.')
    return meaning('writes', 'Rewrites commits of the current branch.', { danger: true })
  },
  merge: (args) => {
    const read = readOptions(args, { flags: 'q', values: 'm', long: ['no-ff', 'ff-only', 'abort', 'no-edit', 'squash', 'no-commit', 'continue'] }) // prettier-ignore
    if (read === undefined) return undefined
    if (read.options.has('abort')) return meaning('writes', 'Stops the merge and goes back to before it.')
    return meaning('writes', `Merges ${names(read.operands)} into the current branch.`)
  },
  'cherry-pick': (args) => {
    const read = readOptions(args, { flags: 'xn', long: ['abort', 'continue', 'skip', 'no-commit'] })
    return read && meaning('writes', `Applies the commit ${names(read.operands)} to the current branch.`)
  },
  revert: (args) => {
    const read = readOptions(args, { flags: 'n', long: ['no-edit', 'abort', 'continue', 'no-commit'] })
    return read && meaning('writes', `Makes a commit that undoes ${names(read.operands)}.`)
  },
  init: (args) => {
    const read = readOptions(args, { flags: 'q', values: 'b', long: ['quiet', 'bare'], longValues: ['initial-branch'] })
    return read && meaning('writes', 'Makes a repository.')
  },
}

/** `git` with the options that stand before its command. */
export const gitRule: Rule = (args) => {
  let at = 0
  for (; at < args.length; at++) {
    const word = args[at]
    if (typeof word !== 'string') return undefined
    if (word === '--no-pager' || word === '-P' || word === '--no-optional-locks') continue
    if (word === '--version') return meaning('reads', 'Shows the version of Git.')
    // `-c alias.x=!cmd`, `-C`, `--git-dir`, `--exec-path` change what the rest means.
    if (word.startsWith('-')) return undefined
    break
  }
  const verb = args[at]
  if (typeof verb !== 'string' || !Object.hasOwn(rules, verb)) return undefined
  const rest = args.slice(at + 1)
  if (rest.some((word) => typeof word !== 'string' && word.kind !== 'glob')) return undefined
  const found = rules[verb]?.(rest, verb)
  if (found?.similar === undefined || at === 0) return found
  return { ...found, similar: found.similar + at }
}

/** Git takes any unambiguous start of a long option. */
function couldBe(word: string, option: string): boolean {
  const name = word.split('=')[0] ?? ''
  return name.length > 2 && option.startsWith(name)
}

function show(summary: string): Rule {
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

function remote(summary: string, spec: Parameters<typeof readOptions>[1]): Rule {
  return (args) => {
    const read = readOptions(args, spec)
    const words = known(read?.operands ?? [])
    if (read === undefined || words === undefined || words.some((word) => word.includes('::'))) return undefined
    return meaning('network', summary)
  }
}

function push(args: readonly Word[]): Meaning | undefined {
  const long = ['force', 'force-with-lease', 'set-upstream', 'tags', 'follow-tags', 'delete', 'dry-run', 'all', 'mirror', 'quiet', 'no-verify', 'prune'] // prettier-ignore
  const read = readOptions(args, { flags: 'fuqdnv', long })
  const words = known(read?.operands ?? [])
  if (read === undefined || words === undefined || words.some((word) => word.includes('::'))) return undefined
  const has = (...list: string[]): boolean => list.some((name) => read.options.has(name))
  const [to = 'the remote', ...refs] = words
  if (has('n', 'dry-run')) return runsCode(`Shows what would be uploaded to ${cut(to)}. Hooks may run.`)
  if (has('d', 'delete') || refs.some((ref) => ref.startsWith(':'))) {
    return meaning('network', `Deletes ${names(refs)} on ${cut(to)}.`, { danger: true })
  }
  if (has('f', 'force', 'force-with-lease', 'mirror', 'prune') || refs.some((ref) => ref.startsWith('+'))) {
    const summary = `Uploads commits to ${cut(to)} and replaces what is there. Commits of others can be lost.`
    return meaning('network', summary, { danger: true })
  }
  const what = refs.length === 0 ? 'commits' : `commits of ${names(refs)}`
  return meaning('network', `Uploads ${what} to ${cut(to)}.`, { danger: false })
}
