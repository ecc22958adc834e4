import * as Y from 'yjs'
import { planBody } from './body.ts'

export type WordsPlace = { readonly text: Y.XmlText; readonly at: number }

/** Where words stand in a plan, each time within one stretch of text. */
export function findWords(doc: Y.Doc, words: string): readonly WordsPlace[] {
  const places: WordsPlace[] = []
  const open: unknown[] = planBody(doc).toArray().toReversed()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next instanceof Y.XmlElement) open.push(...next.toArray().toReversed())
    if (!(next instanceof Y.XmlText)) continue
    const plain = lettersOf(next)
    for (let at = plain.indexOf(words); at !== -1; at = plain.indexOf(words, at + words.length))
      places.push({ text: next, at })
  }
  return places
}

/** The letters of a text without marks; what is no text takes one place. */
export function lettersOf(text: Y.XmlText): string {
  const delta: unknown = text.toDelta()
  if (!Array.isArray(delta)) return ''
  return delta
    .map((piece: unknown) => {
      const insert: unknown = typeof piece === 'object' && piece !== null ? Reflect.get(piece, 'insert') : undefined
      return typeof insert === 'string' ? insert : '\uFFFC'
    })
    .join('')
}
