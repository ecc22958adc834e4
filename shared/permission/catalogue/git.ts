import { gitBranches } from './git-branches.ts'
import { gitFiles } from './git-files.ts'
import { gitReaders } from './git-readers.ts'
import { gitRemotes } from './git-remotes.ts'
import { meaning, type Rule, type Rules } from './meaning.ts'

const rules: Rules = { ...gitReaders, ...gitRemotes, ...gitFiles, ...gitBranches }

/** `git` with the options that stand before its command. */
export const gitRule: Rule = (args) => {
  let at = 0
  for (; at < args.length; at++) {
    const word = args[at]
    if (typeof word !== 'string') return undefined
    if (word === '--no-pager' || word === '-P' || word === '--no-optional-locks') continue
    if (word === '--version' && at === args.length - 1) return meaning('reads', 'Shows the version of Git.')
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
