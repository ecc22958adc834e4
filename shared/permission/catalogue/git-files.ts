import { showStash } from './git-readers.ts'
import { cut, known, meaning, names, readOptions, type Rules } from './meaning.ts'

/** Commands of Git that change files, what is staged and what is committed. */
export const gitFiles: Rules = {
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
    const read = readOptions(args, {
      flags: 'fdxXnq',
      values: 'e',
      long: ['force', 'dry-run', 'quiet'],
      longValues: ['exclude'],
    })
    if (read === undefined) return undefined
    const ignored = read.options.has('x') || read.options.has('X')
    const what = ignored ? 'files that Git ignores' : 'untracked files'
    if (read.options.has('n') || read.options.has('dry-run'))
      return meaning('reads', `Lists ${what} that would be deleted.`)
    const forced = read.options.has('f') || read.options.has('force')
    // Without -f it refuses, unless the repository's settings say otherwise.
    const unless = forced ? '' : ' if the settings allow it without -f'
    return meaning('deletes', `Deletes ${what}${unless}. They are not in git, so this can't be undone.`, {
      danger: true,
    })
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
    if (verb === 'list' || verb === 'show') return showStash(rest, 'stash')
    if (verb === 'push' || verb === 'save' || verb.startsWith('-')) {
      return meaning('writes', 'Puts changes that are not committed aside.')
    }
    if (verb === 'pop' || verb === 'apply') return meaning('writes', 'Brings stashed changes back.')
    if (verb === 'drop') return meaning('deletes', "Deletes stashed changes. This can't be undone.", { danger: true })
    if (verb === 'clear')
      return meaning('deletes', "Deletes all stashed changes. This can't be undone.", { danger: true })
    return undefined
  },
}
