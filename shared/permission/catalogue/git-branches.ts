import { cut, known, meaning, names, readOptions, type Rules } from './meaning.ts'

/** Commands of Git that move between branches, and change branches and history. */
export const gitBranches: Rules = {
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
    // With a name, `-v`, `-a` and `-r` make a branch or fail.
    if (read.operands.length === 0 || has('list', 'show-current', 'contains', 'merged', 'no-merged'))
      return meaning('reads', 'Lists branches.', { similar: 2 })
    return meaning('writes', `Makes the branch ${names(read.operands.slice(0, 1))}.`)
  },
  tag: (args) => {
    const read = readOptions(args, { flags: 'aldfsn', values: 'm', long: ['list', 'delete', 'force', 'annotate'], longValues: ['sort', 'message', 'contains', 'points-at'] }) // prettier-ignore
    if (read === undefined) return undefined
    const has = (...list: string[]): boolean => list.some((name) => read.options.has(name))
    const what = names(read.operands)
    if (has('d', 'delete')) return meaning('deletes', `Deletes the tag ${what}.`, { danger: true })
    if (has('l', 'list', 'n', 'contains', 'points-at') || read.operands.length === 0) {
      return meaning('reads', 'Lists tags.', { similar: 2 })
    }
    return meaning('writes', `Makes the tag ${names(read.operands.slice(0, 1))}.`, { danger: has('f', 'force') })
  },
  worktree: (args) => {
    const [verb, ...rest] = known(args) ?? []
    if (verb === 'list') return rest.every((word) => /^(?:-v|-z|--porcelain|--verbose)$/.test(word)) ? meaning('reads', 'Lists working trees.') : undefined // prettier-ignore
    if (verb === 'add') return meaning('writes', 'Makes a second working tree.')
    if (verb === 'remove') {
      const force = rest.includes('-f') || rest.includes('--force')
      const folder = rest.filter((word) => !word.startsWith('-'))
      const also = force ? ['Changes in it are lost.'] : []
      return meaning('deletes', `Deletes the working tree ${names(folder)}.`, { danger: force, also, writes: folder })
    }
    return verb === 'prune' ? meaning('writes', 'Forgets working trees whose folder is gone.') : undefined
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
