import type { Word } from '../command-types.ts'
import { endOfExec } from '../incoming-words.ts'
import { isSafeGlob, meaning, names, type Meaning } from './meaning.ts'

const tests =
  /^-(?:name|iname|path|ipath|wholename|regex|iregex|regextype|type|maxdepth|mindepth|size|mtime|mmin|atime|amin|ctime|cmin|perm|user|group|links|printf)$/
const flags = /^-(?:o|a|or|and|not|print|print0|empty|depth|xdev|mount|ls|prune|quit|true|false|executable|readable|writable|P)$/ // prettier-ignore

/** `find`, without what writes a file or follows links out of the folder (`-fprint`, `-L`, `-follow`, `-files0-from`). */
export function find(args: readonly Word[]): Meaning | undefined {
  const roots: Word[] = []
  const others: Word[] = []
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
      const length = endOfExec(args.slice(at + 1))
      if (length < 1) return undefined
      at += length + 1
    } else if (tests.test(word)) {
      if (typeof args[++at] !== 'string') return undefined
    } else if (word === '-newer') {
      const other = args[++at]
      if (typeof other !== 'string') return undefined
      others.push(other)
    } else if (flags.test(word) || word === '!' || word === '(' || word === ')' || word === ',') {
      // A test, or how tests are joined.
    } else if (word.startsWith('-') || inTests) return undefined
    else roots.push(word)
    inTests ||= typeof word === 'string' && /^[-!(]/.test(word) && word !== '-P'
  }
  const where = roots.length === 0 ? 'this folder' : names(roots)
  const reads = [...roots, ...others]
  if (deleting) {
    return meaning('deletes', `Deletes every file in ${where} that it finds. Drover can't tell how many.`, {
      danger: true,
      reads,
    })
  }
  const summary = running ? `Looks for files in ${where}, and runs a command for them.` : `Looks for files in ${where}.`
  return meaning('reads', summary, { reads, ...(running ? {} : { similar: 1 }) })
}
