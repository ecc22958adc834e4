import type { Word } from '../command-types.ts'
import { cut, known, meaning, names, readOptions, runsCode, type Meaning, type Rule, type Rules } from './meaning.ts'

/** Commands of Git that speak to other repositories. */
export const gitRemotes: Rules = {
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
    longOptional: ['rebase'],
  }),
  push,
  remote: (args) => {
    const [verb, ...rest] = known(args) ?? ['?']
    if (verb === undefined || (verb === '-v' && rest.length === 0) || (verb === 'get-url' && rest.every((word) => !word.startsWith('-')))) return meaning('reads', 'Shows remotes.') // prettier-ignore
    if (verb === 'add' || verb === 'set-url') return meaning('writes', `Sets the address of a remote: ${names(rest)}.`, { danger: true }) // prettier-ignore
    if (verb === 'remove' || verb === 'rm') return meaning('writes', `Forgets the remote ${names(rest)}.`)
    return undefined
  },
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
  const read = readOptions(args, { flags: 'fuqdnv', long, longOptional: ['force-with-lease'] })
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
