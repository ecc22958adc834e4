import type { DynamicWord, Word } from './command-types.ts'
import { programName } from './unwrap-command.ts'

/** A word with its place in the source. */
export interface Item {
  readonly word: Word
  readonly pos: number
  readonly end: number
}

export function expansion(text: string): DynamicWord {
  return { dynamic: true, kind: 'expansion', text }
}

/** `xargs` appends words or puts them in place of a mark; what they are isn't known. */
export function comingIn(
  items: readonly Item[],
  more: 'none' | 'appended' | { readonly replace: string },
): readonly Item[] {
  if (more === 'none') return items
  const last = items.at(-1)
  if (more === 'appended') {
    return last === undefined ? items : [...items, { word: expansion('…'), pos: last.end, end: last.end }]
  }
  return replaced(items, more.replace, expansion)
}

/** `{}` of `find` is a path that starts with the folder it was told to look in. */
export function found(items: readonly Item[], find: readonly Item[]): readonly Item[] {
  const at = find.findIndex((item, index) => index > 0 && (typeof item.word !== 'string' || /^[-!(]/.test(item.word)))
  const roots = find.slice(1, at === -1 ? undefined : at).map((item) => item.word)
  const [root = '.'] = roots
  if (roots.length > 1 || typeof root !== 'string' || find.some((item) => item.word === '-execdir')) {
    return replaced(items, '{}', expansion)
  }
  return replaced(items, '{}', (text) =>
    text === '{}' ? { dynamic: true, kind: 'glob', text: `${root.replace(/\/+$/, '')}/…` } : expansion(text),
  )
}

function replaced(items: readonly Item[], mark: string, by: (text: string) => DynamicWord): readonly Item[] {
  return items.map((item) =>
    typeof item.word === 'string' && item.word.includes(mark) ? { ...item, word: by(item.word) } : item,
  )
}

/** Where the words of `-exec` end: at `;`, or at a `+` that follows `{}`; any other `+` is a word of the command. */
export function endOfExec(words: readonly Word[]): number {
  return words.findIndex((word, at) => word === ';' || (word === '+' && words[at - 1] === '{}'))
}

/** The commands after `-exec`, `-execdir`, `-ok`, `-okdir`, each up to its `;` or `+`. */
export function commandsOfFind(items: readonly Item[]): (readonly Item[])[] {
  if (programName(items[0]?.word) !== 'find') return []
  const found: (readonly Item[])[] = []
  for (let at = 1; at < items.length; at++) {
    const word = items[at]?.word
    if (typeof word !== 'string' || !/^-(?:exec|ok)(?:dir)?$/.test(word)) continue
    const rest = items.slice(at + 1)
    const end = endOfExec(rest.map((item) => item.word))
    const inner = end === -1 ? rest : rest.slice(0, end)
    if (inner.length > 0) found.push(inner)
    at += inner.length
  }
  return found
}
